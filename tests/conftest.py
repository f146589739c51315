"""Shared by all tests: a small workspace written out by hand, and pages opened as a visitor opens them."""

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import browser
import pandas as pd
import pytest
from PIL import Image, ImageDraw

from adr.draws import draw_key
from adr.store import Store
from adr.workspace import Workspace

ROOT = Path(__file__).resolve().parents[1]

# Six instances: position → (id as JSON text, images, turns). Number 3 is text only; the picture of 4 is not on disk.
INSTANCES: dict[int, tuple[str, list[str], list[tuple[str, str]]]] = {
    0: ("0", ["street.png"], [("human", "<image>\nWhat color is the bus?"),
                              ("gpt", "The bus is red. Two cats and a dog watch it.")]),
    1: ('"b"', ["sofa.png"], [("human", "<image>\nIs there a cat?"), ("gpt", "Yes, a cat sleeps on the sofa.")]),
    2: ('"b"', ["yard.png"], [("human", "<image>\nHow many cats are there?"),
                              ("gpt", "One cat, and a dog with an accordion.")]),
    3: ("7", [], [("human", "What is a <b>bus</b>?"), ("gpt", "A long car for many people.")]),
    4: ("8", ["gone.png"], [("human", "<image>\nDescribe the picture."), ("gpt", "A dog in a garden.")]),
    5: ("9", ["street.png"], [("human", "<image>\nWhat color is the dog?"), ("gpt", "The dog is brown.")]),
}
# perspective → entity → the instances that have it. Counts, from the head: cat 3, dog 4, bus 2, …
POSTINGS: dict[str, dict[str, list[int]]] = {
    "token": {"dog": [0, 2, 4, 5], "cat": [0, 1, 2], "bus": [0, 3], "color": [0, 5], "accordion": [2], "car": [3],
              "garden": [4], "people": [3], "picture": [4], "sofa": [1]},
    "object": {"dog": [0, 2, 4, 5], "cat": [0, 1, 2], "accordion": [2], "bus": [0], "sofa": [1]},
    "co_occurrence": {"cat + dog": [0, 2], "accordion + cat": [2], "accordion + dog": [2], "bus + cat": [0],
                      "bus + dog": [0], "cat + sofa": [1]},
    "interrogation": {"what color": [0, 5], "be there": [1], "describe": [4], "how many": [2], "what be": [3]},
}


WORDNET = Path("/usr/share/wordnet")           # Debian's wordnet-base
# WordNet's 45 lexicographer files, in their order; Debian leaves the table out.
LEXNAMES = tuple(re.findall(r"\S+", """
adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition
noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object
noun.person noun.phenomenon noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape
noun.state noun.substance noun.time verb.body verb.change verb.cognition verb.communication verb.competition
verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception verb.possession
verb.social verb.stative verb.weather adj.ppl
"""))
PART = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}


@pytest.fixture(scope="session")
def wordnet_folder(tmp_path_factory):
    """A folder for `nltk.data.path` with the WordNet of Debian's wordnet-base."""
    if not WORDNET.is_dir():
        pytest.skip("wordnet-base is not installed")
    folder = tmp_path_factory.mktemp("nltk")
    files = folder / "corpora" / "wordnet"
    files.mkdir(parents=True)
    for path in WORDNET.iterdir():
        if path.is_file():
            shutil.copyfile(path, files / path.name)
    (files / "index.sense").touch()         # not in wordnet-base either; only sense keys are looked up in it
    (files / "lexnames").write_text("".join(
        f"{i:02d}\t{name}\t{PART[name.split('.')[0]]}\n" for i, name in enumerate(LEXNAMES)))
    return folder


