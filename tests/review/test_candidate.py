"""One candidate with what it is compared with: an accordion made from instance 3, and one in other words."""

import pytest

from adr.errors import AdrError
from adr.review.candidate import entity_forms, is_candidate, real_images, seen_candidate, shown_files, shown_images
from adr.review.verdicts import judge, undo
from adr.store import Store
from adr.workspace import Workspace


@pytest.fixture
def store() -> Store:
    """accordion (1) is in the instances 2, 3, 4 and 5, of which 4 has two images; 'p1-0-0' was made from 3."""
    made = Store.memory()
    with made.atomic() as writer:
        writer.execute("insert into source (path, images) values ('/data/set.json', '/data/images')")
        writer.execute(
            "insert into entity (entity, perspective, name, n) values "
            "(1, 1, 'accordion', 4), (2, 2, 'box + fish', 1), "
            "(3, 3, 'what color', 1)"
        )
        writer.execute(
            "insert into instance (instance, images, turns) values (2, ['two.png'], []), (3, ['three.png'], []), "
            "(4, ['four.png', 'five.png'], []), (5, ['five.png'], [])"
        )
        writer.execute(
            "insert into posting (perspective, entity, instance) values (1, 1, 2), (1, 1, 3), (1, 1, 4), (1, 1, 5)"
        )
        writer.execute(
            "insert into candidate (candidate, plan, slot, alternative, entity, parent, generator, model, seed, "
            "prompt, parameters, image, score, nearest, nearest_score, flags, turns) values "
            "('p1-0-0', 1, 0, 0, 1, 3, 'image-to-image', 'models/small', 7, 'an accordion', "
            "'{\"steps\": 4}', 'images/p1-0-0.png', 0.5, 'instance:5', 0.25, ['dark'], []), "
            "('p1-1-0', 1, 1, 0, 2, 5, 'language', 'wordnet', 8, 'box → case', "
            "null, null, null, null, null, null, []), "
            "('p1-2-0', 1, 2, 0, 3, null, 'language', 'wordnet', 9, 'tint', null, null, null, null, null, null, [])"
        )
    return made


def test_seen_candidate__as_it_was_made(store):
    seen = seen_candidate(store, "p1-0-0")
    assert (seen.name, seen.perspective, seen.parent, seen.prompt) == ("accordion", "object", 3, "an accordion")
    assert (seen.generator, seen.model, seen.seed, seen.parameters) == (
        "image-to-image",
        "models/small",
        7,
        {"steps": 4},
    )
    assert (seen.image, seen.shown_image, seen.flags) == ("images/p1-0-0.png", "images/p1-0-0.png", ["dark"])
    assert (seen.score, seen.nearest, seen.nearest_score) == (0.5, "instance:5", 0.25)
    assert seen.judgement is seen.judged_by is seen.reason is seen.rule is None


def test_seen_candidate__in_other_words(store):
    seen = seen_candidate(store, "p1-1-0")
    assert (seen.image, seen.shown_image) == (None, "/data/images/five.png")  # its parent's
    assert (seen.parameters, seen.flags, seen.score) == ({}, [], None)


def test_seen_candidate__with_the_verdict_in_force(store):
    judge(store, ["p1-0-0"], "reject", "ann", reason="malformed")
    seen = seen_candidate(store, "p1-0-0")
    assert (seen.judgement, seen.judged_by, seen.reason, seen.rule) == ("reject", "ann", "malformed", None)
    undo(store, "ann")
    assert seen_candidate(store, "p1-0-0").judgement is None


def test_seen_candidate__unknown(store):
    with pytest.raises(AdrError, match="no candidate 'p9'"):
        seen_candidate(store, "p9")
    assert is_candidate(store, "p1-0-0") and not is_candidate(store, "p9")


def test_shown_images__by_candidate_without_those_that_have_none(store):
    assert shown_images(store, ["p1-1-0", "p1-0-0", "p1-2-0"]) == ["images/p1-0-0.png", "/data/images/five.png"]
    assert shown_images(store, []) == []


def test_real_images__nearest_first_without_the_parent(store, tmp_path):
    seen = seen_candidate(store, "p1-0-0")
    store.execute("update source set images = $1", [str(tmp_path)])
    for name in ("two.png", "five.png"):
        (tmp_path / name).touch()
    assert real_images(store, seen) == [(5, tmp_path / "five.png"), (2, tmp_path / "two.png")]  # 4 has two images
    assert real_images(store, seen, most=1) == [(5, tmp_path / "five.png")]
    (tmp_path / "two.png").unlink()
    assert real_images(store, seen) == [(5, tmp_path / "five.png"), (2, None)]
    store.execute("update source set images = null")
    assert real_images(store, seen) == [(5, None), (2, None)]


def test_shown_files__inside_the_workspace_and_the_image_folder_only(store, tmp_path):
    workspace, source = Workspace.at(tmp_path / "w"), tmp_path / "source"
    source.mkdir()
    store.execute("update source set images = $1, links = 0", [str(source)])
    for path in (source / "five.png", workspace.images / "p1-0-0.png", tmp_path / "private.png"):
        path.touch()
    shown = shown_images(store, ["p1-0-0", "p1-1-0"])
    files = [workspace.images / "p1-0-0.png", source / "five.png"]
    assert shown_files(store, workspace, shown) == files
    for path in files:
        path.unlink()
        path.symlink_to(tmp_path / "private.png")
    assert shown_files(store, workspace, [*shown, str(tmp_path / "private.png"), "../private.png"]) == [None] * 4


def test_entity_forms__singular_and_plural_of_every_part(store):
    assert entity_forms(store, "p1-0-0") == ["accordion", "accordions"]
    assert entity_forms(store, "p1-1-0") == ["box", "boxes", "fish", "fish"]
    assert entity_forms(store, "p1-2-0") == []  # a form of question need not be said
