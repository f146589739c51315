"""Compiled loops over the postings of one perspective; the rebalance engine's innermost steps.

Part of the rebalance stage; knows arrays only. Postings are compressed rows: the entities of row r are
`entities[offsets[r]:offsets[r + 1]]`, in descending order of count, so the rarest is the last. Everything runs
without the interpreter's lock, on the caller's thread, in IEEE double precision and in the order written here: the
same arrays give the same bits on every machine. `own[e]` is what
replaces τ for entity e (its own τ, 0 for a muted one, inf for a protected one), or −1 where τ applies.
"""

from typing import Any

import numpy as np
from numba import njit

from adr.draws import GAMMA, MIX_FIRST, MIX_SECOND

_GAMMA, _FIRST, _SECOND = np.uint64(GAMMA), np.uint64(MIX_FIRST), np.uint64(MIX_SECOND)
_ONE, _S11, _S27, _S30, _S31 = np.uint64(1), np.uint64(11), np.uint64(27), np.uint64(30), np.uint64(31)
PASSES_ALWAYS = -1.0  # a critical τ below every τ: an own τ or a protected entity makes it pass whatever τ is


def _compiled(function: Any) -> Any:
    """The function as machine code, kept beside the source so that the next start need not compile it."""
    return njit(nogil=True, cache=True, error_model="numpy")(function)


@_compiled
def draw(key: Any, start: Any, instance: Any) -> Any:
    """`adr.draws.draws` for one (key, instance); start is `seed_start(seed)`."""
    x = key + start + (np.uint64(instance) + _ONE) * _GAMMA
    for _ in range(2):
        x = (x ^ (x >> _S30)) * _FIRST
        x = (x ^ (x >> _S27)) * _SECOND
        x = x ^ (x >> _S31)
    return np.float64(x >> _S11) * 2.0**-53


@_compiled
def critical_any(
    begin: int,
    end: int,
    wanted: Any,
    offsets: Any,
    entities: Any,
    n: Any,
    keys: Any,
    own: Any,
    start: Any,
    instances: Any,
    critical: Any,
    decider: Any,
) -> None:
    """Critical τ of the wanted rows, by the rule "some entity's draw is below its probability" (docs/engine.md).

    critical: min of draw · n over the entities under τ; PASSES_ALWAYS when draw · n < own for one of the others; inf
    when neither. decider: the entity that gives it, or −1.
    """
    for row in range(begin, end):
        if not wanted[row]:
            continue
        least, chosen = np.inf, -1
        for at in range(offsets[row], offsets[row + 1]):
            entity = entities[at]
            product = draw(keys[entity], start, instances[row]) * n[entity]
            if own[entity] < 0:
                if product < least:
                    least, chosen = product, entity
            elif product < own[entity]:
                least, chosen = PASSES_ALWAYS, entity
                break
        critical[row] = least
        decider[row] = chosen


@_compiled
def critical_mean(
    begin: int,
    end: int,
    wanted: Any,
    offsets: Any,
    entities: Any,
    n: Any,
    key: Any,
    own: Any,
    start: Any,
    instances: Any,
    critical: Any,
    decider: Any,
) -> None:
    """Critical τ of the wanted rows, by the rule "one draw is below the mean probability of the entities".

    The mean of min(1, τ / n) over a row's m entities grows with τ; the critical τ is where it equals the draw (`key` is
    that of the perspective). With the k most frequent entities below 1 and the others at 1 it is
    (draw · m − constants − others) / Σ 1/n; the k that fits is found starting from the most frequent.
    decider: the entity with the largest probability, or −1.
    """
    for row in range(begin, end):
        if not wanted[row]:
            continue
        first, last = offsets[row], offsets[row + 1]
        critical[row], decider[row] = np.inf, -1
        if first == last:
            continue
        constant, free, largest = 0.0, 0, 0.0
        for at in range(first, last):
            entity = entities[at]
            if own[entity] < 0:
                free += 1
                decider[row] = entity
            else:
                probability = min(1.0, own[entity] / n[entity])
                constant += probability
                if probability > largest and free == 0:
                    largest = probability
                    decider[row] = entity
        needed = draw(key, start, instances[row]) * (last - first) - constant
        if needed < 0:
            critical[row] = PASSES_ALWAYS
            continue
        if needed >= free:
            continue
        inverse, others = 0.0, free
        at = first
        while at < last:
            entity = entities[at]
            at += 1
            if own[entity] >= 0:
                continue
            inverse += 1.0 / n[entity]
            others -= 1
            tau = (needed - others) / inverse
            after = at
            while after < last and own[entities[after]] >= 0:
                after += 1
            if after == last or tau >= n[entities[after]]:
                critical[row] = tau
                break


