"""The form that reads a dataset, from a path, an upload or the demo world; it checks a path while the user types."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import streamlit as st

from adr import pipeline
from adr.errors import AdrError
from adr.explore import dataset
from adr.figures import counted, size_words
from adr.files import write_whole
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.ingest.layout import look_at
from adr.ingest.peek import Peek, peek
from adr.names import file_name, inside
from adr.plain_text import code, plain
from adr.progress import Progress
from adr.ui.access import allowed_path, need
from adr.ui.dataset.state import state
from adr.ui.frame import Frame
from adr.ui.telling import fragment

_WAYS = {"path": "A file on this machine", "upload": "An upload", "demo": "The demo world"}
_FORM = "Unusable records are set aside with the reason; a file that is cut off or is not JSON changes nothing."
_EXAMPLE = """{
  "id": "000000033471",
  "image": "coco/000000033471.jpg",
  "conversations": [
    {"from": "human",
     "value": "<image>\\nWhat color?"},
    {"from": "gpt", "value": "It is red."}
  ]
}"""


def read_view(here: Frame) -> None:
    """Choose a dataset and read it, as a job."""
    fragment(_form)(here)


def _form(here: Frame) -> None:
    form, example = st.columns([3, 2], gap="large")
    with example:
        st.markdown("**What a record looks like**")
        st.code(_EXAMPLE, language="json")
        st.caption(
            "A record may also hold `messages` with `role` and `content`, a list of images, no image at all, and any "
            "other keys; every record is kept exactly as it is. " + _FORM
        )
    with form, st.container(border=True):
        way = st.segmented_control(
            "Read",
            list(_WAYS),
            default="path",
            key="way",
            format_func=_WAYS.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
        if way == "demo":
            work, title = _demo_inputs(here)
        else:
            work, title = _file_inputs(here, upload=way == "upload")
        agreed = _agreement(here)
        then_index = st.checkbox("Then build the index (lexicon)", value=True, key="then_index")
        ready = work is not None and agreed and not here.jobs.running()
        label = "Draw and read" if way == "demo" else "Read the dataset"
        if st.button(label, type="primary", key="read", disabled=not ready) and work is not None:
            _start(here, title, work, then_index)


Work = Callable[[Progress], Any]


def _demo_inputs(here: Frame) -> tuple[Work | None, str]:
    st.markdown(
        "A small world that the program draws itself: many kinds of things on varied backgrounds, with a long tail, "
        "themes that bring things together, conversations that are true of their pictures, and object annotations."
    )
    left, right = st.columns(2)
    count = left.number_input("Instances", 100, 100_000, 3000, step=500, key="demo_instances")
    seed = right.number_input("Seed", 0, 2**31 - 1, 0, key="demo_seed", help="The same seed draws the same world.")
    store, workspace, replace = here.store, here.workspace, bool(here.standing.instances)
    return (
        lambda progress: pipeline.demo(
            store, workspace, instances=int(count), seed=int(seed), replace=replace, progress=progress
        )
    ), "Drawing the demo world"


def _file_inputs(here: Frame, upload: bool) -> tuple[Work | None, str]:
    source = (
        _uploaded(here)
        if upload
        else _path(
            "Dataset file",
            "source",
            "/data/llava_v1_5_mix665k.json",
            "A LLaVA JSON array, JSON Lines, or the messages form; a path on the machine that runs this app.",
        )
    )
    left, right = st.columns(2)
    with left:
        images = _path(
            "Image folder",
            "images",
            "/data/images",
            "The folder that the dataset's image paths start from; leave it empty for a dataset without images.",
        )
    with right:
        objects = _path(
            "Object annotations (optional)",
            "objects",
            "/data/objects.jsonl",
            'JSON Lines of {"image": "a.jpg", "objects": ["cat", …]}; "position" or "id" may replace "image".',
        )
    faults = not _images_line(source, images)
    if objects is not None:
        faults = not _told(lambda: look_at(objects)) or faults
    if source is None or faults:
        return None, ""
    store, replace = here.store, bool(here.standing.instances)
    return (
        lambda progress: ingest(store, source, images, objects=objects, replace=replace, progress=progress)
    ), f"Reading {source.name}"


def _path(label: str, key: str, placeholder: str, help: str) -> Path | None:
    given = st.text_input(label, key=f"read_{key}", placeholder=placeholder, help=help, live="300ms").strip()
    try:
        return allowed_path(given) if given else None
    except AdrError as error:
        st.error(plain(f"{error.sentence} {error.next_step}"), icon=":material/block:")
        return None


def _images_line(source: Path | None, images: Path | None) -> bool:
    """Say what the file is, or what is wrong with it; False when it cannot be read."""
    if source is None:
        return False
    try:
        seen = peek(source, images)
    except AdrError as error:
        st.error(plain(f"{error.sentence} {error.next_step}"), icon=":material/error:")
        return False
    except OSError as error:
        st.error(f"{code(str(source))} cannot be read: {plain(error.strerror or '')}.", icon=":material/error:")
        return False
    if not seen.conversations:
        st.error(
            f"None of the first {seen.records:,} records is a conversation ({_reasons(seen)}).", icon=":material/error:"
        )
        return False
    st.success(_seen_words(seen, images), icon=":material/check:")
    if images is not None and seen.images and not seen.found:
        st.warning(
            f"None of the first {seen.images:,} images is in {code(str(images))}. "
            "Is it the folder that the paths start from?",
            icon=":material/hide_image:",
        )
    if images is None and seen.folder is not None:
        folder = str(seen.folder)
        st.button(
            f"Its images are in {code(folder)}: use this folder",
            icon=":material/folder:",
            type="tertiary",
            key="use_folder",
            on_click=lambda: st.session_state.update(read_images=folder),
        )
    elif images is None and seen.images:
        st.caption(
            "The dataset has images. Without an image folder, no picture can be shown or be a parent of new ones."
        )
    return True


_LAYOUTS = {
    "array": "A JSON array",
    "lines": "JSON Lines",
    "objects": "JSON objects one after another",
    "keyed": "A JSON object that holds records under their ids",
}


def _seen_words(seen: Peek, images: Path | None) -> str:
    layout = _LAYOUTS[seen.layout]
    said = f"{layout} of {size_words(seen.bytes)}. Of its first {seen.records:,} records, {seen.conversations:,} "
    said += "is a conversation" if seen.conversations == 1 else "are conversations"
    said += f" ({_reasons(seen)})" if seen.reasons else ""
    if images is not None and seen.images:
        said += f"; {seen.found:,} of their {seen.images:,} images are in the folder"
    return said + "."


def _reasons(seen: Peek) -> str:
    return ", ".join(f"{n:,} {plain(reason.replace('_', ' '))}" for reason, n in seen.reasons.most_common())


def _told(look: Callable[[], Any]) -> bool:
    try:
        look()
    except AdrError as error:
        st.error(plain(f"{error.sentence} {error.next_step}"), icon=":material/error:")
        return False
    return True


def _uploaded(here: Frame) -> Path | None:
    given = st.file_uploader(
        "Dataset file (up to 200 MB; read a larger one from its path)", type=["json", "jsonl", "ndjson"], key="upload"
    )
    if given is None:
        return None
    need("owner")
    folder = here.workspace.folder / "uploads"
    try:
        folder.mkdir(exist_ok=True)
        kept = inside(folder, file_name(given.name, "upload.json"))
        if state().kept != (given.file_id, str(kept)) or not kept.is_file():
            write_whole(kept, given.getbuffer())
            state().kept = (given.file_id, str(kept))
    except OSError as error:
        raise AdrError(
            f"The upload cannot be saved in {folder}: {error.strerror}.",
            "Make room there, or read the file from its path instead.",
        ) from error
    return kept


def _agreement(here: Frame) -> bool:
    """Ask before a dataset is replaced; True when there is none or the user agrees."""
    if not here.standing.instances:
        return True
    made = ", ".join(f"{n:,} {plain(name)}" for name, n in dataset.made_of_it(here.store).items())
    lost = f", and clears what was made from it: {made}" if made else ""
    st.warning(
        f"This workspace holds {counted(here.standing.instances, 'instance')} of {code(here.standing.source or '')}. "
        f"Reading another dataset replaces it{lost}. Generated pictures are moved to the folder `replaced`; exported "
        "folders stay. To keep everything, open another workspace (below the pages in the sidebar).",
        icon=":material/warning:",
    )
    return bool(st.checkbox("Replace the dataset and clear what was made from it", key="agree_replace"))


def _start(here: Frame, title: str, work: Work, then_index: bool) -> None:
    store, jobs = here.store, here.jobs

    def whole(progress: Progress) -> Any:
        report = work(progress)
        if then_index:  # a separate job with its own estimate; no page has to stay open
            jobs.start("index", "Building the index", lambda after: index(store, progress=after))
        return report

    jobs.start("ingest", title, whole)
    st.session_state.pop("agree_replace", None)
    for name in list(st.query_params):
        if name != "workspace":
            del st.query_params[name]
    st.rerun(scope="app")
