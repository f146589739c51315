"""What tests of pages share."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from adr.workspace import Workspace


def drawn(at: Any, there: Callable[[], bool]) -> Any:
    """The page once it shows what is waited for, drawn again and again; fails after three minutes."""
    late = time.monotonic() + 180
    while not there():
        if time.monotonic() > late:
            pytest.fail("the page does not show it")
        time.sleep(0.05)
        at.run()
    return at


def finished(at: Any, workspace: Workspace) -> Any:
    """The page after the jobs of the app have ended; fails after three minutes."""
    from adr.ui.workspaces import opened

    jobs = opened(str(workspace.folder))[2]
    late = time.monotonic() + 180
    while time.monotonic() < late:
        if not jobs.running():
            return at.run()
        time.sleep(0.05)
    pytest.fail("the jobs did not end")