@_compiled
def critical_mean_unclamped(
    begin: int,
    end: int,
    wanted: Any,
    offsets: Any,
    entities: Any,
    n: Any,
    key: Any,
    own: Any,
    start: Any,
    instances: Any,
    critical: Any,
    decider: Any,
) -> None:
    """Critical τ of the wanted rows, by the rule "one draw is below the mean of τ / n over the entities".

    As `critical_mean`, but a τ / n above 1 counts in full, so that one rare entity can carry the others:
    (draw · m − constants) / Σ 1/n. decider: the entity with the largest τ / n, or −1.
    """
    for row in range(begin, end):
        if not wanted[row]:
            continue
        first, last = offsets[row], offsets[row + 1]
        critical[row], decider[row] = np.inf, -1
        constant, inverse, largest = 0.0, 0.0, 0.0
        for at in range(first, last):
            entity = entities[at]
            if own[entity] < 0:
                inverse += 1.0 / n[entity]
                decider[row] = entity
            else:
                ratio = own[entity] / n[entity]
                constant += ratio
                if ratio > largest and inverse == 0.0:
                    largest = ratio
                    decider[row] = entity
        needed = draw(key, start, instances[row]) * (last - first) - constant
        if needed < 0:
            critical[row] = PASSES_ALWAYS
        elif inverse > 0:
            critical[row] = needed / inverse


@_compiled
def chance_any(offsets: Any, entities: Any, n: Any, own: Any, tau: float, chance: Any) -> None:
    """q of every row: 1 − Π (1 − p(e)), the probability over all seeds that the perspective passes."""
    for row in range(len(offsets) - 1):
        missed = 1.0
        for at in range(offsets[row + 1] - 1, offsets[row] - 1, -1):  # from the rarest: p = 1 ends the loop
            entity = entities[at]
            limit = tau if own[entity] < 0 else own[entity]
            if limit >= n[entity]:
                missed = 0.0
                break
            missed *= 1.0 - limit / n[entity]
        chance[row] = 1.0 - missed


@_compiled
def chance_mean(offsets: Any, entities: Any, n: Any, own: Any, tau: float, chance: Any) -> None:
    """q of every row under the mean rule: the mean of p(e); 0 for a row without entities."""
    for row in range(len(offsets) - 1):
        first, last = offsets[row], offsets[row + 1]
        total = 0.0
        for at in range(first, last):
            entity = entities[at]
            limit = tau if own[entity] < 0 else own[entity]
            total += min(1.0, limit / n[entity])
        chance[row] = total / (last - first) if last > first else 0.0


@_compiled
def chance_mean_unclamped(offsets: Any, entities: Any, n: Any, own: Any, tau: float, chance: Any) -> None:
    """q of every row under the unclamped mean rule: the mean of τ / n, at most 1; 0 for a row without entities."""
    for row in range(len(offsets) - 1):
        first, last = offsets[row], offsets[row + 1]
        total = 0.0
        for at in range(first, last):
            entity = entities[at]
            total += (tau if own[entity] < 0 else own[entity]) / n[entity]
        chance[row] = min(1.0, total / (last - first)) if last > first else 0.0


CRITICAL = {"any": critical_any, "mean": critical_mean, "mean_unclamped": critical_mean_unclamped}
CHANCE = {"any": chance_any, "mean": chance_mean, "mean_unclamped": chance_mean_unclamped}


