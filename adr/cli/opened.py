"""The workspace that a verb works on."""

import argparse
import logging
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager

from adr.cli import output
from adr.cli.serving import Serving
from adr.owner import Owner
from adr.store import Store
from adr.workspace import Workspace

log = logging.getLogger(__name__)


@contextmanager
def opened(options: argparse.Namespace, create: bool = False) -> Iterator[tuple[Workspace, Store]]:
    """The workspace that -w names and its store. create: make a missing workspace.

    A verb that was handed over works on the store of the process that owns the workspace. Any other verb owns the
    workspace itself and serves it until `options.end` closes, which is at the end of the block where there is none.
    """
    if (shared := getattr(options, "shared", None)) is not None:
        yield shared
        return
    with ExitStack() as block:
        end: ExitStack = getattr(options, "end", block)
        workspace = Workspace.at(options.workspace, create=create)
        store = end.enter_context(closing(Store(workspace.database)))
        end.enter_context(_served(workspace, store, options))
        yield workspace, store


@contextmanager
def _served(workspace: Workspace, store: Store, options: argparse.Namespace) -> Iterator[None]:
    """Serve the workspace during the block, and after it until nothing that was handed over is under way."""
    verb = getattr(options, "verb", "")
    try:
        owner = Owner(workspace, "verb", Serving(workspace, store, own=verb), title=f"adr {verb}".strip())
    except OSError as error:
        log.debug("the workspace is not served: %s", error)
        yield
        return
    if (listeners := getattr(options, "listeners", None)) is not None:
        listeners.append(owner.say)
    try:
        yield
    finally:
        if owner.busy:
            output.tell("Another command still works in this workspace through this one, which ends after it.")
        owner.close()
