"""The exports that were written: what each holds, its hash, its files to download, and code that reads it.

Knows what the table `export` and a manifest hold; knows nothing of how a format is written.
"""

import functools
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import streamlit as st

from adr.export import trainer
from adr.export.export import exports
from adr.export.folder import is_export
from adr.export.formats import FORMATS
from adr.export.reading import code
from adr.figures import counted, size_words
from adr.image_folder import ImageFolder
from adr.plain_text import plain
from adr.ui.export.push import push_part
from adr.ui.frame import Frame
from adr.ui.parts.controls import asked_number, move
from adr.ui.parts.data_uri import data_uri

DOWNLOAD = 200 << 20  # bytes of the largest download; larger files are to be copied from their folder


def exports_view(here: Frame) -> None:
    """All exports, newest first, and one of them in full."""
    written = exports(here.store)
    if not written:
        st.caption("Nothing has been written yet.")
        return
    number = asked_number("export", int(written[0]["export"]))
    found = next((one for one in written if int(one["export"]) == number), written[0])
    if len(written) > 1:
        found = _picked(written, found)
    _one(here, found)


def _picked(written: list[dict[str, Any]], found: dict[str, Any]) -> dict[str, Any]:
    by_number = {int(one["export"]): one for one in written}
    st.session_state["export chosen"] = int(found["export"])

    def picked() -> None:
        move(export=st.session_state["export chosen"])

    chosen = st.selectbox(
        "Export",
        list(by_number),
        key="export chosen",
        on_change=picked,
        format_func=lambda number: _line(by_number[number]),
    )
    return by_number[int(chosen)]


def _line(one: dict[str, Any]) -> str:
    title = FORMATS[one["format"]].title if one["format"] in FORMATS else one["format"]
    return (
        f"{int(one['export'])} · {title} · run {int(one['run'])} · {counted(int(one['instances']), 'row')} · "
        f"{one['created_at']:%Y-%m-%d %H:%M} UTC · {Path(one['folder']).name}"
    )


def _one(here: Frame, one: dict[str, Any]) -> None:
    folder, manifest = Path(one["folder"]), json.loads(one["manifest"])
    title = FORMATS[one["format"]].title if one["format"] in FORMATS else one["format"]
    with st.container(border=True):
        st.markdown(
            f"**{plain(title)}** of run {int(one['run']):d} · {counted(int(one['instances']), 'row')}, "
            f"{int(one['synthetic']):,} synthetic · {size_words(int(one['bytes']))} · "
            f"{one['created_at']:%Y-%m-%d %H:%M} UTC"
        )
        st.code(str(folder), language=None, wrap_lines=True)
        state = _state(folder, manifest)
        if state:
            st.warning(state, icon=":material/folder_off:")
        else:
            _take(one, folder, manifest)
    if not state:
        push_part(here, int(one["export"]), folder)
    hashes, start, read, card = st.tabs(["Hashes", "Start the trainer", "Read it back", "Card"])
    with hashes:
        st.caption(
            f"SHA-256 of the main data: `{plain(one['sha256'])}`. "
            "The same recipe, source and verdicts give the same hash."
        )
        st.dataframe(
            [
                {"file": file["path"], "size": size_words(file["bytes"]), "SHA-256": file["sha256"]}
                for file in manifest["files"]
            ],
            hide_index=True,
            width="stretch",
        )
    images = _image_root(here, folder, manifest)
    if format := FORMATS.get(one["format"]):
        with start:
            st.caption("The export holds these lines as `trainer.md`; here they name its folder on this machine.")
            st.code(trainer.text(format, manifest, str(folder), images), language="markdown", wrap_lines=True)
        with read:
            main = manifest["main"][0] if manifest["main"] else ""
            st.code(code(format.name, str(folder), main, images), language="python")
    with card:
        _card(folder)


def _image_root(here: Frame, folder: Path, manifest: dict[str, Any]) -> str:
    """The folder that image paths of an export start from."""
    if manifest["options"]["images"] == "reference":
        folder_of_source = ImageFolder.of(here.store)
        return str(folder_of_source.common()[0]) if folder_of_source else "IMAGES"
    return str(folder / "images")


def _state(folder: Path, manifest: dict[str, Any]) -> str:
    """What is wrong with the folder, or nothing."""
    if not is_export(folder):
        return "This export is missing from its folder; its manifest is kept here."
    now = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return "" if now == manifest else "The folder holds a newer export; this page describes the former one."


def _take(one: dict[str, Any], folder: Path, manifest: dict[str, Any]) -> None:
    """Downloads, each made when it is clicked."""
    sizes = {file["path"]: file["bytes"] for file in manifest["files"]}
    with st.container(horizontal=True):
        for name in manifest["main"][:2]:
            small = sizes.get(name, 0) <= DOWNLOAD
            st.download_button(
                plain(Path(name).name),
                functools.partial(_opened, folder / name),
                Path(name).name,
                key=f"take {one['export']} {name}",
                on_click="ignore",
                disabled=not small,
                icon=":material/download:",
                type="primary" if name == manifest["main"][0] else "secondary",
                help=None if small else "Too large for a browser; copy it from its folder.",
            )
        whole = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and not path.is_symlink())
        st.download_button(
            "Everything (zip)",
            functools.partial(_zipped, folder),
            f"{folder.name}.zip",
            "application/zip",
            key=f"take {one['export']} zip",
            on_click="ignore",
            disabled=whole > DOWNLOAD,
            icon=":material/folder_zip:",
            help="Without linked pictures."
            if whole <= DOWNLOAD
            else "Too large for a browser; copy it from its folder.",
        )
        for name, label in (("report.html", "Report page"), ("manifest.json", "Manifest")):
            if (folder / name).is_file():
                st.download_button(
                    label,
                    functools.partial(_opened, folder / name),
                    name,
                    key=f"take {one['export']} {name}",
                    on_click="ignore",
                    icon=":material/download:",
                )


def _opened(path: Path) -> bytes:
    return path.read_bytes()


def _zipped(folder: Path) -> bytes:
    """All files of an export as one zip; links to the source's pictures are left out."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            if path.is_file() and not path.is_symlink():
                packed.write(path, f"{folder.name}/{path.relative_to(folder).as_posix()}")
    return out.getvalue()


def _card(folder: Path) -> None:
    """The dataset card, with its curves above the text."""
    path = folder / "README.md"
    if not path.is_file():
        return
    text = path.read_text(encoding="utf-8")
    if text.startswith("---\n"):
        text = text.split("---\n", 2)[2]
    images = sorted((folder / "curves").glob("*.[ps][nv]g"))
    if images:
        columns = st.columns(len(images) if len(images) < 3 else 2)
        for n, image in enumerate(images):
            columns[n % len(columns)].image(data_uri(image, 1600), width="stretch")
    st.code(text, language="markdown", wrap_lines=True)  # as text: it names what the data names
