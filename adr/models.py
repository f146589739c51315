"""Where models come from and where they run: folder or hub id, device, precision, and the error when one is missing.

Shared by generators, scorers, checkers and captioners. Knows nothing of plans, pictures or the database.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.files import sha256_of
from adr.settings import setting
from adr.shipped import find

OWN_FILE = "adr.json"
"""A file of a model's folder in which it says of itself how it is asked best, what it knows and what it is for."""
_HUB_ID = re.compile(r"[\w.-]+/[\w.-]+")
_GIB = 1 << 30
# Below this much free memory on a GPU attention is computed in slices.
_SHORT_OF_MEMORY = 8 * _GIB
# What a pipeline needs on top of its weights while it runs.
_HEADROOM = 1.4


@dataclass(frozen=True)
class Place:
    """Where a model runs. device: as torch names it; precision: 'float32', 'float16' or 'bfloat16'; free: bytes of
    the device's memory that are free, or None when that is not known."""

    device: str
    precision: str
    free: int | None = None

    @property
    def dtype(self) -> Any:
        """The precision as a `torch.dtype`."""
        import torch

        return getattr(torch, self.precision)

    @property
    def has_gpu(self) -> bool:
        """Whether it is anything but the CPU."""
        return self.device != "cpu"

    @property
    def short_of_memory(self) -> bool:
        """Whether attention should be computed in slices."""
        return self.device.startswith("mps") or (self.free is not None and self.free < _SHORT_OF_MEMORY)

    def holds(self, model_bytes: int) -> bool:
        """Whether a model of that many bytes of weights fits on the device with room to work."""
        return self.free is None or model_bytes * _HEADROOM < self.free


def place(device: str | None = None) -> Place:
    """The place for models: `device`, else ADR_DEVICE, else the best available. AdrError when the device is missing.

    Precision: float32 on the CPU; on a GPU bfloat16 if it is supported, else float16.
    """
    import torch

    asked = (device or setting("ADR_DEVICE")).lower()
    if asked == "auto":
        asked = "cuda" if torch.cuda.is_available() else "mps" if torch.backends.mps.is_available() else "cpu"
    if asked == "cpu":
        return Place("cpu", "float32")
    if asked.startswith("cuda"):
        number = int(asked.partition(":")[2] or 0) if re.fullmatch(r"cuda(:\d+)?", asked) else -1
        if not torch.cuda.is_available() or not 0 <= number < torch.cuda.device_count():
            found = torch.cuda.device_count() if torch.cuda.is_available() else 0
            raise AdrError(
                f"There is no device {asked}: PyTorch sees {found} CUDA devices.", "Set ADR_DEVICE to auto or cpu."
            )
        free, _ = torch.cuda.mem_get_info(number)
        return Place(f"cuda:{number}", "bfloat16" if torch.cuda.is_bf16_supported() else "float16", int(free))
    if asked == "mps":
        if not torch.backends.mps.is_available():
            raise AdrError("There is no device mps.", "Set ADR_DEVICE to auto or cpu.")
        return Place("mps", "float16")
    raise AdrError(f"There is no device {asked!r}.", "Set ADR_DEVICE to auto, cpu, cuda, cuda:1 or mps.")


def find_model(name: str) -> str:
    """`name` as `from_pretrained` takes it: an absolute folder, or a hub id. AdrError when it is neither.

    A relative folder is looked for below the current folder, then among the program's own (assets/models/…).
    """
    if not name.strip():
        raise AdrError(
            "No model is named.",
            "Name a folder or a hub id such as stable-diffusion-v1-5/"
            "stable-diffusion-v1-5, or set ADR_GENERATOR_MODEL.",
        )
    if (folder := find(name)).is_dir():
        return str(folder.resolve())
    own = name.startswith((".", "~", "/", "assets/")) or os.sep + os.sep in name
    if own or not _HUB_ID.fullmatch(name):
        raise AdrError(
            f"The model folder {name} does not exist.",
            "Name a folder that a model was saved in, or a hub id OWNER/NAME.",
        )
    return name


def is_folder(found: str) -> bool:
    """Whether what `find_model` returned is a folder and not a hub id."""
    return Path(found).is_dir()


def model_facts(found: str, file: str) -> dict[str, Any]:
    """A JSON file of a model folder as a dictionary; empty for a hub id, or when the file is missing or broken."""
    path = Path(found) / file
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return read if isinstance(read, dict) else {}


def model_fingerprint(model: str) -> str:
    """16 hex digits that change with the model's files; of the hub's or open_clip's name where it is not a folder."""
    found = find_model(model.removeprefix("hf-hub:"))
    said = [found]
    if is_folder(found):
        files = [path for path in sorted(Path(found).glob("open_clip_*")) if path.is_file()]
        said = [f"{path.name} {_hash(path, path.stat().st_mtime_ns, path.stat().st_size)}" for path in files]
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


