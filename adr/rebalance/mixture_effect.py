"""What a mixture does, value by value, and what should be said about it before it happens."""

import numpy as np

from adr.figures import counted
from adr.perspectives import described
from adr.rebalance.mixture import Mixed, Stock
from adr.rebalance.preview import MixtureEffect, ValueEffect
from adr.recipe_mixture import Mixture

LISTED = 100
"""Values listed besides the named ones."""
_SAID = 5
"""Values that lack rows of which a sentence is made; the others are counted."""


def effect_of(mixture: Mixture, stock: Stock, made: Mixed) -> MixtureEffect:
    """The effect of a mixture on a stock."""
    values = stock.values
    others = [n for n in np.argsort(-values.before, kind="stable").tolist() if values.before[n]]
    others = [n for n in others if values.names[n] not in mixture.named]
    listed = others[:LISTED]
    named = [_of_name(mixture, stock, made, name) for name in mixture.named]
    rest = others[LISTED:]
    effects = (*named, *(_of_number(stock, made, n, named=False) for n in listed))
    return MixtureEffect(
        perspective=mixture.perspective,
        size=made.total,
        values=effects,
        unlisted=len(rest),
        unlisted_pool=int(stock.counts[rest].sum()),
        unlisted_given=int(made.given[rest].sum()),
        notices=tuple(_notices(mixture, stock, made, effects)),
        binds=not np.array_equal(made.copies, stock.pool),
    )


def _of_name(mixture: Mixture, stock: Stock, made: Mixed, name: str) -> ValueEffect:
    number = stock.values.numbers.get(name)
    if number is None:
        return ValueEffect(name, True, 0, 0, made.missing[name], 0)
    return _of_number(stock, made, number, named=True)


def _of_number(stock: Stock, made: Mixed, number: int, *, named: bool) -> ValueEffect:
    return ValueEffect(
        value=stock.values.names[number],
        named=named,
        before=int(stock.values.before[number]),
        pool=int(stock.counts[number]),
        wanted=int(made.wanted[number]),
        given=int(made.given[number]),
    )


def _notices(mixture: Mixture, stock: Stock, made: Mixed, effects: tuple[ValueEffect, ...]) -> list[str]:
    said = _leaving(mixture, stock, made)
    short = [value for value in effects if value.given < value.wanted]
    said += [_short(mixture, value) for value in short[:_SAID]]
    if len(short) > _SAID:
        said.append(f"{counted(len(short) - _SAID, 'more value')} of {_plain(mixture)} cannot reach what is wanted.")
    return said


def _leaving(mixture: Mixture, stock: Stock, made: Mixed) -> list[str]:
    """What happens to values that shares do not name, where that is not in proportion to their rows."""
    if mixture.sizes:
        return []
    named = [stock.values.numbers[name] for name in mixture.named if name in stock.values.numbers]
    others = np.setdiff1d(np.flatnonzero(stock.counts), named)
    if not len(others) and not mixture.sums_to_one:
        return ["No other value has rows, so the named shares are scaled to sum to 1."]
    if not len(others) or not mixture.sums_to_one:
        return []
    which = "one other value" if len(others) == 1 else f"{len(others):,} other values"
    leave = "leaves" if len(others) == 1 else "leave"
    rows = int(stock.counts[others].sum())
    return [f"The named shares sum to 1: {which} of {_plain(mixture)} {leave}, with {counted(rows, 'row')}."]


def _short(mixture: Mixture, value: ValueEffect) -> str:
    of = f"“{value.value}” of {_plain(mixture)}" if value.value is not None else f"The group without {_plain(mixture)}"
    wanted = counted(value.wanted, "row")
    if not value.pool:
        return f"{of} has no rows to give: {wanted} wanted."
    return f"{of} lacks rows: {wanted} wanted, {value.given:,} given. It has {value.pool:,} before the mixture."


def _plain(mixture: Mixture) -> str:
    return described(mixture.perspective).called
