"""Runs a verb here, or has the process that owns the workspace run it."""

import argparse
import json
import time
from typing import Any, get_type_hints

from adr.cli import output
from adr.cli.parser import VerbModule
from adr.errors import WorkspaceInUse
from adr.progress import Progress
from adr.settings import SETTINGS, setting
from adr.workspace import Workspace

# For how long a process that has the workspace open may not answer: it is opening or closing it.
_PATIENCE_SECONDS = 5.0
_PAUSE_SECONDS = 0.1
# What the namespace of a verb holds besides its arguments; see adr.cli.opened.
_NOT_ARGUMENTS = ("end", "listeners")


def report_of(verb: VerbModule, options: argparse.Namespace, progress: Progress) -> Any:
    """The report of a verb, which the owner of the workspace runs if another process owns it.

    WorkspaceInUse when that process does not take the work.
    """
    from adr.owner import Unanswered

    late = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            return verb.act(options, progress)
        except WorkspaceInUse as used:
            try:
                return _handed_over(verb, options, progress)
            except Unanswered:
                if time.monotonic() > late:
                    raise used from None
        time.sleep(_PAUSE_SECONDS)


def _handed_over(verb: VerbModule, options: argparse.Namespace, progress: Progress) -> Any:
    from adr.owner import Holder, Unanswered, hand_over, holder
    from adr.report import from_json

    workspace = Workspace.at(options.workspace, create=False)
    owner: Holder | None = holder(workspace)
    if owner is None:
        raise Unanswered(workspace)
    if told := _other_settings(owner.settings):
        who = "The app" if owner.kind == "app" else "A command"
        output.tell(f"{who} (process {owner.pid}) has the workspace open, so its settings apply: {told}.")
    given = {name: value for name, value in vars(options).items() if name not in _NOT_ARGUMENTS}
    answer = hand_over(workspace, options.verb, given, progress)
    return None if answer is None else from_json(get_type_hints(verb.act)["return"], json.dumps(answer))


def _other_settings(theirs: dict[str, str]) -> str:
    """'ADR_DEVICE is cpu (cuda here)': settings that differ between the owner and this process."""
    differing = [
        f"{name} is {theirs[name] or 'empty'} ({setting(name) or 'empty'} here)"
        for name in SETTINGS
        if name != "ADR_WORKSPACE" and name in theirs and theirs[name] != setting(name)
    ]
    return ", ".join(differing)
