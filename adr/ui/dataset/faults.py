"""What may be wrong with the dataset: the view that leads to each kind of check."""

from adr.ui.dataset.picture_faults import picture_faults_view
from adr.ui.frame import Frame


def faults_view(here: Frame) -> None:
    """The chosen check."""
    picture_faults_view(here)