@pytest.fixture(scope="module")
def chromium():
    """A browser to open pages in."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as driver:
        started = driver.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
        yield started
        started.close()


@pytest.fixture
def found_wordnet(wordnet_folder, monkeypatch):
    import nltk

    monkeypatch.setattr(nltk.data, "path", [str(wordnet_folder)])
    monkeypatch.setenv("NLTK_DATA", str(wordnet_folder))        # for processes that a test starts
    return wordnet_folder


@pytest.fixture(autouse=True)
def fresh_caches():
    """No page sees what another test has opened or computed."""
    yield
    if streamlit := sys.modules.get("streamlit"):
        streamlit.cache_data.clear()
        streamlit.cache_resource.clear()


@pytest.fixture
def empty_workspace(tmp_path, monkeypatch) -> Workspace:
    """A workspace that holds nothing, and is the one that the app opens."""
    monkeypatch.setenv("ADR_WORKSPACE", str(tmp_path / "hand-made"))
    return Workspace.at(tmp_path / "hand-made")


@pytest.fixture
def small_workspace(empty_workspace) -> Workspace:
    """The six instances above with their postings and pictures, and the app set to open them. The store is closed."""
    folder = empty_workspace.folder / "pictures"
    folder.mkdir()
    for name, color in (("street.png", "firebrick"), ("sofa.png", "teal"), ("yard.png", "olive")):
        picture = Image.new("RGB", (64, 48), "lightgray")
        ImageDraw.Draw(picture).ellipse((12, 8, 52, 40), fill=color)
        picture.save(folder / name)
    store = Store(empty_workspace.database)
    write_instances(store, INSTANCES, images=folder, missing={4})
    write_postings(store, POSTINGS)
    store.close()
    return empty_workspace


@pytest.fixture
def small_store() -> Store:
    """The same rows in memory."""
    store = Store.memory()
    write_instances(store, INSTANCES, missing={4})
    write_postings(store, POSTINGS)
    return store


@pytest.fixture
def page(empty_workspace) -> Callable:
    """page("Explore", perspective="object") → the page after its first run, opened by its address on a cold server."""
    from streamlit.testing.v1 import AppTest

    from adr.ui.frame import PAGES

    def opened(name: str, **query: str):
        at = AppTest.from_file(str(ROOT / "app.py"), default_timeout=30)
        for key, value in query.items():
            at.query_params[key] = value
        if name != "Overview":
            at.switch_page(PAGES[name][0])
        return at.run()

    return opened


@pytest.fixture
def started(monkeypatch) -> list[subprocess.Popen]:
    """The processes that are started from now on."""
    found: list[subprocess.Popen] = []
    start = subprocess.Popen
    monkeypatch.setattr(subprocess, "Popen", lambda *given, **more: found.append(start(*given, **more)) or found[-1])
    return found


def write_instances(store: Store, instances: Mapping[int, tuple[str, Sequence[str], Sequence[tuple[str, str]]]],
                    images: Path | None = None, missing: "set[int] | None" = None) -> None:
    """Fill `source` and `instance` as ingest would."""
    store.execute("insert into source (path, images, form, layout, instances, rejected, warnings, ingested_at) "
                  "values ('hand.json', ?, 'llava', 'array', ?, 0, '{}', timestamp '2026-01-01 12:00:00')",
                  [str(images) if images else None, len(instances)])
    with store.atomic() as writer:
        writer.insert("instance", pd.DataFrame([
            {"instance": number, "id": own_id, "images": list(pictures), "missing": int(number in (missing or ())),
             "turns": [{"role": role, "text": text} for role, text in turns], "raw": "{}"}
            for number, (own_id, pictures, turns) in instances.items()]))


def write_postings(store: Store, postings: Mapping[str, Mapping[str, Sequence[int]]]) -> None:
    """Fill `entity`, `posting` and `index_made` as index would, numbered as the schema says."""
    ordered = [(perspective, name) for perspective, entities in postings.items()
               for name in sorted(entities, key=lambda e: (-len(entities[e]), e))]
    number = {key: i for i, key in enumerate(ordered)}
    pairs = {name: [number["object", part] for part in name.split(" + ")] if perspective == "co_occurrence" else
             [None, None] for perspective, name in ordered}
    rows = sorted((list(postings).index(perspective), perspective, instance, number[perspective, name])
                  for perspective, entities in postings.items()
                  for name, found in entities.items() for instance in found)
    assert max(Counter(rows).values(), default=1) == 1, "a posting stands twice"
    with store.atomic() as writer:
        writer.insert("entity", pd.DataFrame([
            {"entity": number[perspective, name], "perspective": perspective, "name": name,
             "n": len(postings[perspective][name]), "draw_key": draw_key(perspective, name),
             "first": pairs[name][0], "second": pairs[name][1]} for perspective, name in ordered]).astype(
                 {"draw_key": "uint64", "first": "Int32", "second": "Int32"}))
        writer.insert("posting", pd.DataFrame([(perspective, instance, entity) for _, perspective, instance, entity
                                               in rows], columns=["perspective", "instance", "entity"]))
        writer.execute("insert into index_made (extractor, objects_from, unread, seconds, indexed_at) "
                       "values ('lexicon', 'annotations', 0, 0.1, timestamp '2026-01-01 12:01:00')")
