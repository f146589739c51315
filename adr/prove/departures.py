"""What is not as designed: changed files of an experiment, and what has changed in the workspace since its design."""

from collections.abc import Mapping
from typing import Any

from adr import __version__
from adr.errors import AdrError
from adr.prove.candidates import accepted, identity
from adr.prove.design import fingerprint, index_of, recipe_of
from adr.prove.proof_folder import ProofFolder, content
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace


def departures(store: Store, workspace: Workspace, folder: ProofFolder) -> tuple[str, ...]:
    """What is not as designed, a sentence each: what was changed in the experiment's files, and what has changed in the
    workspace since the design. Empty when all is as designed."""
    found = folder.read_design()
    return (*_changed_files(folder, found), *_changed_workspace(store, workspace, found))


def refuse_changed(folder: ProofFolder) -> dict[str, Any]:
    """The design; AdrError when its files are not those that were fixed."""
    found = folder.read_design()
    if changed := _changed_files(folder, found):
        raise AdrError(f"The experiment is not as designed: {changed[0]}", "Make a new design.")
    return found


def _changed_files(folder: ProofFolder, found: Mapping[str, Any]) -> tuple[str, ...]:
    if fingerprint(found) != found["fingerprint"]:
        return ("design.json was changed after it was written.",)
    return tuple(
        f"{name}.parquet was changed after the design."
        for name, held in found["files"].items()
        if content(folder.read(name)) != held
    )


def _changed_workspace(store: Store, workspace: Workspace, found: Mapping[str, Any]) -> tuple[str, ...]:
    said = []
    if found["code"] != __version__:
        said.append(f"The program is version {__version__}; the design was made by {found['code']}.")
    if not store.value("select 1 from run where run = $1", [found["run"]]):
        return (*said, f"Run {found['run']} is gone.")
    recipe = recipe_of(store, found["run"])
    if recipe.fingerprint != Recipe.from_toml(found["recipe"]).fingerprint:
        said.append(f"The recipe of run {found['run']} is another one.")
    if index_of(store) != found["index"]:
        said.append("The index is another one.")
    try:
        taken = accepted(store, workspace, found["run"], found["plan"], recipe)
    except AdrError as error:
        return (*said, error.sentence)
    if identity(taken) != found["candidates"]:
        said.append("Verdicts, or conversations of accepted candidates, have changed.")
    return tuple(said)
