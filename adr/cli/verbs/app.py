"""`adr app`: open the app on the workspace, for this machine only."""

import argparse

from adr.app import run_app
from adr.cli import output
from adr.progress import Progress
from adr.workspace import Workspace


def arguments(parser: argparse.ArgumentParser) -> None:
    """The port."""
    parser.add_argument("--port", type=int, metavar="N", help="the port to listen on [8501, or the next free one]")


def act(options: argparse.Namespace, progress: Progress) -> None:
    """Run the app until it is interrupted."""
    workspace = Workspace.at(options.workspace)

    def answers(address: str) -> None:
        output.tell(f"ADR Workbench: {address}\nWorkspace: {workspace.folder}\nPress Ctrl-C to stop.")

    run_app(workspace, options.port, answers)
