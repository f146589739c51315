"""The workspace that a verb works on."""

import argparse
from collections.abc import Iterator
from contextlib import closing, contextmanager

from adr.store import Store
from adr.workspace import Workspace


@contextmanager
def opened(options: argparse.Namespace, create: bool = False) -> Iterator[tuple[Workspace, Store]]:
    """The workspace that -w names and its store, which is closed at the end. create: make a missing workspace."""
    workspace = Workspace.at(options.workspace, create=create)
    with closing(Store(workspace.database)) as store:
        yield workspace, store