@_compiled
def keep_chance(begin: int, end: int, chances: Any, min_passes: int, alpha: float, kept: Any) -> None:
    """P(keep) of the rows from begin to end into `kept`: α · P(passes ≥ min_passes), passes being Poisson-binomial in
    the rows of `chances` (perspectives × rows)."""
    number = chances.shape[0]
    exactly = np.zeros(number + 1)
    for row in range(begin, end):
        exactly[:] = 0.0
        exactly[0] = 1.0
        for k in range(number):
            q = chances[k, row]
            for passes in range(k + 1, 0, -1):
                exactly[passes] = exactly[passes] * (1.0 - q) + exactly[passes - 1] * q
            exactly[0] *= 1.0 - q
        enough = 0.0
        for passes in range(min(min_passes, number + 1), number + 1):
            enough += exactly[passes]
        kept[row] = min(1.0, enough) * alpha


@_compiled
def sum_chances(begin: int, end: int, chance: Any, expected: float, variance: float) -> Any:
    """`expected` and `variance` with Σ p and Σ p (1 − p) of the rows from begin to end added, in their order."""
    for row in range(begin, end):
        expected += chance[row]
        variance += chance[row] * (1.0 - chance[row])
    return expected, variance


@_compiled
def copies_by_rarity(offsets: Any, entities: Any, n: Any, own: Any, tau: float, most: int, copies: Any) -> None:
    """Raise `copies` of kept rows to ⌊√p⌋ of their largest unclamped p(e) = c(e) / n(e), at most `most`."""
    for row in range(len(copies)):
        if copies[row] == 0 or copies[row] >= most:
            continue
        for at in range(offsets[row + 1] - 1, offsets[row] - 1, -1):
            entity = entities[at]
            limit = tau if own[entity] < 0 else own[entity]
            while copies[row] < most and limit >= float((copies[row] + 1) ** 2) * n[entity]:
                copies[row] += 1
            if copies[row] >= most:
                break


@_compiled
def add_rows(offsets: Any, entities: Any, weight: Any, counts: Any) -> None:
    """Add weight[row] to the count of each of the row's entities; rows of weight 0 cost nothing."""
    for row in range(len(weight)):
        if weight[row] != 0:
            for at in range(offsets[row], offsets[row + 1]):
                counts[entities[at]] += weight[row]


@_compiled
def add_listed(offsets: Any, entities: Any, rows: Any, weight: int, counts: Any) -> None:
    """Add `weight` to the counts of the entities of the listed rows."""
    for row in rows:
        for at in range(offsets[row], offsets[row + 1]):
            counts[entities[at]] += weight


@_compiled
def add_chances(offsets: Any, entities: Any, chance: Any, counts: Any) -> None:
    """Add chance[row] to the (float) count of each of the row's entities."""
    for row in range(len(chance)):
        for at in range(offsets[row], offsets[row + 1]):
            counts[entities[at]] += chance[row]


@_compiled
def rows_with(offsets: Any, entities: Any, marked: Any, found: Any) -> None:
    """Set found[row] for rows that have a marked entity."""
    for row in range(len(found)):
        for at in range(offsets[row], offsets[row + 1]):
            if marked[entities[at]]:
                found[row] = True
                break


@_compiled
def sort_rows(offsets: Any, entities: Any) -> None:
    """Put the entities of each row in ascending order."""
    for row in range(len(offsets) - 1):
        for at in range(offsets[row] + 1, offsets[row + 1]):
            moved, place = entities[at], at
            while place > offsets[row] and entities[place - 1] > moved:
                entities[place] = entities[place - 1]
                place -= 1
            entities[place] = moved


@_compiled
def tally(before: Any, after: Any, head: int, k: int, histogram: Any) -> Any:
    """One pass over the counts of all entities, of which the first `head` are head.

    Fills histogram[count]; returns (head postings, tail postings, entities that lose instances, entities lost
    entirely, entities that fall below k).
    """
    heads, tails, losing, lost, fallen = 0, 0, 0, 0, 0
    for entity in range(len(before)):
        count = after[entity]
        histogram[count] += 1
        if entity < head:
            heads += count
        else:
            tails += count
        if count < before[entity]:
            losing += 1
            if count == 0:
                lost += 1
            if count < k <= before[entity]:
                fallen += 1
    return heads, tails, losing, lost, fallen


