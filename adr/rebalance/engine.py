"""The rebalance engine: what a recipe keeps, exactly and at once, over compact arrays (docs/engine.md).

`adr.rebalance.runs` writes down what this engine decides, so preview, Apply and the command line cannot differ. With
fixed draws a perspective passes when

    τ > critical_tau(instance, perspective) = min over its entities of draw · n(entity)

One function computes the critical τ in float64 (`adr.rebalance.loops`), once per seed; moving τ is a comparison of
these numbers, and what follows from it is counted, not estimated. Reads tables; writes none, knows nothing of pages.
"""

import copy
import math
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from adr.draws import ALPHA_KEY, RANDOM_KEY, draws
from adr.errors import AdrError
from adr.figures import counted
from adr.index_needed import need_index
from adr.perspectives import indexed, need_indexed
from adr.progress import Progress, silent
from adr.ranges import range_slices
from adr.rebalance import loops
from adr.rebalance.at_most import Bound, EachBound, place_in_order
from adr.rebalance.cap_effects import Cap, EachCap, cap_effects, each_cap_effects
from adr.rebalance.decider import Decider, cap_draws, critical_of, tau_of, within_caps, without_entities
from adr.rebalance.expected import Sums, expected_of
from adr.rebalance.marked_rows import MarkedRows, tally
from adr.rebalance.mixture import (
    CappedRows,
    Mixed,
    Stock,
    Values,
    capped_rows,
    mixed,
    shared_order,
    stock_of,
    values_of,
)
from adr.rebalance.mixture_effect import effect_of
from adr.rebalance.postings import PostingRows
from adr.rebalance.preview import BELOW_K, Columns, Critical, Numbers, RecipePreview
from adr.rebalance.sample import EngineSample, estimated, sampled
from adr.recipe import FROZEN, Recipe
from adr.recipe_frozen import positions_of
from adr.settings import setting
from adr.store import Store
from adr.tail import Spectrum, tail_rule

_STEPS = 8  # stored prefix counts of the random order: a subset costs at most 1/16 of all postings
T = TypeVar("T")


def postings_stamp(store: Store) -> str:
    """Identifies the postings that an `Engine` made at this moment holds: changes with every ingest and every index."""
    return str(store.row("select (select max(indexed_at) from index_made), (select changed_at from dataset_changed)"))


