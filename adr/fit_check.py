"""Has a process look at a sample of pictures, and says how well a model's names agree with their texts.

`checked` asks and keeps the answer; `python -m adr.fit_check FILE` looks. Never opens the database. Knows nothing of
how the sample was chosen.
"""

import argparse
import hashlib
import json
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from adr.errors import AdrError
from adr.files import write_whole
from adr.fit import FEW, NOTHING, Fit, fit_of, said_of
from adr.fit_sample import Pictured
from adr.models import find_model, load_clip, place, require
from adr.picture_file import picture_stat
from adr.process import Command, exit_status, how, relay, tell
from adr.progress import Progress
from adr.small_images import NotAPicture, opened_picture

SAYS = "Checking whether the model suits the pictures"
_FRAMES = ("a photo of {}", "a picture of {}", "a drawing of {}")
_SIDE = 512
_BATCH = 16


def known_fit(folder: Path | None, model: str, pictured: Sequence[Pictured]) -> Fit | None:
    """The fit that `checked` has kept for this model and these pictures; None before the first check."""
    if len(pictured) < FEW:
        return Fit(len(pictured), 0.0, 0.0)
    return None if folder is None else _kept(answer_file(folder, model, pictured))


def answer_file(folder: Path, model: str, pictured: Sequence[Pictured]) -> Path:
    """Where the answer for this model and these pictures is kept; another name when any of their files changes."""
    return folder / f"{_key(model, pictured)}.json"


def checked(folder: Path | None, model: str, pictured: Sequence[Pictured], progress: Progress) -> Fit:
    """How well the open_clip model `model` names these pictures. The answer is kept in `folder`, if there is one, under
    a key that changes with the model's files, the pictures and the names. AdrError when the model cannot be loaded."""
    if (known := known_fit(folder, model, pictured)) is not None:
        return known
    progress(0, None, SAYS)
    with _room(folder) as room:
        answer = answer_file(room, model, pictured)
        ask = answer.with_suffix(".ask")
        write_whole(ask, json.dumps({"model": model, "pictured": pictured, "answer": str(answer)}).encode())
        log = room / "fit.log"
        (code,) = relay([Command("adr.fit_check", [str(ask)], log)], lambda event: progress(0, None, SAYS))
        ask.unlink(missing_ok=True)
        found = _kept(answer)
        if code or found is None:
            raise AdrError(f"{SAYS} ended unexpectedly ({how(code)}).", f"Try again. If it happens again, read {log}.")
        return found


@contextmanager
def _room(folder: Path | None) -> Iterator[Path]:
    """The folder of answers, or a temporary one."""
    if folder is None:
        with TemporaryDirectory() as temporary:
            yield Path(temporary)
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise AdrError(f"{folder} cannot be written: {error.strerror}.", "Check the folder's permissions.") from error
    yield folder


def _kept(answer: Path) -> Fit | None:
    try:
        return Fit(**json.loads(answer.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def _key(model: str, pictured: Sequence[Pictured]) -> str:
    found = Path(find_model(model.removeprefix("hf-hub:")))
    files = [(path.name, *_stamp(str(path))) for path in sorted(found.glob("*.*"))] if found.is_dir() else []
    facts = [str(found), files, [[path, *_stamp(path), sorted(names)] for path, names in pictured]]
    return hashlib.blake2b(json.dumps(facts).encode(), digest_size=16).hexdigest()


def _stamp(path: str) -> tuple[int, int]:
    """Size and modification time of a file; zeros when it is gone."""
    try:
        facts = picture_stat(Path(path))
    except (OSError, ValueError):
        return 0, 0
    return facts.st_size, facts.st_mtime_ns


def look(model: str, pictured: Sequence[Pictured]) -> Fit:
    """The fit of `model` to those of the pictures that can be opened, among the names that their texts have."""
    require("open_clip", "Checking a model", "open_clip_torch")
    where = place()
    loaded, prepare, tokenize = load_clip(model, where)
    opened = [(pixels, (path, own)) for path, own in pictured if (pixels := _pixels(path, prepare)) is not None]
    if not opened:
        return NOTHING
    rows = [row for _, row in opened]
    names = sorted({name for _, own in rows for name in own})
    texts = [frame.format(f"{_article(name)} {name}") for name in names for frame in _FRAMES]
    words = _embedded([tokenize(texts)[i : i + 256] for i in range(0, len(texts), 256)], loaded.encode_text, where)
    words = words.reshape(len(names), len(_FRAMES), -1).mean(axis=1)
    words /= np.maximum(np.linalg.norm(words, axis=1, keepdims=True), 1e-12)
    seen = _embedded(_batches([pixels for pixels, _ in opened], where), loaded.encode_image, where)
    return fit_of(seen @ words.T, said_of(rows, names))


def _batches(pixels: Sequence[Any], where: Any) -> Iterator[Any]:
    import torch

    for start in range(0, len(pixels), _BATCH):
        yield torch.stack(list(pixels[start : start + _BATCH])).to(where.dtype)


def _embedded(batches: Any, encode: Any, where: Any) -> np.ndarray:
    """Embeddings (n, d) of length 1 of all batches."""
    import torch

    with torch.inference_mode():
        rows = [encode(batch.to(where.device), normalize=True).float().cpu() for batch in batches]
    found: np.ndarray = torch.cat(rows).numpy()
    return found


def _pixels(path: str, prepare: Any) -> Any:
    """The picture as the model takes it; None when it cannot be opened."""
    try:
        with opened_picture(path) as image:
            image.draft("RGB", (_SIDE, _SIDE))
            return prepare(image.convert("RGB"))
    except (OSError, NotAPicture):
        return None


def _article(name: str) -> str:
    return "an" if name[:1] in "aeiou" else "a"


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: look at what the file asks and write the answer; exit status 0, or 1 for a reported error."""
    parser = argparse.ArgumentParser(prog="python -m adr.fit_check", description=__doc__)
    parser.add_argument("ask", type=Path)
    given = parser.parse_args(arguments)

    def work() -> None:
        asked = json.loads(given.ask.read_text(encoding="utf-8"))
        fit = look(asked["model"], asked["pictured"])
        write_whole(Path(asked["answer"]), json.dumps(vars(fit)).encode())
        tell({"event": "done"})

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
