"""Which candidates of a plan are finished or could not be made, remembered so that looking again costs little.

A folder of slots is listed again only when it has changed and something in it is still to be made.
"""

import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from adr.synthesize.plan_file import SLOTS_PER_FOLDER, PlanFolder, candidate_key, names_in, read_failure
from adr.synthesize.plan_lines import PlanLines

FRESH_SECONDS = 2.0
"""For which a listing holds: as long as a folder's time may lag behind its files."""

_FINISHED, _FAILED = 2, 1

Key = tuple[int, int]


class SettledSlots:
    """The candidates of one plan that were finished or could not be made when its folders were last listed.

    One byte of memory per candidate. A candidate that was seen finished counts as finished from then on.
    """

    def __init__(self, folder: PlanFolder, slots: int, per_slot: int) -> None:
        self.folder, self.slots, self.per_slot = folder, slots, per_slot
        self._state = bytearray(slots * per_slot)
        self._per_place = SLOTS_PER_FOLDER if folder.grouped else max(1, slots)
        self._places = [_Place() for _ in range(-(-slots // self._per_place))]

    def slot(self, number: int) -> bool:
        """Whether nothing of a slot is left to make."""
        place = number // self._per_place
        if 0 in self._of(number) and time.monotonic() - self._places[place].looked > FRESH_SECONDS:
            self._list(place)
        return 0 not in self._of(number)

    def look(self) -> list[Key]:
        """List what may have changed; returns the (slot, alternative) finished since the last look."""
        return [key for place in range(len(self._places)) for key in self._list(place)]

    @property
    def candidates(self) -> int:
        """How many candidates the plan wants."""
        return len(self._state)

    @property
    def finished(self) -> int:
        """How many candidates are finished."""
        return self._state.count(_FINISHED)

    @property
    def failed(self) -> int:
        """How many candidates could not be made, and have not been made since."""
        return self._state.count(_FAILED)

    def all_of_them(self) -> bool:
        """Look again: whether nothing of the plan is left to make."""
        self.look()
        return 0 not in self._state

    def failures(self) -> Iterator[Key]:
        """(slot, alternative) of the candidates that could not be made."""
        at = self._state.find(_FAILED)
        while at >= 0:
            yield divmod(at, self.per_slot)
            at = self._state.find(_FAILED, at + 1)

    def reasons(self) -> dict[str, int]:
        """{reason: candidates that could not be made}."""
        failed = (read_failure(self.folder.failure(*key))[0] for key in self.failures())
        return dict(sorted(Counter(failed).items()))

    def _of(self, slot: int) -> bytearray:
        return self._state[slot * self.per_slot : (slot + 1) * self.per_slot]

    def _list(self, number: int) -> list[Key]:
        """List one place, unless everything in it is finished or it has not changed; returns what is new."""
        place = self._places[number]
        if place.whole or not place.changed(self._path(number)):
            return []
        new = [key for name in names_in(self._path(number)) if (key := self._note(name)) is not None]
        first, last = number * self._per_place, min((number + 1) * self._per_place, self.slots)
        part = self._state[first * self.per_slot : last * self.per_slot]
        place.whole = part.count(_FINISHED) == len(part)
        return new

    def _path(self, number: int) -> Path:
        return self.folder.place(number * self._per_place)

    def _note(self, name: str) -> Key | None:
        """Note the candidate that a file says is settled; its key when it is finished and that is new."""
        stem, _, ending = name.partition(".")
        key = candidate_key(stem) if ending in ("json", "failed.json") else None
        if key is None or key[0] >= self.slots or key[1] >= self.per_slot:
            return None
        at = key[0] * self.per_slot + key[1]
        before = self._state[at]
        self._state[at] = max(before, _FINISHED if ending == "json" else _FAILED)
        return key if self._state[at] == _FINISHED != before else None


class _Place:
    """What is known of one folder. looked: when it was last listed; whole: whether all of it is finished."""

    def __init__(self) -> None:
        self.looked, self.time, self.whole = float("-inf"), -1, False

    def changed(self, path: Path) -> bool:
        """Whether the folder may have changed since this was last asked."""
        self.looked = time.monotonic()
        try:
            found = os.stat(path).st_mtime_ns
        except FileNotFoundError:
            return False
        same = found == self.time
        # A file written within the clock's resolution of the last one does not change the folder's time.
        self.time = found if time.time_ns() - found > FRESH_SECONDS * 1e9 else -1
        return not same


def settled_of(folder: PlanFolder) -> SettledSlots:
    """What is settled of the plan in a folder, as its files are at this moment; AdrError without a plan."""
    settings, _ = folder.head()
    lines = PlanLines(folder)
    lines.close()
    found = SettledSlots(folder, len(lines), settings.per_slot)
    found.look()
    return found
