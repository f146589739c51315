"""The lines of a plan: where each begins is found once, and a line is read when its slot is wanted."""

import os
from array import array

from adr.errors import AdrError
from adr.files import refuse_special
from adr.synthesize.plan_file import DamagedSlot, PlanFolder, Slot, read_slot


class PlanLines:
    """The lines of `plan.jsonl` as it is when this is made; 8 bytes of memory per slot. AdrError without a plan."""

    def __init__(self, folder: PlanFolder) -> None:
        self._folder = folder
        path = folder.folder / "plan.jsonl"
        refuse_special(path)
        self._begins = array("q", [0])
        try:
            self._file = path.open("rb")
            for line in self._file:
                self._begins.append(self._begins[-1] + len(line))
        except OSError as error:
            raise self._unreadable(error) from error

    def __len__(self) -> int:
        return len(self._begins) - 1

    def slot(self, number: int) -> Slot | DamagedSlot:
        """The slot of a line; one whose line is damaged says what is wrong."""
        begin, end = self._begins[number], self._begins[number + 1]
        try:
            line = os.pread(self._file.fileno(), end - begin, begin)
        except OSError as error:
            raise self._unreadable(error) from error
        return read_slot(number, line)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def _unreadable(self, error: OSError) -> AdrError:
        return AdrError(
            f"The plan in {self._folder.folder} cannot be read: {error.strerror}.",
            "Make the plan again on the Synthesize page.",
        )
