"""Overview: where the workspace stands, stage by stage, the next step, and how far a run over shards is."""

from adr.ui.frame import frame
from adr.ui.overview.shards import shards_view
from adr.ui.overview.welcome import welcome
from adr.ui.overview.workspace import workspace_view

with frame("Overview") as here:
    if here.standing.instances:
        workspace_view(here)
    else:
        welcome(here)
    shards_view()
