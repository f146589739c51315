"""The stages in order; reads like the README's paragraph.

source → ingest → index → rebalance → plan → generate → collect → review → export
"""

import shutil
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.progress import Progress, silent
from adr.store import Store
from adr.workspace import Workspace


def demo(store: Store, workspace: Workspace, *, instances: int = 3000, seed: int = 0, replace: bool = False,
         progress: Progress = silent) -> Any:
    """Draw the demo world into `workspace`/demo and ingest it; returns the ingest's report."""
    from adr.demo.world import draw_world
    from adr.ingest import ingest

    folder = workspace.folder / "demo"
    if store.value("select count(*) from instance") and not replace:
        raise AdrError(f"The workspace {workspace.name} holds a dataset already.",
                       "Choose an empty folder, or ask to replace it (--replace).")
    if folder.exists():
        shutil.rmtree(folder)
    draw_world(folder, instances=instances, seed=seed, progress=progress)
    return ingest(store, folder / "demo.json", folder / "images", objects=folder / "objects.jsonl", replace=replace,
                  progress=progress)
