"""The training instances as a dataset of their own, so that the rebalance engine decides anew on them.

Counts n(e), and every τ that follows from a tail share, come from these instances alone. Counts that a recipe states
(τ, own τ, caps, sizes of a mixture) hold for the whole dataset: they shrink with the share of it that is left for
training.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.store import Store


def training_store(store: Store, positions: NDArray[np.int64]) -> Store:
    """A store in memory with these instances of `store`, ascending, their postings and what of them was not read;
    entities keep their numbers, and those that no instance is left of are not there."""
    wanted = [positions.astype(np.int32).tolist()]
    chosen = "semi join (select unnest($1::integer[]) as instance) using (instance)"
    made = Store.memory()
    with made.atomic() as writer:
        for table, columns in (
            ("instance", "instance, images"),
            ("posting", "perspective, instance, entity"),
            ("turn_language", "instance, language, turns, unread"),
        ):
            writer.insert(table, store.arrow(f"select {columns} from {table} {chosen} order by instance", wanted))
        writer.insert("perspective", store.arrow("select * from perspective where number > 3 order by number"))
        writer.register(
            "known", store.arrow("select entity, perspective, name, n, draw_key, first, second from entity")
        )
        writer.execute("""
            insert into entity
            select k.entity, k.perspective, k.name, c.n, k.draw_key, k.first, k.second
            from known k join (select entity, count(*)::integer as n from posting group by entity) c using (entity)
            order by k.perspective, c.n desc, k.name""")
    return made


def training_recipe(recipe: Recipe, share: float, seed: int) -> Recipe:
    """The recipe for the share (0..1) of the dataset that is left for training, with the draws of repeat `seed`."""
    return replace(
        recipe,
        seed=recipe.seed + seed,
        tau={p: float(count) * share for p, count in recipe.tau.items()},
        own_tau={p: {e: float(v) * share for e, v in values.items()} for p, values in recipe.own_tau.items()},
        at_most={p: {e: _cap(most, share) for e, most in caps.items()} for p, caps in recipe.at_most.items()},
        at_most_each={p: _cap(most, share) for p, most in recipe.at_most_each.items()},
        mixture=None if recipe.mixture is None else _mixture(recipe.mixture, share),
        remarks=(),
    )


def _mixture(mixture: Mixture, share: float) -> Mixture:
    """A mixture for a share of the dataset: its shares stay, its numbers of rows shrink."""
    return replace(
        mixture,
        sizes={value: _cap(rows, share) for value, rows in mixture.sizes.items()},
        size=None if mixture.size is None else _cap(mixture.size, share),
    )


def _cap(most: int, share: float) -> int:
    """A cap or a size for a share of the dataset: 0 stays 0, and any other lets at least one instance through."""
    return 0 if most == 0 else max(1, round(most * share))


def names_of(store: Store, perspective: str) -> dict[str, int]:
    """{entity: n} of a perspective."""
    return dict(store.rows("select name, n from entity where perspective = perspective_number($1)", [perspective]))
