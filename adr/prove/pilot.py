"""The number of steps of an experiment, chosen by one training of `original` in another process."""

import json
from typing import Any

from adr.errors import AdrError
from adr.process import Command, Event, how, relay
from adr.progress import Progress, silent
from adr.prove.proof_folder import ProofFolder


def pilot_steps(folder: ProofFolder, progress: Progress = silent) -> int:
    """The steps after which the dev likelihood of `original` has levelled; how it got there stays in `pilot.json`."""
    log = folder.folder / "pilot.log"

    def hear(event: Event) -> None:
        progress(0, None, "Training the original to choose the number of steps")

    (code,) = relay([Command("adr.prove.worker", [str(folder.folder), "--pilot"], log)], hear)
    if code:
        raise AdrError(f"Choosing the number of steps ended unexpectedly ({how(code)}).", "Give them with --steps.")
    read: dict[str, Any] = json.loads(folder.pilot.read_text(encoding="utf-8"))
    return int(read["steps"])
