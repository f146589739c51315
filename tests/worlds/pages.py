"""What tests of pages share."""

import time
from typing import Any

import pytest

from adr.workspace import Workspace


def finished(at: Any, workspace: Workspace) -> Any:
    """The page after the jobs of the app have ended; fails after a minute."""
    from adr.ui.workspaces import opened

    jobs = opened(str(workspace.folder))[2]
    for _ in range(240):
        if not jobs.running():
            return at.run()
        time.sleep(0.25)
    pytest.fail("the jobs did not end")
