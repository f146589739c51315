"""Wrong pairs: agreement from planted features, and the table, filter and errors around it."""

from dataclasses import replace

import numpy as np
import pytest

from adr.embed.agreement import NamedThings, agreements
from adr.embed.hash_folder import stamp_of
from adr.embed.wrong_pairs import agreement_report, doubted_pairs, find_wrong_pairs
from adr.errors import AdrError
from adr.feature_folder import FeatureBlock, FeatureFolder
from adr.select.find import find
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.hand import write_instances, write_postings

KINDS = ["cat", "dog", "kite"]
EACH = 40


def vectors(kinds: list[int]) -> np.ndarray:
    """Features of pictures that show one kind each: near to an axis of eight, with noise."""
    noise = np.random.default_rng(0).normal(0, 0.15, (len(kinds), 8))
    noise[np.arange(len(kinds)), kinds] += 1
    return (noise / np.linalg.norm(noise, axis=1, keepdims=True)).astype(np.float16)


def of_kinds(kinds: list[int]) -> NamedThings:
    """Each picture with a text that names its kind."""
    count = len(kinds)
    return NamedThings(np.arange(count, dtype=np.int32), np.arange(count + 1), np.array(kinds, np.int32), len(KINDS))


def test_agreements__a_wrong_text_is_lowest_and_says_what_the_picture_shows():
    kinds = [0, 1, 2] * EACH
    named = of_kinds(kinds)
    said = named.things.copy()
    said[7], said[30] = 2, 1  # a dog called a kite, a cat called a dog
    found = agreements(vectors(kinds), replace(named, things=said))
    assert sorted(np.argsort(found.agreement)[:2].tolist()) == [7, 30]
    assert (found.agreement[[7, 30]] < 0.5).all() and np.delete(found.agreement, [7, 30]).min() > 0.5
    assert (found.weakest[7], found.instead[7], found.weakest[30], found.instead[30]) == (2, 1, 1, 0)


def test_agreements__nothing_named_and_a_thing_that_all_name():
    kinds = [0, 1] * EACH
    starts = np.array([0, 0, *range(2, 2 * EACH * 2, 2)])  # the first names nothing, the others their kind and thing 2
    things = np.array([thing for kind in kinds[1:] for thing in (kind, 2)], np.int32)
    found = agreements(vectors(kinds), NamedThings(np.arange(2 * EACH, dtype=np.int32), starts, things, 3))
    assert np.isnan(found.agreement[0]) and found.weakest[0] == -1
    assert (found.agreement[1:] > 0.9).all()


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace.at(tmp_path / "work")


@pytest.fixture
def store(workspace, tmp_path):
    """120 instances with a picture each of a cat, dog or kite; 7 shows a dog and has the object kite. 120 has no
    picture."""
    kinds = [0, 1, 2] * EACH
    said = [2 if number == 7 else kind for number, kind in enumerate(kinds)]
    images = tmp_path / "images"
    images.mkdir()
    names = [f"{number:03}.png" for number in range(len(kinds))]
    for name in names:
        (images / name).write_bytes(name.encode())
    turns = [("human", "What is it?"), ("gpt", "That.")]
    found = Store(workspace.database)
    rows = {number: (str(number), [name], turns) for number, name in enumerate(names)}
    write_instances(found, {**rows, len(kinds): ("x", [], turns)}, images=images)
    having = {name: [n for n, one in enumerate(said) if one == kind] for kind, name in enumerate(KINDS)}
    write_postings(found, {"object": {**having, "axe": [3, 4]}})
    folder = FeatureFolder.of(workspace.features, "assets/models/starter-clip")
    folder.folder.mkdir(parents=True)
    stamps = {name: stamp_of(images / name) for name in names}
    folder.name(stamps)
    folder.keep(FeatureBlock(list(stamps.values()), vectors(kinds), np.zeros(len(names), np.uint64), []))
    yield found
    found.close()


def test_find_wrong_pairs__table_and_filter(store, workspace):
    report = find_wrong_pairs(store, workspace)
    assert (report.instances, report.compared, report.things, report.doubted) == (120, 120, 3, 1)
    assert agreement_report(store) == report
    (worst,) = doubted_pairs(store, 0, 1)
    assert (worst.instance, worst.weakest, worst.instead) == (7, "kite", "dog")
    assert [one.instance for one in find(store, "agreement<0.5").instances] == [7]
    assert not workspace.agreement.exists()


def test_filter__refused_before_and_after_another_index(store, workspace):
    with pytest.raises(AdrError, match="not been compared"):
        find(store, "agreement<0.5")
    find_wrong_pairs(store, workspace)
    store.execute("update index_made set indexed_at = now() at time zone 'UTC'")
    assert agreement_report(store) is None
    with pytest.raises(AdrError, match="not been compared"):
        find(store, "agreement<0.5")


def test_find_wrong_pairs__without_features_or_frequent_objects(store, workspace, tmp_path):
    store.execute("update entity set n = 3")
    with pytest.raises(AdrError, match="No object has 20 instances"):
        find_wrong_pairs(store, workspace)
    with pytest.raises(AdrError, match="has not looked at"):
        find_wrong_pairs(store, Workspace.at(tmp_path / "other"))
