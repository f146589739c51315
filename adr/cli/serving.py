"""What the process that owns a workspace does for other commands: it runs their verbs on its own store.

Knows nothing of how a request arrives.
"""

import argparse
import json
import threading
from collections.abc import Mapping
from typing import Any

from adr.cli.parser import VERBS, verb_module
from adr.errors import AdrError
from adr.jobs import Jobs
from adr.progress import Progress
from adr.report import to_json
from adr.store import Store
from adr.workspace import Workspace

# Verb → (kind of job, its title on the pages). The kinds are those of the pages, so that a page does not start the same
# work beside it. Verbs that only look, or write at once, are no jobs.
JOBS = {
    "demo": ("demo", "Drawing the demo world"),
    "ingest": ("ingest", "Reading the dataset"),
    "index": ("index", "Building the index"),
    "words": ("words", "Preparing the search"),
    "rebalance": ("rebalance", "Rebalancing"),
    "plan": ("plan", "Planning"),
    "generate": ("synthesize", "Plan {plan}"),
    "collect": ("synthesize", "Plan {plan}"),
    "export": ("export", "Writing the export"),
    "run": ("run", "Running every stage"),
}
NOT_SERVED = ("app",)


class Serving:
    """Runs verbs for others; an `adr.owner.Act`. own: the verb that the owner itself runs, empty for the app."""

    def __init__(self, workspace: Workspace, store: Store, jobs: Jobs | None = None, own: str = "") -> None:
        self._shared = (workspace, store)
        self._jobs, self._making = jobs, threading.Lock()
        self._own_kind = JOBS.get(own, ("",))[0]

    def __call__(self, name: str, given: Mapping[str, Any], progress: Progress) -> Any:
        """Run the verb `name` with its parsed options; returns its report in JSON's own types, or None."""
        if name not in VERBS or name in NOT_SERVED:
            raise AdrError(
                f"The verb {name!r} cannot be handed over.", "Close the program that has the workspace open."
            )
        options = argparse.Namespace(**given, shared=self._shared)
        report = self._act(name, options, progress)
        return None if report is None else json.loads(to_json(report))

    def _act(self, name: str, options: argparse.Namespace, progress: Progress) -> Any:
        verb = verb_module(name)
        if name not in JOBS:
            return verb.act(options, progress)
        kind, title = JOBS[name]
        if kind == self._own_kind:
            raise AdrError("Work of this kind is already running.", "Wait for it or cancel it.")
        title = f"{title.format(plan=getattr(options, 'plan', ''))} (command line)"
        return self.jobs.run(kind, title, lambda heard: verb.act(options, heard), progress)

    @property
    def jobs(self) -> Jobs:
        """The jobs of the store, made when the first one begins."""
        with self._making:
            if self._jobs is None:
                self._jobs = Jobs(self._shared[1])
            return self._jobs
