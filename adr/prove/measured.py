"""What the experiments of a run have measured, as a line for the card of an export."""

from adr.errors import AdrError
from adr.prove.departures import departures
from adr.prove.proof_folder import ProofFolder
from adr.prove.summary import measured_in_words, summarize
from adr.store import Store
from adr.workspace import Workspace


def measured(store: Store, workspace: Workspace, run: int) -> str:
    """The answers of the run's newest experiment that is as designed and has answers; '' without such an experiment."""
    for (number,) in store.rows("select proof from proof where run = $1 order by proof desc", [run]):
        folder = ProofFolder(workspace.proofs / str(number))
        try:
            there = folder.items.is_file() and not departures(store, workspace, folder)
            if there and (said := measured_in_words(summarize(folder.folder))):
                return said
        except AdrError:  # an experiment whose files are damaged measures nothing, and stops no export
            continue
    return ""