@_compiled
def counts_at(counts: Any, ranks: Any, head: int, histogram: Any, found: Any) -> Any:
    """Counts at ascending ranks (from 1) of the descending curve into `found`, 0 past its end; `histogram` is scratch
    of zeros, at least max(counts) + 1 long, and is zeros again afterwards. Returns the tail's share of the counts."""
    heads, total, largest = 0, 0, 0
    for entity in range(len(counts)):
        count = counts[entity]
        histogram[count] += 1
        total += count
        if entity < head:
            heads += count
        largest = max(largest, count)
    histogram[0] = 0
    found[:] = 0
    at, reached = 0, 0
    for count in range(largest, 0, -1):
        if histogram[count]:
            reached += histogram[count]
            histogram[count] = 0
            while at < len(ranks) and ranks[at] <= reached:
                found[at] = count
                at += 1
    return (total - heads) / total if total else 0.0


@_compiled
def capped_of_rows(listed: Any, lengths: Any, offsets: Any, capped: Any) -> None:
    """Which capped entities each row has, as compressed rows; `listed` holds the rows of one cap after the other,
    `lengths` how many each has. offsets: rows + 1, starts as zeros; capped: as long as `listed`."""
    for row in listed:
        offsets[row + 1] += 1
    for row in range(len(offsets) - 1):
        offsets[row + 1] += offsets[row]
    filled = offsets[:-1].copy()
    at = 0
    for cap in range(len(lengths)):
        for _ in range(lengths[cap]):
            row = listed[at]
            capped[filled[row]] = cap
            filled[row] += 1
            at += 1


@_compiled
def fit_each(order: Any, offsets: Any, entities: Any, most: int, copies: Any, taken: Any, left: Any) -> None:
    """Lower `left` of the kept rows, in `order`, to the copies that fit below `most` in each of their entities.

    taken: zeros, one per entity; how many copies the rows before had. Every kept copy takes a rank, fit or not.
    """
    for row in order:
        own: Any = np.int64(copies[row])
        least = own
        for at in range(offsets[row], offsets[row + 1]):
            entity = entities[at]
            least = min(least, max(0, most - taken[entity]))
            taken[entity] += own
        left[row] = least


@_compiled
def give_first(order: Any, value: Any, pool: Any, wanted: Any, given: Any, copies: Any) -> None:
    """Give each value its first `wanted` copies of the pool, rows in `order`; `given` and `copies` start as zeros."""
    for row in order:
        own = value[row]
        take = min(np.int64(pool[row]), wanted[own] - given[own])
        if take > 0:
            copies[row] = take
            given[own] += take


@_compiled
def take_room(copies: Any, offsets: Any, capped: Any, room: Any) -> None:
    """Take the copies of the rows from the room of each capped entity that they have."""
    for row in range(len(copies)):
        if copies[row] != 0:
            for at in range(offsets[row], offsets[row + 1]):
                room[capped[at]] -= copies[row]


@_compiled
def give_again(
    rounds: int,
    order: Any,
    value: Any,
    pool: Any,
    wanted: Any,
    given: Any,
    offsets: Any,
    capped: Any,
    room: Any,
    copies: Any,
) -> None:
    """Give the copies of the pool again, up to `rounds` times, to values that have less than is wanted.

    In each round rows come in `order`; a copy is given where every capped entity of its row has room left.
    """
    lacking = np.maximum(wanted - given, 0).sum()
    for _ in range(rounds):
        before = lacking
        for row in order:
            if lacking == 0:
                break
            own = value[row]
            for _ in range(pool[row]):
                if given[own] >= wanted[own]:
                    break
                fits = True
                for at in range(offsets[row], offsets[row + 1]):
                    fits = fits and room[capped[at]] > 0
                if not fits:
                    break
                for at in range(offsets[row], offsets[row + 1]):
                    room[capped[at]] -= 1
                copies[row] += 1
                given[own] += 1
                lacking -= 1
        if lacking == before:
            break