@dataclass
class _Seeded:
    """What depends on the seed alone."""

    alpha: npt.NDArray[np.float64]  # last draw of each row
    order: npt.NDArray[np.int64]  # rows in the order in which the random baseline takes them
    drawn: npt.NDArray[np.uint64]  # the draw behind the order of caps, as whole numbers
    prefixes: dict[str, list[npt.NDArray[np.int32]]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Pool:
    """What keep rule and caps keep. passes: the pass count of each row; by_rule: its copies before caps; copies: after
    them."""

    passes: npt.NDArray[np.int8]
    by_rule: npt.NDArray[np.int8]
    caps: list[Cap]
    each: list[EachCap]
    copies: npt.NDArray[np.int8]


class _Recent:
    """The most recently used values by key; safe to use from several threads."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, threading.Lock()
        self._kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                found: T = self._kept[key]
                return found
        value = make()
        with self._lock:
            self._kept[key] = value
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
        return value

    def values(self) -> list[tuple[Hashable, Any]]:
        with self._lock:
            return list(reversed(self._kept.items()))


def unread_instances(store: Store) -> npt.NDArray[np.int32]:
    """Instances that hold text which nothing could read, ascending; none where the index does not say which."""
    found = store.arrays("select distinct instance from turn_language where unread > 0 order by instance")
    return np.asarray(found["instance"], dtype=np.int32)


class Engine:
    """All postings of a workspace in memory (at most 8 bytes per posting in all), ready to preview recipes.

    Holds the index as it was when the engine was made; make another engine after indexing again. Safe to use from
    several threads.

    With `sample_rows` it holds so many of the instances. They pass as they do among all: postings have the counts n(e)
    of the whole dataset. Sizes, counts after and the random baseline are estimates for the dataset, and caps and
    mixture, which need the ranks of all instances, are not decided (`decided`).
    """

    def __init__(self, store: Store, progress: Progress = silent, *, sample_rows: int | None = None) -> None:
        self.store = store
        found = store.arrays("select instance, len(images) = 0 as text_only from instance order by instance")
        need_index(store)
        self.whole = self
        self.positions = np.ascontiguousarray(found["instance"], dtype=np.int32)
        self.instances = self.positions if sample_rows is None else sampled(self.positions, sample_rows)
        self.sample = None if self.rows == self.total else EngineSample(self.rows, self.total)
        text_only = np.asarray(np.ma.filled(found["text_only"], True), dtype=bool)
        self.text_only = text_only if self.sample is None else text_only[np.isin(self.positions, self.instances)]
        self.unread = np.isin(self.instances, unread_instances(store))
        self.excluded = np.zeros(len(self.instances), dtype=bool)
        self._exclude: tuple[str, ...] = ()
        self._threads = max(1, int(setting("ADR_THREADS")))
        self._pool = ThreadPoolExecutor(self._threads, "preview")
        self.perspectives = indexed(store)
        self.postings: dict[str, PostingRows] = {}
        for done, perspective in enumerate(self.perspectives):
            progress(done, len(self.perspectives), "Loading postings")
            self.postings[perspective] = PostingRows.load(
                store, perspective, self.instances, some=self.sample is not None
            )
        self._without = _Recent(2)
        self._ready()

    def _ready(self) -> None:
        """Make what follows from the postings, and forget what was computed from others."""
        self._rules = {p: tail_rule(self.postings[p].n, 1 - one.tail_share) for p, one in self.perspectives.items()}
        self._rarest = {p: self.postings[p].rarest() for p in self.perspectives}
        self._seeds, self._critical, self._chances, self._previews = _Recent(2), _Recent(12), _Recent(12), _Recent(8)
        self._pools, self._stocks, self._by_draw, self._capped = _Recent(4), _Recent(4), _Recent(2), _Recent(2)
        self._rows, self._values, self._apart, self._deciders = _Recent(200), _Recent(4), _Recent(8), _Recent(8)
        self._places: dict[str, dict[str, int | None]] = {}  # by perspective and name; None: no such entity
        self._before = {p: self._numbers(p, self.postings[p].n, BELOW_K) for p in self.perspectives}
        self._inside = {p: self._counted(self.postings[p]) for p in self.perspectives}

    def _counted(self, postings: PostingRows) -> npt.NDArray[np.int32]:
        """How many rows have each entity."""
        if self.sample is None:
            return postings.n
        return np.bincount(postings.entities, minlength=len(postings.n)).astype(np.int32)

    @property
    def rows(self) -> int:
        """Number of instances that the engine holds, those included that are excluded."""
        return len(self.instances)

    @property
    def total(self) -> int:
        """Number of instances of the dataset, those included that are excluded."""
        return len(self.positions)

    def scaled(self, count: int) -> int:
        """How many instances of the dataset `count` rows stand for; as many where the engine holds all."""
        return count if self.sample is None else round(self.sample.scaled(count))

    def estimated(self, perspective: str, counts: npt.NDArray[np.int32]) -> npt.NDArray[np.int32]:
        """The counts of entities in the dataset that counts over the rows stand for; the same where the engine holds
        all."""
        if self.sample is None:
            return counts
        return estimated(self.postings[perspective].n, self._inside[perspective], counts)

    def decided(self, recipe: Recipe) -> Recipe:
        """The part of a recipe that the engine decides: all of it, or without caps and mixture over a sample."""
        if self.sample is None or not (recipe.capped or recipe.mixture):
            return recipe
        return replace(recipe, at_most={}, at_most_each={}, mixture=None)

    def excluding(self, recipe: Recipe) -> "Engine":
        """The engine for a recipe: one over the same rows, in which the instances that it excludes have no postings,
        and count nowhere. The last ones are remembered; `whole` is the engine in which nothing is excluded."""
        if not recipe.exclude:
            return self.whole
        key = tuple(part.positions for part in recipe.exclude)
        return self if key == self._exclude else self._without.get(key, lambda: self.whole._make_without(key, recipe))

    def _make_without(self, key: tuple[str, ...], recipe: Recipe) -> "Engine":
        other = copy.copy(self)
        gone = positions_of(recipe.exclude)
        other._exclude, other.excluded = key, self._rows_at(gone)
        if self.sample is not None:
            left = self.total - int(np.count_nonzero(np.isin(self.positions, gone)))
            other.sample = EngineSample(self.rows - int(np.count_nonzero(other.excluded)), left)
        other.unread, other.text_only = self.unread & ~other.excluded, self.text_only & ~other.excluded
        made = self.together([partial(self._emptied, p, other.excluded, gone) for p in self.perspectives])
        other.postings = {one.perspective: one for one in made}
        other._ready()
        return other

    def _emptied(self, perspective: str, empty: npt.NDArray[np.bool_], gone: npt.NDArray[np.int32]) -> PostingRows:
        postings = self.postings[perspective]
        n = None if self.sample is None else postings.n - postings.counts_in(self.store, gone)
        return postings.without(empty, postings.names_in_order(self.store), n)

    def _rows_at(self, positions: npt.NDArray[np.int32]) -> npt.NDArray[np.bool_]:
        """Whether each row is the instance of one of these positions."""
        return np.isin(self.instances, positions)

    def protected(self, recipe: Recipe) -> npt.NDArray[np.bool_]:
        """The rows that the recipe always keeps."""
        return self._apart.get(recipe.protect_instances, lambda: self._rows_at(positions_of(recipe.protect_instances)))

    def row(self, instance: int) -> int:
        """The row of an instance; AdrError when there is no such instance."""
        at = int(np.searchsorted(self.instances, instance))
        if at == self.rows or self.instances[at] != instance:
            raise AdrError(f"There is no instance {instance}.", "Instances are positions in the source, from 0.")
        return at

    def tau(self, recipe: Recipe) -> dict[str, float]:
        """τ of every perspective: the recipe's count, or the count that its tail share gives on these postings.

        AdrError when the recipe says something of a perspective that the index does not have.
        """
        need_indexed(self.store, (p for p in recipe.mentioned if p not in self.perspectives))
        assert tuple(part.positions for part in recipe.exclude) == self._exclude, "an engine of `excluding(recipe)`"
        return {p: tau_of(recipe, p, self.postings[p].n, one.tail_share) for p, one in self.perspectives.items()}

    def own(self, recipe: Recipe) -> dict[str, dict[int, float]]:
        """{perspective: {entity: what replaces its τ}}, for the voting perspectives; entities numbered as in
        PostingRows."""
        return {p: self._placed(p, recipe.limits(p))[0] for p in recipe.perspectives}

    def caps(self, recipe: Recipe) -> list[Cap]:
        """(perspective, entity, its bound) for every cap of an entity that occurs."""
        found: list[Cap] = []
        for perspective, wanted in recipe.at_most.items():
            places = self.places(perspective, list(wanted))
            found += [
                (perspective, name, Bound(self.rows_of(perspective, places[name]), most))
                for name, most in wanted.items()
                if name in places
            ]
        return found

    def caps_each(self, recipe: Recipe) -> list[EachCap]:
        """(perspective, its bound) for every cap on each entity of a perspective; those capped by name are left out."""
        found: list[EachCap] = []
        for perspective, most in recipe.at_most_each.items():
            postings = self.postings[perspective]
            rows = np.repeat(np.arange(self.rows), np.diff(postings.offsets))
            entities = postings.entities
            if own := list(self.places(perspective, list(recipe.at_most.get(perspective, {}))).values()):
                others = ~np.isin(entities, own)
                rows, entities = rows[others], entities[others]
            found.append((perspective, EachBound(rows, entities, most)))
        return found

    def unused(self, recipe: Recipe) -> tuple[str, ...]:
        """What the recipe sets for entities that do not occur, as "object: unicorn"."""
        missing: list[str] = []
        mixture = recipe.mixture
        for perspective in self.perspectives:
            wanted = {**recipe.limits(perspective), **recipe.at_most.get(perspective, {})}
            if mixture and mixture.perspective == perspective:
                wanted |= dict.fromkeys(mixture.named, 0.0)
            missing += [f"{perspective}: {name}" for name in self._placed(perspective, wanted)[1]]
        for key in FROZEN:
            asked = positions_of(getattr(recipe, key))
            gone = asked[~np.isin(asked, self.positions)] if len(asked) else asked
            missing += [f"{key}: {counted(len(gone), 'position')} from {gone[0]}"] if len(gone) else []
        return tuple(missing)

    def rows_of(self, perspective: str, place: int) -> npt.NDArray[np.int64]:
        """Rows that have an entity, given by its number in PostingRows, ascending."""
        return self._rows.get((perspective, place), lambda: self.postings[perspective].rows_of(place))

    def _placed(self, perspective: str, wanted: Mapping[str, float]) -> tuple[dict[int, float], list[str]]:
        places = self.places(perspective, list(wanted))
        placed = {places[name]: float(wanted[name]) for name in wanted if name in places}
        return placed, [name for name in wanted if name not in places]

    def places(self, perspective: str, names: list[str]) -> dict[str, int]:
        """{name: its number in PostingRows} of the names that occur."""
        known = self._places.setdefault(perspective, {})
        asked = [name for name in names if name not in known]
        if asked:
            rows = self.store.rows(
                "select name, entity from entity where perspective = perspective_number($1) "
                "and name in (select unnest($2::varchar[]))",
                [perspective, asked],
            )
            found = {str(name): self.postings[perspective].place_or_none(int(entity)) for name, entity in rows}
            known.update({name: found.get(name) for name in asked})
        return {name: place for name in names if (place := known[name]) is not None}

    def places_containing(self, perspective: str, text: str) -> npt.NDArray[np.int64]:
        """Numbers in PostingRows of the entities whose name contains `text` in any case, ascending."""
        ids = self.store.arrays(
            "select entity from entity where perspective = perspective_number($1) and contains(name, lower($2))",
            [perspective, text],
        )["entity"]
        return np.flatnonzero(np.isin(self.postings[perspective].ids, ids))

    def names(self, perspective: str, places: npt.ArrayLike) -> list[str]:
        """Names of entities given by their number in PostingRows."""
        ids = self.postings[perspective].ids[np.asarray(places, dtype=np.int64)]
        rows = self.store.rows(
            "select entity, name from entity where entity in (select unnest($1::integer[]))",
            [sorted({int(i) for i in ids})],
        )
        named = {int(entity): str(name) for entity, name in rows}
        return [named[int(i)] for i in ids]

    # ---- decisions

    def critical(self, recipe: Recipe, perspective: str, own: Mapping[int, float]) -> Critical:
        """Critical τ of every row in one perspective, under the recipe's seed, its rule and what replaces τ.

        From the nearest arrangement of own τ at hand, only rows that have an entity in which they differ are computed.
        """
        family = (recipe.seed, recipe.pass_rule, perspective)
        held = tuple(sorted(own.items()))
        return self._critical.get((*family, held), lambda: self._make_critical(family, dict(held)))

    def _make_critical(self, family: tuple[int, str, str], own: dict[int, float]) -> Critical:
        near: tuple[Mapping[int, float], Critical] | None = None
        least = math.inf
        for key, made in self._critical.values():
            if isinstance(key, tuple) and key[:3] == family:
                differing = len(set(own.items()) ^ set(key[3]))
                if differing < least:
                    least, near = differing, (dict(key[3]), made)
        seed, rule, perspective = family
        return critical_of(
            self.postings[perspective],
            self.instances,
            seed,
            rule,
            own,
            near=near,
            at_once=self.together,
            parts=self._threads,
        )

    def pass_counts(
        self,
        recipe: Recipe,
        tau: Mapping[str, float] | None = None,
        own: Mapping[str, Mapping[int, float]] | None = None,
    ) -> npt.NDArray[np.int8]:
        """How many of the recipe's perspectives pass, for every row."""
        decider = self._decider(recipe)
        decider = decider if tau is None else replace(decider, tau=tau)
        own = decider.own if own is None else own
        return decider.pass_counts(lambda p: self.critical(recipe, p, own.get(p, {})))

    def kept(self, recipe: Recipe) -> npt.NDArray[np.bool_]:
        """The rows that stay: the keep rule (pass count ≥ min_passes and a last draw < α), caps, then the mixture."""
        recipe = self.decided(recipe)
        if recipe.mixture:
            return self.mixed(recipe).copies > 0
        by_rule = self._by_rule(recipe, self.pass_counts(recipe))
        return self._within(recipe, by_rule) > 0

    def _by_rule(self, recipe: Recipe, passes: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
        """The copies of each row that the keep rule keeps."""
        return self._decider(recipe).by_rule(passes, lambda: self._seeded(recipe.seed).alpha)

    def _within(self, recipe: Recipe, copies: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
        """Of the copies that the keep rule keeps, those that stay within every cap."""
        protected = self.protected(recipe) if recipe.protect_instances else None
        place = partial(self.place, recipe, self._decider(recipe).tau)
        return within_caps(copies, place, self._bounds(recipe), protected, self.together)

    def _bounds(self, recipe: Recipe) -> list[Bound | EachBound]:
        """The bounds of all caps."""
        return [*(bound for _, _, bound in self.caps(recipe)), *(bound for _, bound in self.caps_each(recipe))]

    def copies(self, recipe: Recipe) -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int8]]:
        """(how many times the keep rule keeps each row, how many copies caps and mixture leave or make of it)."""
        by_rule = self._by_rule(recipe, self.pass_counts(recipe))
        return by_rule, self.mixed(recipe).copies if recipe.mixture else self._within(recipe, by_rule)

    def copies_if_kept(self, recipe: Recipe) -> npt.NDArray[np.int8]:
        """How many times each row counts once the keep rule keeps it; no draw has a part in this."""
        return self._decider(recipe).copies(np.ones(self.rows, dtype=bool))

    def place(self, recipe: Recipe, tau: Mapping[str, float]) -> npt.NDArray[np.uint64]:
        """Where each row comes in the order of caps, smallest first (see `adr.rebalance.at_most`)."""
        return place_in_order(self.held(recipe, tau), self._seeded(recipe.seed).drawn)

    # ---- the mixture

    def mixed(self, recipe: Recipe) -> Mixed:
        """What the mixture of a recipe that has one makes of what its keep rule and its caps keep."""
        assert recipe.mixture is not None
        stock = self.stock(recipe, recipe.mixture.perspective)
        return mixed(recipe.mixture, stock, self._capped_rows(recipe, recipe.mixture.repeat > 1))

    def stock(self, recipe: Recipe, perspective: str) -> Stock:
        """What a mixture of the perspective's values can give: what keep rule and caps of the recipe keep."""
        plain = _without_mixture(recipe)
        return self._stocks.get((plain, perspective), lambda: self._make_stock(plain, perspective))

    def _make_stock(self, plain: Recipe, perspective: str) -> Stock:
        tau, seeded = self.tau(plain), self._seeded(plain.seed)
        by_draw = self._by_draw.get(plain.seed, lambda: np.argsort(seeded.drawn, kind="stable").astype(np.int32))
        pool = self._pool_of(plain).copies
        return stock_of(
            self.values(perspective),
            pool,
            shared_order(pool, self.held(plain, tau), by_draw),
            self.protected(plain) if plain.protect_instances else None,
        )

    def values(self, perspective: str) -> Values:
        """The value of every row in a perspective."""
        postings = self.postings[perspective]
        return self._values.get(
            perspective, lambda: values_of(postings, self.names(perspective, range(len(postings.n))))
        )

    def _capped_rows(self, recipe: Recipe, wanted: bool) -> CappedRows:
        """The caps of the recipe by row; none of them when they are not wanted."""
        if not wanted:
            return self._capped.get((), lambda: capped_rows([], self.rows))
        key = tuple((p, *sorted(caps.items())) for p, caps in recipe.at_most.items())
        each = tuple(recipe.at_most_each.items())
        return self._capped.get((key, each), lambda: capped_rows(self._bounds(recipe), self.rows))

    def _pool_of(self, plain: Recipe) -> _Pool:
        """What keep rule and caps of a recipe keep, without its mixture."""
        return self._pools.get(plain, lambda: self._make_pool(plain))

    def _make_pool(self, plain: Recipe) -> _Pool:
        passes = self.pass_counts(plain)
        by_rule = self._by_rule(plain, passes)
        caps, each = self.caps(plain), self.caps_each(plain)
        return _Pool(passes, by_rule, caps, each, self._within(plain, by_rule))

    # ---- parts of decisions

    def held(self, recipe: Recipe, tau: Mapping[str, float]) -> npt.NDArray[np.int8]:
        """In how many of the recipe's perspectives each row holds a tail entity (n < τ) or a protected one; the most
        there may be for a protected instance."""
        return replace(self._decider(recipe), tau=tau).held()

    def enough(self, recipe: Recipe, passes: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
        """Rows that pass, as `MarkedRows.enough` says."""
        return self._decider(recipe).rows.enough(recipe, passes)

    def survives(self, recipe: Recipe) -> npt.NDArray[np.bool_]:
        """Rows whose last draw is below α, or that are protected."""
        return self._decider(recipe).rows.survives(recipe, lambda: self._seeded(recipe.seed).alpha)

    def head_rank(self, perspective: str) -> int:
        """How many entities are head, by the paper's rule."""
        return self._rules[perspective].head_rank

    def count(self, perspective: str, copies: npt.NDArray[np.int8]) -> npt.NDArray[np.int32]:
        """Count of every entity of a perspective over the rows when each occurs as many times as `copies` says."""
        return self._count(self.postings[perspective], copies)

    def counts_after(self, recipe: Recipe, perspective: str) -> npt.NDArray[np.int32]:
        """Kept instances of each entity of one perspective (copies not counted)."""
        return self._count(self.postings[perspective], self.kept(recipe).astype(np.int8))

    def tail_share_of(self, perspective: str, counts: npt.NDArray[np.int32]) -> float:
        """The share of postings, 0..1, that belong to entities which are tail before (by the paper's rule)."""
        total = int(counts.sum(dtype=np.int64))
        tail = int(counts[self._rules[perspective].head_rank :].sum(dtype=np.int64))
        return tail / total if total else 0.0

    def preview(self, recipe: Recipe, *, k: int = BELOW_K) -> RecipePreview:
        """Everything a recipe does: kept set, counts of every entity after, tail numbers, and the random baseline.

        k: the count for `Numbers.below_k`. The previews of the last few recipes are remembered.
        """
        decided = self.decided(recipe)
        return self._previews.get((decided, k), lambda: self._make_preview(decided, k))

    def _make_preview(self, recipe: Recipe, k: int) -> RecipePreview:
        tau = self._decider(recipe).tau
        pool = self._pool_of(_without_mixture(recipe))
        made = self.mixed(recipe) if recipe.mixture else None
        copies = made.copies if made else pool.copies
        kept = copies > 0
        caps, each = cap_effects(pool.caps, pool.by_rule, copies), each_cap_effects(pool.each, pool.by_rule, copies)
        mixture = None
        if recipe.mixture and made:
            mixture = effect_of(recipe.mixture, self.stock(recipe, recipe.mixture.perspective), made)
        size, total = int(np.count_nonzero(kept)), int(copies.sum(dtype=np.int64))
        capped = any(cap.binds for cap in caps) or any(cap.binds for cap in each)
        binds = capped or (mixture is not None and mixture.binds)
        probability = None if binds else self._probability(recipe)
        expected, deviation = (None, None) if probability is None else self._expected(probability)
        largest_first = sorted(self.perspectives, key=lambda p: -len(self.postings[p].entities))
        counted = self.together(
            [partial(self._columns, p, recipe.seed, copies, total, tau[p], k) for p in largest_first]
        )
        by_name = {p: rest for p, *rest in counted}
        empty = self.without_entities(recipe.perspectives)
        marked = self._decider(recipe).rows
        reason = marked.reasons(recipe, empty, pool.passes, pool.by_rule, pool.copies, kept)
        return RecipePreview(
            recipe=recipe,
            tau=tau,
            kept=kept,
            pass_count=pool.passes,
            copies=copies,
            by_rule=pool.by_rule,
            reason=reason,
            probability=probability,
            expected=expected,
            expected_sd=deviation,
            reasons=tally(reason),
            groups=self._groups(recipe, kept, empty),
            after={p: by_name[p][0] for p in self.perspectives},
            random={p: by_name[p][1] for p in self.perspectives},
            spectra={p: by_name[p][2] for p in self.perspectives},
            perspectives={p: by_name[p][3] for p in self.perspectives},
            caps=caps,
            caps_each=each,
            mixture=mixture,
            unused=self.unused(recipe),
            size=self.scaled(size),
            repeated=self.scaled(total - size),
            total=self.total,
        )

    def without_entities(self, perspectives: tuple[str, ...]) -> npt.NDArray[np.bool_]:
        """Rows that have no entity in any of these perspectives."""
        return without_entities(self._rarest, perspectives, self.rows)

    def expected_counts(self, preview: RecipePreview, perspective: str) -> npt.NDArray[np.float64]:
        """Expected number of kept instances of each entity over all seeds (closed form, copies not counted)."""
        postings = self.postings[perspective]
        counts = np.zeros(len(postings.n))
        loops.add_chances(postings.offsets, postings.entities, preview.probability, counts)
        return counts

    def baseline(self, seed: int, size: int) -> npt.NDArray[np.int64]:
        """Rows of the uniform random subset of that size, ascending; a larger subset contains the smaller."""
        return np.sort(self._seeded(seed).order[:size])

    # ---- parts of a preview

    def _decider(self, recipe: Recipe) -> Decider:
        """The keep rule of a recipe over these rows."""
        # by identity, which is cheap: the decider holds its recipe, so another one cannot have that identity
        return self._deciders.get(id(recipe), lambda: self._make_decider(recipe))

    def _make_decider(self, recipe: Recipe) -> Decider:
        rows = MarkedRows(self.instances, self.text_only, self.unread, self.excluded, self.protected(recipe))
        return Decider(recipe, rows, self.postings, self._rarest, self.tau(recipe), self.own(recipe), self.rows_of)

    def _probability(self, recipe: Recipe) -> npt.NDArray[np.float64]:
        """P(kept) of every row over all seeds, in closed form, as the keep rule alone gives it."""
        decider = self._decider(recipe)

        def chance(perspective: str) -> npt.NDArray[np.float64]:
            own = tuple(sorted(decider.own[perspective].items()))
            key = (recipe.pass_rule, perspective, decider.tau[perspective], own)
            return self._chances.get(key, lambda: decider.chance(perspective))

        return decider.probability(chance, self.together, 4 * self._threads)

    def _expected(self, probability: npt.NDArray[np.float64]) -> tuple[float, float]:
        """(expected number of kept instances, its standard deviation)."""
        slices = range_slices(self.instances)
        works: list[Callable[[], Sums]] = [
            partial(loops.sum_chances, begin, end, probability, 0.0, 0.0) for _, begin, end in slices
        ]
        expected, deviation = expected_of(self.together(works))
        if self.sample is None:
            return expected, deviation
        return self.sample.scaled(expected), math.sqrt(self.sample.scaled(deviation**2))

    def _columns(
        self, perspective: str, seed: int, copies: npt.NDArray[np.int8], total: int, tau: float, k: int
    ) -> tuple[str, Any, Any, dict[str, Spectrum], Columns]:
        postings = self.postings[perspective]
        after = self._count(postings, copies)
        random = self._random_counts(postings, seed, min(total, self.rows - int(np.count_nonzero(self.excluded))))
        before = self._before[perspective]
        after, random = self.estimated(perspective, after), self.estimated(perspective, random)
        thinned, chosen = (self._numbers(perspective, counts, k) for counts in (after, random))
        spectra = {"before": before[1], "after": thinned[1], "random": chosen[1]}
        rank = self._rules[perspective].head_rank
        return perspective, after, random, spectra, Columns(tau, rank, before[0], thinned[0], chosen[0])

    def _count(self, postings: PostingRows, copies: npt.NDArray[np.int8]) -> npt.NDArray[np.int32]:
        """Counts over the rows: added up from 0 or subtracted from those of all, whichever touches fewer rows."""
        if np.count_nonzero(copies) * 2 <= len(copies):
            counts, weight = np.zeros(len(postings.n), dtype=np.int32), copies
        else:
            counts, weight = self._inside[postings.perspective].copy(), copies - np.int8(1)
        loops.add_rows(postings.offsets, postings.entities, weight, counts)
        return counts

    def _random_counts(self, postings: PostingRows, seed: int, size: int) -> npt.NDArray[np.int32]:
        """Counts of the first `size` rows of the random order, from the nearest stored prefix."""
        seeded = self._seeded(seed)
        edges = np.linspace(0, self.rows, _STEPS + 1).astype(int)
        prefixes = seeded.prefixes.get(postings.perspective)
        if prefixes is None:
            prefixes = [np.zeros(len(postings.n), dtype=np.int32)]
            for begin, end in pairwise(edges):
                counts = prefixes[-1].copy()
                loops.add_listed(postings.offsets, postings.entities, seeded.order[begin:end], 1, counts)
                prefixes.append(counts)
            seeded.prefixes[postings.perspective] = prefixes
        step = int(np.argmin(np.abs(edges - size)))
        counts, edge = prefixes[step].copy(), int(edges[step])
        rows, weight = (seeded.order[edge:size], 1) if size >= edge else (seeded.order[size:edge], -1)
        loops.add_listed(postings.offsets, postings.entities, rows, weight, counts)
        return counts

    def _numbers(self, perspective: str, counts: npt.NDArray[np.int32], k: int) -> tuple[Numbers, Spectrum]:
        n = self.postings[perspective].n
        histogram = np.zeros(int(counts.max()) + 1 if len(counts) else 1, dtype=np.int64)
        heads, tails, losing, lost, fallen = loops.tally(n, counts, self._rules[perspective].head_rank, k, histogram)
        values = np.flatnonzero(histogram)
        spectrum = Spectrum(values, histogram[values])
        all_postings = max(1, heads + tails)
        return Numbers(
            entities=len(n) - int(histogram[0]),
            postings=int(heads + tails),
            head_share=heads / all_postings,
            tail_share=tails / all_postings,
            gini=spectrum.gini,
            effective_entities=spectrum.effective_entities,
            singletons=spectrum.singletons,
            losing=int(losing),
            lost=int(lost),
            below_k=int(fallen),
        ), spectrum

    def _groups(
        self, recipe: Recipe, kept: npt.NDArray[np.bool_], empty: npt.NDArray[np.bool_]
    ) -> dict[str, dict[str, int]]:
        members = {"text_only": self.text_only, "no_entities": empty}
        members |= {"unread": self.unread} if self.unread.any() else {}
        members |= {f"no_{p}": self.without_entities((p,)) for p in recipe.perspectives}
        counted_rows = ~self.excluded
        return {
            name: {"instances": int(np.count_nonzero(rows & counted_rows)), "kept": int(np.count_nonzero(kept & rows))}
            for name, rows in members.items()
        }

    def _seeded(self, seed: int) -> _Seeded:
        def make() -> _Seeded:
            rank = draws(seed, RANDOM_KEY, self.instances) + self.excluded  # a draw is below 1: those come last
            return _Seeded(
                alpha=draws(seed, ALPHA_KEY, self.instances),
                order=np.argsort(rank, kind="stable"),
                drawn=cap_draws(seed, self.instances),
            )

        return self._seeds.get(seed, make)

    def sibling(self) -> "Engine":
        """An engine over the same postings that remembers little: for many seeds, without losing what this one has."""
        other = copy.copy(self)
        other._seeds, other._critical, other._chances, other._previews = map(_Recent, (1, 4, 4, 1))
        other._pools, other._stocks, other._by_draw = map(_Recent, (1, 1, 1))
        other._without = _Recent(1)
        return other

    def together(self, works: list[Callable[[], T]]) -> list[T]:
        """The results of several functions, called at the same time on the engine's threads."""
        if len(works) <= 1 or self._threads == 1:
            return [work() for work in works]
        return [waiting.result() for waiting in [self._pool.submit(work) for work in works]]


def _without_mixture(recipe: Recipe) -> Recipe:
    return replace(recipe, mixture=None) if recipe.mixture else recipe
