"""Overview: where the workspace stands, stage by stage, the next step, and how far a run over shards is."""

from adr.ui.frame import frame
from adr.ui.overview.shards import shards_view
from adr.ui.overview.welcome import welcome
from adr.ui.overview.workspace import workspace_view
from adr.ui.parts.controls import asked

with frame("Overview") as here:
    watching = bool(asked("shards"))
    if watching:
        shards_view()
    if here.standing.instances:
        workspace_view(here)
    else:
        welcome(here)
    if not watching:
        shards_view()
