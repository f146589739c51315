"""The jobs of the Prove page: fixing a design, and training what is left of an experiment."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from adr.progress import Progress
from adr.prove.summary import write_summary
from adr.ui.frame import Frame

FIXING, TRAINING = "prove design", "prove"


@dataclass(frozen=True)
class Wanted:
    """What a person chose for an experiment."""

    run: int
    model: str
    arms: tuple[str, ...]
    seeds: int
    share: float


def fix(here: Frame, wanted: Wanted) -> None:
    """Start fixing a design; the job's outcome is its number and the design."""

    def work(progress: Progress) -> Any:
        from adr.prove.design import DesignOptions, design

        options = DesignOptions(
            run=wanted.run, hold_out=wanted.share, arms=wanted.arms, seeds=wanted.seeds, model=wanted.model
        )
        return design(here.store, here.workspace, options, progress)

    here.jobs.start(FIXING, "Fixing the design", work)


def train(here: Frame, folder: Path, processes: int) -> None:
    """Start or resume the trainings of an experiment; what is finished is kept, and joined whatever happens."""

    def work(progress: Progress) -> Any:
        from adr.prove.design import refuse_changed
        from adr.prove.proof_folder import ProofFolder
        from adr.prove.trials import join, run_trials

        proof = ProofFolder(folder)
        design = refuse_changed(proof)
        try:
            return run_trials(proof, design, processes=processes, progress=progress)
        finally:
            join(proof, design)
            write_summary(folder)

    here.jobs.start(TRAINING, f"Experiment {folder.name}", work)
