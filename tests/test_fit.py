"""Whether a model suits pictures: arithmetic by hand, the sample, and the shipped model on drawn and other pictures."""

import numpy as np
import pytest
from PIL import Image

from adr.errors import AdrError
from adr.fit import NOTHING, Fit, fit_of, fits, refusal
from adr.fit_check import checked, known_fit, look
from adr.fit_sample import pictured, said_names, single_images
from adr.knowledge import DRAWN, Knowledge, knowledge_of
from adr.progress import silent
from adr.starter.images import draw_single
from adr.store import Store
from tests.worlds.tail import make_tail_world

STARTER = "assets/models/starter-clip"
KINDS = ("harp", "cat", "bus", "owl", "piano", "kite", "fork", "boot", "pizza", "clock", "train", "saw")


def test_fit_of__own_texts_against_the_others():
    """Best names: 0, 1, 0. Texts: {0}, {0}, {0, 1}. Own: yes, no, yes: 2/3. Of others: name 0 of picture 0 is in both
    others, name 1 of picture 1 in one of two, name 0 of picture 2 in both: 5/6."""
    agreement = np.array([[0.9, 0.1], [0.2, 0.3], [0.5, 0.4]], np.float32)
    said = np.array([[True, False], [True, False], [True, True]])
    assert fit_of(agreement, said) == Fit(3, pytest.approx(2 / 3), pytest.approx(5 / 6))
    assert fit_of(agreement[:0], said[:0]) == NOTHING


@pytest.mark.parametrize(
    ("fit", "suits"),
    [
        (Fit(64, 0.88, 0.11), True),
        (Fit(64, 0.12, 0.11), False),
        (Fit(64, 0.25, 0.11), False),  # above chance, but by less than a fifth of the way
        (Fit(12, 0.30, 0.11), None),  # too few to tell: three standard deviations are 0.27
        (Fit(12, 0.50, 0.11), True),
        (Fit(11, 1.0, 0.0), None),
        (Fit(64, 1.0, 0.9), None),  # all texts say the same
    ],
)
def test_fit__suits(fit, suits):
    assert fit.suits is suits


def test_fits__a_model_for_one_kind_must_be_shown_to_suit():
    drawn, any_kind = Knowledge(frozenset({"cat"}), DRAWN), Knowledge()
    assert [fits(Fit(64, 0.9, 0.1), k) for k in (drawn, any_kind)] == [True, True]
    assert [fits(Fit(3, 0.0, 0.0), k) for k in (drawn, any_kind)] == [False, True]
    assert [fits(Fit(64, 0.1, 0.1), k) for k in (drawn, any_kind)] == [False, False]


def test_refusal__gives_the_figures_and_a_model_that_fits():
    told = refusal(STARTER, Fit(64, 0.03, 0.02), Knowledge(frozenset({"cat"}), DRAWN))
    assert told.sentence == (
        "starter-clip knows pictures of the drawn demo world, and these pictures are others: its best name is one that "
        "the text has for 3 % of 64 pictures, and for 2 % with the texts shuffled."
    )
    assert "ViT-B-32/laion2b_s34b_b79k" in told.next_step and "--model-anyway" in told.next_step
    few = refusal(STARTER, Fit(3, 0.0, 0.0), Knowledge(frozenset({"cat"}), DRAWN))
    assert few.sentence.endswith("cannot be told: only 3 pictures have a text with a name that it knows.")


def test_sample__single_images_on_disk_with_a_known_name(tmp_path):
    """Of the tail world: 9 has no image, 7 and 8 share 7.png; accordion is in 4, 5 and 6."""
    store = make_tail_world(Store.memory(), tmp_path / "world")
    images = single_images(store)
    assert sorted(images) == [0, 1, 2, 3, 4, 5, 6, 7, 8]
    said = said_names(store, images, {"accordion", "dog"})
    assert said == {**dict.fromkeys((0, 1, 2), ("dog",)), 4: ("accordion",), 5: ("accordion", "dog"), 6: ("accordion",)}
    (tmp_path / "world" / "1.png").unlink()
    found = pictured(store, images, said)
    assert sorted(found) == [(str(tmp_path / "world" / f"{i}.png"), said[i]) for i in (0, 2, 4, 5, 6)]
    store.execute("insert into index_made (verified_by) values ('open_clip m')")
    assert said_names(store, images) == {}  # objects that a model has chosen do not judge models; there are no nouns


def drawn(folder, wrong=False):
    """Twenty-four drawn pictures, two of each of twelve kinds, with the names of what they show, or of another kind."""
    folder.mkdir(exist_ok=True)
    found = []
    for number in range(24):
        kind = KINDS[number % 12]
        draw_single("fit", kind, number)[0].save(folder / f"{number}.png")
        found.append((str(folder / f"{number}.png"), (KINDS[(number + 5 * wrong) % 12],)))
    return found


@pytest.mark.models
def test_look__the_starter_suits_drawn_pictures_and_no_others(tmp_path, monkeypatch):
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    right = look(STARTER, drawn(tmp_path / "drawn"))
    assert right.pictures == 24 and right.agreement >= 0.9 and right.shuffled <= 0.1 and right.suits
    # The same pictures with texts about something else, and noise with texts, do not agree.
    assert look(STARTER, drawn(tmp_path / "drawn", wrong=True)).suits is False
    noise = np.random.default_rng(0)
    for number in range(24):
        pixels = noise.integers(0, 256, (96, 128, 3), np.uint8)
        Image.fromarray(pixels).save(tmp_path / "drawn" / f"{number}.png")
    other = look(STARTER, [(path, names) for path, names in drawn_names(tmp_path / "drawn")])
    assert other.suits is False


def drawn_names(folder):
    return [(str(folder / f"{number}.png"), (KINDS[number % 12],)) for number in range(24)]


@pytest.mark.models
def test_checked__keeps_its_answer_until_something_changes(tmp_path, monkeypatch):
    monkeypatch.setenv("ADR_DEVICE", "cpu")
    asked = drawn(tmp_path / "drawn")
    assert known_fit(tmp_path / "fits", STARTER, asked) is None
    found = checked(tmp_path / "fits", STARTER, asked, silent)
    assert found.suits and known_fit(tmp_path / "fits", STARTER, asked) == found
    assert not list((tmp_path / "fits").glob("*.ask"))
    Image.new("RGB", (9, 9)).save(tmp_path / "drawn" / "3.png")
    assert known_fit(tmp_path / "fits", STARTER, asked) is None


def test_checked__few_pictures_need_no_model(tmp_path):
    nowhere = str(tmp_path / "no" / "model")
    assert checked(None, nowhere, [("a.png", ("cat",))] * 11, silent) == Fit(11, 0.0, 0.0)
    with pytest.raises(AdrError, match="does not exist"):
        checked(None, nowhere, [("a.png", ("cat",))] * 12, silent)


def test_starters__say_the_kind_that_their_check_is_for():
    assert knowledge_of(STARTER).kind == DRAWN
