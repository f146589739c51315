"""The jobs of the Prove page: fixing a design, and training what is left of an experiment."""

from pathlib import Path

from adr.prove.design import DesignOptions, design
from adr.prove.proof import run_proof
from adr.ui.frame import Frame

FIXING, TRAINING = "prove design", "prove"


def fix(here: Frame, options: DesignOptions) -> None:
    """Start fixing a design; the job's outcome is its number and the design."""
    store, workspace = here.store, here.workspace
    here.jobs.start(FIXING, "Fixing the design", lambda progress: design(store, workspace, options, progress))


def train(here: Frame, folder: Path, processes: int) -> None:
    """Start or resume the trainings of an experiment; what is finished is kept, and joined whatever happens."""
    store, workspace, number = here.store, here.workspace, int(folder.name)
    here.jobs.start(
        TRAINING,
        f"Experiment {number}",
        lambda progress: run_proof(store, workspace, number, processes=processes, progress=progress),
    )
