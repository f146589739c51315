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
from adr.ingest.options import IngestOptions
from adr.ingest.peek import Peek, Sample, peek
from adr.names import file_name, inside
from adr.plain_text import code, plain
from adr.progress import Progress
from adr.ui.access import allowed_path, need, roots
from adr.ui.dataset.mapping_form import mapping_choice, marker_choice
from adr.ui.dataset.sample_rows import sample_rows
from adr.ui.dataset.state import state
from adr.ui.frame import Frame
from adr.ui.telling import fragment

_WAYS = {"path": "A file on this machine", "upload": "An upload", "demo": "The demo world"}
_BESIDE = {"add": "Add to the dataset", "replace": "Replace it"}
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
    form, beside = st.columns([3, 2], gap="medium")
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
        samples: tuple[Sample, ...] = ()
        if way == "demo":
            work, title = _demo_inputs(here)
        else:
            work, title, samples = _file_inputs(here, upload=way == "upload")
        agreed = _agreement(here)
        then_index = st.checkbox("Then build the index (lexicon)", value=True, key="then_index")
        ready = work is not None and agreed and not here.jobs.running()
        label = "Draw and read" if way == "demo" else "Read the dataset"
        if st.button(label, type="primary", key="read", disabled=not ready) and work is not None:
            _start(here, title, work, then_index)
    with beside:
        if samples:
            sample_rows(samples)
        else:
            _example()


def _example() -> None:
    st.markdown("**What a record looks like**")
    st.code(_EXAMPLE, language="json")
    st.caption(
        "A record may also hold `messages`, `texts`, `question` and `answer`, `query` and `response`, several images, "
        "videos, no image at all, and any other keys. For rows with other names, say which key holds what. Every "
        "record is kept exactly as it is. " + _FORM
    )


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


def _file_inputs(here: Frame, upload: bool) -> tuple[Work | None, str, tuple[Sample, ...]]:
    """What reads the file (None while something is wrong), its title, and its first rows as they would be read."""
    source = (
        _uploaded(here)
        if upload
        else _path(
            "Dataset file",
            "source",
            "/data/llava_v1_5_mix665k.json",
            "A JSON array or JSON Lines of conversations, also in gzip or zstd; a Parquet, Arrow or tar shard, or a "
            "folder of them; a path on the machine that runs this app.",
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
    seen, options = _looked_at(source, images)
    faults = seen is None or not seen.conversations or options is None
    if objects is not None:
        faults = not _told(lambda: look_at(objects)) or faults
    samples = seen.samples if seen is not None else ()
    if source is None or options is None or faults:
        return None, "", samples
    store, add, reading = here.store, _adds(), options
    replace = bool(here.standing.instances) and not add
    return (
        lambda progress: ingest(
            store,
            source,
            images,
            objects=objects,
            mapping=reading.map,
            place_markers=reading.place_markers,
            replace=replace,
            add=add,
            follow_links=not roots(),
            progress=progress,
        ),
        f"Reading {source.name}",
        samples,
    )


def _path(label: str, key: str, placeholder: str, help: str) -> Path | None:
    given = st.text_input(label, key=f"read_{key}", placeholder=placeholder, help=help, live="300ms").strip()
    try:
        return allowed_path(given) if given else None
    except AdrError as error:
        st.error(plain(f"{error.sentence} {error.next_step}"), icon=":material/block:")
        return None


def _looked_at(source: Path | None, images: Path | None) -> tuple[Peek | None, IngestOptions | None]:
    """What the file's beginning holds, read as the user chooses; None, with a sentence shown, where that fails."""
    if source is None:
        return None, None
    try:
        seen = peek(source, images, outside=not roots())
        options = mapping_choice(source, seen.samples)
        if options is not None:
            seen = peek(source, images, options, outside=not roots()) if options.map else seen
            options = marker_choice(source, options, seen.unmarked)
            seen = peek(source, images, options, outside=not roots()) if options.place_markers else seen
    except AdrError as error:
        st.error(plain(f"{error.sentence} {error.next_step}"), icon=":material/error:")
        return None, None
    except OSError as error:
        st.error(f"{code(str(source))} cannot be read: {plain(error.strerror or '')}.", icon=":material/error:")
        return None, None
    _what_it_is(seen, images)
    return seen, options


def _what_it_is(seen: Peek, images: Path | None) -> None:
    """Say what the file is, and where its images are."""
    if not seen.conversations:
        st.error(
            f"None of the first {seen.records:,} records is a conversation ({_reasons(seen)}).", icon=":material/error:"
        )
        return
    st.success(_seen_words(seen, images), icon=":material/check:")
    if images is not None and seen.images and not seen.found and not seen.inside:
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
    elif images is None and seen.images and not seen.inside:
        st.caption(
            "The dataset has images. Without an image folder, no picture can be shown or be a parent of new ones."
        )


_LAYOUTS = {
    "array": "A JSON array",
    "lines": "JSON Lines",
    "objects": "JSON objects one after another",
    "parquet": "Parquet",
    "arrow": "Arrow, as `datasets` saves it,",
    "webdataset": "WebDataset",
    "keyed": "A JSON object that holds records under their ids",
}


def _seen_words(seen: Peek, images: Path | None) -> str:
    layout = _LAYOUTS[seen.layout]
    said = f"A list of {seen.datasets:,} datasets. The first: " if seen.datasets > 1 else ""
    said += f"{layout} of {size_words(seen.bytes)}. Of its first {seen.records:,} records, {seen.conversations:,} "
    said += "is a conversation" if seen.conversations == 1 else "are conversations"
    said += f" ({_reasons(seen)})" if seen.reasons else ""
    if seen.inside:
        said += "; their pictures lie inside"
    elif images is not None and seen.images:
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


def _adds() -> bool:
    """Whether the dataset is read beside what the workspace holds."""
    return st.session_state.get("beside") == "add" and st.session_state.get("way") != "demo"


def _agreement(here: Frame) -> bool:
    """Ask before a dataset is replaced; True when there is none or the user agrees."""
    if not here.standing.instances:
        return True
    if st.session_state.get("way") != "demo":
        st.segmented_control(
            "What the workspace holds",
            list(_BESIDE),
            default="add",
            key="beside",
            format_func=_BESIDE.__getitem__,
            required=True,
            label_visibility="collapsed",
        )
        if _adds():
            st.caption(
                "The new source is read beside the present ones, whose positions and draws stay. The index has to be "
                "built again; runs, plans and verdicts stay."
            )
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
