"""Which things a conversation denies: of the tail and of the head in the proportion in which the source denies them.

A model that hears "no" about head things alone learns to say "yes" about all others. Knows nothing of prompts or files.
"""

import hashlib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from adr.store import Store

_EACH = 3
_SAMPLE = 20_000
_ASKED = re.compile(r"^(?:is|are) there (?:an |a |any )?(.+?)(?: (?:in|on|at|here|visible)\b.*)?\?", re.IGNORECASE)
# With fewer denials in the source, tail and head are denied equally often.
_ENOUGH = 20


@dataclass(frozen=True)
class Denials:
    """Names to deny. tail, head: names of objects, the commonest first; share: of the tail among what is denied."""

    tail: Sequence[str]
    head: Sequence[str]
    share: float

    def absent(self, slot: int, *near: Collection[str]) -> tuple[str, ...]:
        """Up to three names for a slot that are in none of `near`, each of the tail or the head by a draw of its own;
        of the other where one has none left."""
        found: list[str] = []
        for place in range(_EACH):
            names = (self.tail, self.head) if _uniform(slot, place) < self.share else (self.head, self.tail)
            name = next((n for some in names if (n := _next(some, (found, *near), slot + place))), None)
            found += [name] if name else []
        return tuple(found)


def measured_denials(store: Store, commonest: Sequence[str], tail: Collection[str]) -> Denials:
    """What the conversations of a plan deny. commonest: names of objects; tail: names that lack instances, which are
    denied as often, compared with the others, as the source says "No" when asked whether one is there."""
    scarce = [name for name in commonest if name in tail] + sorted(set(tail) & _objects(store) - set(commonest))
    frequent = [name for name in commonest if name not in tail]
    asked = [name in tail for name in denied(store, {*scarce, *frequent})]
    share = sum(asked) / len(asked) if len(asked) >= _ENOUGH else 0.5
    return Denials(scarce, frequent, share)


def denied(store: Store, names: Collection[str]) -> list[str]:
    """Each time that the source, in at most 20,000 conversations, answers no to "is there a NAME?": the name."""
    found = []
    for (turns,) in store.rows(
        "select turns from instance where len(turns) >= 2 order by hash(instance) limit $1", [_SAMPLE]
    ):
        for human, gpt in pairwise(turns):
            asked = _ASKED.match(human["text"].replace("<image>", "").strip())
            if asked and human["role"] == "human" and re.match(r"no\b", gpt["text"].strip(), re.IGNORECASE):
                said = asked[1].lower()
                found += [name for name in (said, said[:-1], said[:-2]) if name in names][:1]
    return found


def _objects(store: Store) -> set[str]:
    return {
        name for (name,) in store.rows("select name from named_entity where perspective = perspective_number('object')")
    }


def _next(names: Sequence[str], without: Sequence[Collection[str]], start: int) -> str | None:
    """The first of `names` that is in none of `without`, from `start` on, continuing at the beginning."""
    for step in range(len(names)):
        name = names[(start + step) % len(names)]
        for some in without:  # a plan asks this a million times, and any() would take twice as long
            if name in some:
                break
        else:
            return name
    return None


def _uniform(*what: int) -> float:
    digest = hashlib.blake2b(repr(what).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") / 2**64