@cache
def _hash(path: Path, changed: int, size: int) -> str:
    """The SHA-256 of a file, which is read again when it has changed."""
    return sha256_of(path)


def load_clip(name: str, where: Place) -> tuple[Any, Any, Any]:
    """The open_clip model `name` at a place, its image transform and its tokenizer.

    name: a folder with open_clip_config.json, NAME/PRETRAINED_TAG as open_clip lists them, or the hub id of an
    open_clip model. AdrError when it cannot be loaded.
    """
    asked, tag = _clip_architecture(name)
    with loading(name, "scorer"):
        import open_clip

        model, _, prepare = open_clip.create_model_and_transforms(asked, pretrained=tag, device=where.device)
        return model.eval().to(where.dtype), prepare, open_clip.get_tokenizer(asked)


def _clip_architecture(name: str) -> tuple[str, str | None]:
    """open_clip's name for the model, and the pretrained tag or None. AdrError for a tag that open_clip lacks."""
    import open_clip

    found = find_model(name.removeprefix("hf-hub:"))
    if Path(found).is_dir():
        if not (Path(found) / "open_clip_config.json").is_file():
            raise AdrError(
                f"The folder {name} holds no open_clip model.",
                "Name a folder with open_clip_config.json, or NAME/PRETRAINED_TAG.",
            )
        return f"local-dir:{found}", None
    architecture, _, tag = found.partition("/")
    if architecture not in open_clip.list_models():
        return f"hf-hub:{found}", None
    tags = open_clip.list_pretrained_tags_by_model(architecture)
    if re.sub(r"[^a-z0-9]", "", tag.lower()) not in {re.sub(r"[^a-z0-9]", "", t.lower()) for t in tags}:
        raise AdrError(
            f"open_clip has no weights {tag!r} for {architecture}.",
            f"Choose one of {', '.join(tags)}." if tags else "Choose another model.",
        )
    return architecture, tag


@contextmanager
def loading(name: str, what: str) -> Iterator[None]:
    """Turns the many ways in which loading a model can fail into one sentence and a next step."""
    try:
        yield
    except AdrError:
        raise
    except ImportError as error:
        package = (error.name or str(error)).split(".")[0]
        raise AdrError(
            f"The {what} {name} needs the package {package}, which is missing.", f"Install it: pip install {package}"
        ) from error
    except Exception as error:
        if out_of_memory(error):
            raise AdrError(
                f"There is not enough memory for the {what} {name}.",
                "Close other programs, choose a smaller model, or set ADR_DEVICE=cpu.",
            ) from error
        if _pickled(error):  # whose message advises to load it in an unsafe way
            raise AdrError(
                f"The {what} {name} keeps its weights as pickled Python objects that may run any program when they are "
                "loaded; they were not loaded.",
                "Use a model with .safetensors weights, or ask its makers for them.",
            ) from error
        said = " ".join(str(error).split())[:300] or type(error).__name__
        if Path(name).exists():
            raise AdrError(
                f"The {what} in {name} cannot be loaded: {said}",
                "Check that the folder is whole and holds a model of this kind.",
            ) from error
        raise AdrError(
            f"The {what} {name} is not a folder here and could not be loaded from the hub: {said}",
            f"With a network, run: hf download {name}. Without one, copy the model's folder here and name the folder.",
        ) from error


def _pickled(error: BaseException | None) -> bool:
    """Whether an error, or one that led to it, is torch's refusal to unpickle something other than numbers."""
    while error is not None:
        if type(error).__name__ == "UnpicklingError" or "weights_only" in str(error):
            return True
        error = error.__cause__ or error.__context__
    return False


def require(package: str, what: str, install: str | None = None) -> None:
    """AdrError with the pip line when a package is not installed."""
    if find_spec(package) is None:
        raise AdrError(
            f"{what} needs the package {package}, which is not installed.",
            f"Install it: pip install {install or package}",
        )


def out_of_memory(error: BaseException) -> bool:
    """Whether an exception says that memory has run out, on the CPU or a GPU."""
    if isinstance(error, MemoryError) or type(error).__name__ == "OutOfMemoryError":
        return True
    said = str(error).lower()
    return isinstance(error, RuntimeError) and any(
        sign in said for sign in ("out of memory", "can't allocate memory", "not enough memory", "defaultcpuallocator")
    )


def free_memory() -> None:
    """Release cached GPU memory after a failure, or after the last use of a model."""
    import gc

    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
