"""The lists of datasets that trainers read, as sources: LLaMA-Factory's dataset_info.json, LLaVA-NeXT's YAML mix,
InternVL's meta.json and Qwen's registry.

A list names files; what it says about how many of their records to take is kept and not obeyed, because the recipe
decides that. Reads no record.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.files import refuse_special
from adr.ingest.forms import IMAGE_KEYS, TALK_KEYS
from adr.ingest.options import IngestOptions
from adr.ingest.sources import Given

_LARGEST = 4 << 20  # bytes of a list
_YAML = (".yaml", ".yml")
_PLAIN_TAGS = {"role_tag": ("from", "role"), "content_tag": ("value", "content")}
_COLUMNS = {
    "messages": "conversations",
    "prompt": "question",
    "response": "answer",
    "images": "image",
    "videos": "video",
    "system": "system",
}
_TAGS = {"role_tag": "role", "content_tag": "text", "user_tag": "human", "assistant_tag": "gpt"}


def listed(given: Given, *, outside: bool = True) -> list[Given]:
    """The sources that a list names, or `given` itself when it is no list. A name picks one entry of a list.

    Paths in a list start from its folder. outside: whether they may lead out of it. AdrError when a file that a list
    names is not there, is not a file, or lies where it may not.
    """
    path = given.path.expanduser().absolute()
    refuse_special(path)
    found = _entries(path)
    if found is None:
        return [given]
    reader, entries = found
    picked = {name: entry for name, entry in entries.items() if given.name in (None, name)}
    if not picked:
        raise AdrError(f"{path.name} lists no dataset {given.name}.", f"It lists: {', '.join(list(entries)[:10])}.")
    return [_checked(path, name, reader(given, path.parent, name, entry), outside) for name, entry in picked.items()]


def _checked(path: Path, name: str, one: Given | None, outside: bool) -> Given:
    if one is None:
        raise AdrError(
            f"{path.name} lists {name}, which is not a file but a dataset of a hub; nothing is fetched.",
            "Download it and name its file there, or pick another entry with --name.",
        )
    root = path.parent.resolve()
    if not outside and not all(part.resolve().is_relative_to(root) for part in (one.path, one.images) if part):
        raise AdrError(
            f"{path.name} lists {name} outside its own folder, which is not allowed here (ADR_ROOTS).",
            "Put the list beside what it names, or name the dataset itself.",
        )
    if not one.path.exists():
        raise AdrError(
            f"{path.name} lists {name} in {one.path}, and there is no such file.",
            "Put the file there, or mend the path; paths in a list start from its folder.",
        )
    return one


Entry = Mapping[str, Any]
Reader = Callable[[Given, Path, str, Entry], Given | None]


def _entries(path: Path) -> tuple[Reader, dict[str, Entry]] | None:
    """What a list holds, and how one of its entries is read; None when the file is no list."""
    try:
        if path.suffix.lower() not in (*_YAML, ".json") or path.stat().st_size > _LARGEST:
            return None
        text = path.read_text(encoding="utf-8-sig")
        found = _yaml(text, path) if path.suffix.lower() in _YAML else json.loads(text)
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or not found:
        return None
    mix = found.get("datasets")
    if isinstance(mix, list) and mix and all(isinstance(one, dict) and "json_path" in one for one in mix):
        return _llava_next, {_stem(one, number): one for number, one in enumerate(mix)}
    if not all(isinstance(one, dict) for one in found.values()):
        return None
    for reader, keys in _READERS:
        if all(any(isinstance(one.get(key), str) for key in keys) for one in found.values()):
            return reader, found
    return None


def _yaml(text: str, path: Path) -> Any:
    import yaml

    try:
        return yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise AdrError(f"{path} is not YAML: {str(error).splitlines()[0]}.", "Mend it, or name a dataset.") from None


def _stem(entry: Entry, number: int) -> str:
    return Path(str(entry["json_path"])).stem or f"set-{number}"


def _llava_next(given: Given, folder: Path, name: str, entry: Entry) -> Given:
    taken = str(entry.get("sampling_strategy", "all"))
    return replace(given, path=folder / str(entry["json_path"]), name=name, taken="" if taken == "all" else taken)


def _internvl(given: Given, folder: Path, name: str, entry: Entry) -> Given:
    repeat = entry.get("repeat_time", 1)
    return replace(
        given,
        path=folder / str(entry["annotation"]),
        images=given.images or (folder / entry["root"] if entry.get("root") else None),
        name=name,
        taken="" if repeat == 1 else f"repeat_time {repeat}",
    )


def _qwen(given: Given, folder: Path, name: str, entry: Entry) -> Given:
    plain, _, percent = name.partition("%")
    return replace(
        given,
        path=folder / str(entry["annotation_path"]),
        images=given.images or (folder / entry["data_path"] if entry.get("data_path") else None),
        name=plain,
        taken=f"{percent} %" if percent else "",
    )


def _llama_factory(given: Given, folder: Path, name: str, entry: Entry) -> Given | None:
    if "file_name" not in entry:
        return None
    columns, tags = entry.get("columns") or {}, entry.get("tags") or {}
    options = given.options
    if not options.map and not _is_plain(columns, tags):
        mapping = {target: columns[key] for key, target in _COLUMNS.items() if columns.get(key)}
        if "conversations" in mapping:
            defaults = {"role_tag": "from", "content_tag": "value", "user_tag": "human", "assistant_tag": "gpt"}
            mapping |= {target: tags.get(key, defaults[key]) for key, target in _TAGS.items()}
        options = IngestOptions(mapping, options.place_markers)
    samples = entry.get("num_samples")
    return replace(
        given,
        path=folder / str(entry["file_name"]),
        images=given.images or folder,
        name=name,
        options=options,
        taken=f"num_samples {samples}" if samples else "",
    )


def _is_plain(columns: Mapping[str, Any], tags: Mapping[str, Any]) -> bool:
    """Whether the keys are those that are read without a mapping."""
    return (
        columns.get("messages", TALK_KEYS[0]) in TALK_KEYS
        and columns.get("images", IMAGE_KEYS[0]) in IMAGE_KEYS
        and columns.get("prompt", "instruction") == "instruction"
        and columns.get("response", "output") == "output"
        and all(tags.get(key, names[0]) in names for key, names in _PLAIN_TAGS.items())
    )


# How the entries of a list are read, and keys of which each of them has one.
_READERS: tuple[tuple[Reader, tuple[str, ...]], ...] = (
    (_internvl, ("annotation",)),
    (_qwen, ("annotation_path",)),
    (_llama_factory, ("file_name", "hf_hub_url", "ms_hub_url", "om_hub_url", "script_url", "cloud_file_name")),
)
