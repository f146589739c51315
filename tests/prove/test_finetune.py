"""Fine-tuning of a tiny model with random weights: dark pictures are answered Yes, light ones No."""

import numpy as np
import pytest

from adr.errors import AdrError
from adr.prove.finetune import FineTune, Tuned
from adr.prove.model import Pairs, load_model
from tests.prove.planted import pairs
from tests.prove.tiny_vlm import make_vlm

pytestmark = pytest.mark.models


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_vlm(tmp_path_factory.mktemp("vlm"), ["Is it big? Yes No", "It is a big red cat"])


def dark_or_light(count: int) -> tuple[Pairs, np.ndarray]:
    dark = np.random.default_rng(0).random(count) < 0.5
    shade = np.where(dark, 20, 235).astype(np.uint8)
    pictures = np.ones((count, 16, 16, 3), np.uint8) * shade[:, None, None, None]
    return pairs(["Is it big?"] * count, ["Yes" if one else "No" for one in dark], np.arange(count)), pictures


def test_finetune__learns_what_the_pictures_decide_and_the_blind_one_does_not(folder):
    both, pictures = dark_or_light(64)
    given = {"steps": 45, "batch": 16, "learning_rate": 1.0, "seed": 0}
    seeing = FineTune(folder, rate=3e-3).fit(both, both, both, pictures, **given)
    blind = FineTune(folder, rate=3e-3).fit(both, both, both, pictures, **given, blind=True)
    assert seeing.scored.score.mean() > 0.9
    assert blind.scored.score.mean() < 0.7
    assert seeing.scored.nll.mean() < blind.scored.nll.mean()
    assert seeing.dev_nll[-1][0] == 45 and seeing.dev_nll[-1][1] < seeing.dev_nll[0][1]


def test_finetune__the_same_bits_each_time(folder):
    both, pictures = dark_or_light(12)
    given = {"steps": 3, "batch": 4, "learning_rate": 1.0, "seed": 5}
    one, again = (FineTune(folder).fit(both, both, both, pictures, **given).scored for _ in range(2))
    assert one.nll.tobytes() == again.nll.tobytes() and one.said == again.said


def test_likelihoods__of_a_long_answer_and_its_entity_words(folder):
    """All six words of the answer are counted, and of them the entity's; padding beside a longer answer changes
    nothing."""
    _, pictures = dark_or_light(2)
    long = Pairs(
        np.arange(2), np.array([0, -1]), ["What is it?"] * 2, ["It is a big red cat", "No"], [["cat"], []], np.ones(2)
    )
    tuned = Tuned(FineTune(folder), pictures, blind=False)
    together, named = tuned.likelihoods(long)
    alone, _ = tuned.likelihoods(long, np.array([1]))
    assert together[1] == pytest.approx(alone[0], abs=1e-4)
    assert named[0] > 0 and np.isnan(named[1])
    assert tuned.said(long)[0] == ""  # only short answers are said


def test_likelihoods__as_the_model_gives_them(folder):
    """Against a plain pass over the whole text: the sum over the answer's tokens, divided by its one word."""
    import torch

    both, pictures = dark_or_light(1)
    tuned = Tuned(FineTune(folder), pictures, blind=True)
    found, _ = tuned.likelihoods(both)
    prompts, given = tuned.asked(both, np.array([0]))
    answer = tuned.tokenizer(f" {both.answer[0]}", add_special_tokens=False)["input_ids"]
    asked = given["input_ids"].shape[1]
    given["input_ids"] = torch.cat([given["input_ids"], torch.tensor([answer])], dim=1)
    given["attention_mask"] = torch.ones_like(given["input_ids"])
    with torch.no_grad():
        log = torch.log_softmax(tuned.model(**given).logits[0], dim=1)
    by_hand = -sum(float(log[asked - 1 + at, token]) for at, token in enumerate(answer))
    assert prompts == ["User:<image> Is it big?<end_of_utterance>\nAssistant:"]
    assert found[0] == pytest.approx(by_hand, abs=1e-4)


def test_train__leaves_the_encoder_of_pictures_as_it_is(folder):
    both, pictures = dark_or_light(8)
    tuned = Tuned(FineTune(folder), pictures, blind=False)
    before = {name: value.detach().clone() for name, value in tuned.model.named_parameters()}
    tuned.train(both, both, 2, 4, 1e-3, 0)
    changed = {name for name, value in tuned.model.named_parameters() if not bool((value == before[name]).all())}
    assert changed and not [name for name in changed if "vision" in name]


def test_finetune__refusals(folder, tmp_path):
    both, pictures = dark_or_light(4)
    given = {"steps": 1, "batch": 2, "learning_rate": 1.0, "seed": 0}
    with pytest.raises(AdrError, match="no logit adjustment"):
        FineTune(folder).fit(both, both, both, pictures, **given, adjust={"yes": -1.0})
    with pytest.raises(AdrError, match="cannot be loaded"):
        FineTune(tmp_path).fit(both, both, both, pictures, **given)
    with pytest.raises(AdrError, match="needs a pretrained model"):
        load_model("finetune")
    with pytest.raises(AdrError, match="There is no model 'other'"):
        load_model("other")
