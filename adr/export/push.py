"""Sends a written export to a dataset repository of a Hugging Face Hub, file by file, its manifest last.

The Hub is the one of HF_ENDPOINT, and the token that of `hf auth login` or HF_TOKEN: both are left to huggingface_hub,
which alone speaks to the network. Knows nothing of what is in an export.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from adr.errors import AdrError
from adr.export.folder import MARK
from adr.progress import Progress, silent

if TYPE_CHECKING:
    from huggingface_hub import HfApi

FILES = 500  # of one commit
BYTES = 2 << 30  # of one commit, unless one file is larger
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*")
_OF_THE_HUB = {".gitattributes"}  # a new repository holds it


def refuse_push(repository: str, *, replace: bool = False) -> None:
    """AdrError when nothing can be sent there: no such name, no network, no token, or files that are in the way."""
    with _told(repository) as api:
        api.whoami()
        if not replace and _there(api, repository):
            raise AdrError(f"{repository} already holds files.", "Choose another name, or replace what is there.")


def push(folder: Path, repository: str, *, replace: bool = False, progress: Progress = silent) -> str:
    """Send the export in `folder` to a dataset repository, created if it does not exist; returns its address.

    A new repository is private. replace: files of the repository that the export does not have are removed.
    AdrError as `refuse_push`, and when the Hub refuses a file. What has arrived by a cancel or a fault stays there
    without a manifest; the same push goes on with `replace`.
    """
    names = _names(folder)
    with _told(repository) as api:
        from huggingface_hub import CommitOperationAdd, CommitOperationDelete

        refuse_push(repository, replace=replace)
        address = str(api.create_repo(repository, repo_type="dataset", private=True, exist_ok=True))
        gone = [CommitOperationDelete(name) for name in sorted(_there(api, repository) - set(names))]
        done, commits = 0, list(_commits(folder, names))
        for n, part in enumerate(commits, 1):
            progress(done, len(names), f"Sending to {repository}")
            files: list[Any] = [CommitOperationAdd(name, str(folder / name)) for name in part]
            said = "Export of ADR Workbench" + (f" ({n} of {len(commits)})" if len(commits) > 1 else "")
            api.create_commit(
                repository, [*files, *(gone if n == len(commits) else ())], commit_message=said, repo_type="dataset"
            )
            done += len(part)
        progress(done, len(names), f"Sending to {repository}")
    return address


def _names(folder: Path) -> list[str]:
    """The files of an export by their paths in it, the manifest last; AdrError when some are only links."""
    found = sorted(path for path in folder.rglob("*") if path.is_file() or path.is_symlink())
    if any(path.is_symlink() for path in found):
        raise AdrError(
            f"The pictures of {folder} are links, which only work on this machine.",
            "Write the export with copied pictures, or with the pictures inside.",
        )
    names = [path.relative_to(folder).as_posix() for path in found]
    if MARK not in names:
        raise AdrError(f"{folder} holds no export.", "Write it first.")
    return [*(name for name in names if name != MARK), MARK]


def _commits(folder: Path, names: list[str]) -> Iterator[list[str]]:
    """The names in lists of at most FILES files and about BYTES bytes."""
    part: list[str] = []
    size = 0
    for name in names:
        own = (folder / name).stat().st_size
        if part and (len(part) >= FILES or size + own > BYTES):
            yield part
            part, size = [], 0
        part.append(name)
        size += own
    yield part


def _there(api: "HfApi", repository: str) -> set[str]:
    """The files of a repository; none where there is no such repository."""
    from huggingface_hub.errors import RepositoryNotFoundError

    try:
        return set(api.list_repo_files(repository, repo_type="dataset")) - _OF_THE_HUB
    except RepositoryNotFoundError:
        return set()


@contextmanager
def _told(repository: str) -> Iterator["HfApi"]:
    """The Hub, with its faults as sentences."""
    if not _NAME.fullmatch(repository):
        raise AdrError(f"“{repository[:80]}” is no name of a repository.", "Write OWNER/NAME, such as ada/refined.")
    try:
        from httpx2 import HTTPError
        from huggingface_hub import HfApi
        from huggingface_hub.errors import (
            HfHubHTTPError,
            HFValidationError,
            LocalTokenNotFoundError,
            OfflineModeIsEnabled,
        )
        from huggingface_hub.utils.tqdm import disable_progress_bars
    except ImportError as error:
        raise AdrError(
            f"huggingface_hub cannot be used: {error}.", "Install it: pip install 'huggingface_hub>=2.4'"
        ) from None
    disable_progress_bars()
    api = HfApi(library_name="adr-workbench")
    try:
        yield api
    except OfflineModeIsEnabled:
        raise AdrError("The Hub is switched off here.", "Unset HF_HUB_OFFLINE, and try again.") from None
    except LocalTokenNotFoundError:
        raise AdrError("There is no token for the Hub.", "Run `hf auth login`, or set HF_TOKEN.") from None
    except HFValidationError as error:
        raise AdrError(f"The Hub takes no such name: {error}", "Choose another name.") from None
    except HfHubHTTPError as error:
        raise _refused(repository, error) from None
    except HTTPError as error:
        raise AdrError(f"The Hub at {api.endpoint} cannot be reached: {error}.", "Check the network.") from None


def _refused(repository: str, error: Any) -> AdrError:
    """What to say when the Hub has answered with an error."""
    status = error.response.status_code if error.response is not None else 0
    said = (error.server_message or str(error).splitlines()[0]).rstrip(".") + "."
    if status == 401:
        return AdrError("The Hub does not accept the token.", "Run `hf auth login` again, or set HF_TOKEN.")
    if status == 403:
        return AdrError(
            f"The token may not write to {repository}: {said}", "Use a token with the right to write there."
        )
    return AdrError(f"The Hub refused {repository}: {said}", "Try again later, or choose another name.")
