"""What may be wrong with the dataset: the view that leads to each kind of check."""

from collections.abc import Callable

from adr.ui.dataset.leaks import leaks_view
from adr.ui.dataset.misspelt import misspelt_view
from adr.ui.dataset.picture_faults import picture_faults_view
from adr.ui.dataset.tail_looks import tail_looks_view
from adr.ui.dataset.wrong_pairs import wrong_pairs_view
from adr.ui.frame import Frame
from adr.ui.parts.controls import choice

_CHECKS: dict[str, tuple[str, Callable[[Frame], None]]] = {
    "pictures": ("Pictures", picture_faults_view),
    "leaks": ("Leaks of benchmarks", leaks_view),
    "pairs": ("Wrong pairs", wrong_pairs_view),
    "looks": ("Tail objects", tail_looks_view),
    "names": ("Misspelt names", misspelt_view),
}


def faults_view(here: Frame) -> None:
    """The chosen check."""
    check = choice(
        "Check",
        tuple(_CHECKS),
        "check",
        default="pictures",
        says=lambda one: _CHECKS[one][0],
        drops=("fault", "kind", "judged", "looks", "page"),
    )
    _CHECKS[check][1](here)
