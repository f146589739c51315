"""What a conversation must look like: a literal example of every fault."""

import pytest

from adr.conversation import FAULTS, MAX_CHARACTERS, fault


def turns(*texts: str) -> list[dict[str, str]]:
    return [{"role": "human" if i % 2 == 0 else "gpt", "text": text} for i, text in enumerate(texts)]


@pytest.mark.parametrize(
    ("talk", "expected"),
    [
        (turns("<image>\nWhat is this?", "An accordion."), None),
        (turns("What is this?\n<image>", "Two accordions.", "Why?", "The accordion is red."), None),
        ([{"role": "system", "text": "Be brief."}, *turns("<image>\nWhat?", "An accordion.")], None),
        ([], "no_turns"),
        (turns("<image>\nWhat is this?"), "turns_do_not_alternate"),
        ([{"role": "gpt", "text": "Hi"}, {"role": "human", "text": "<image> accordion"}], "turns_do_not_alternate"),
        (turns("<image>\n", "An accordion."), "empty_turn"),
        (turns("<image>\nWhat?", "  "), "empty_turn"),
        (turns("What is this?", "An accordion."), "too_few_markers"),
        (turns("<image><image>\nWhat?", "An accordion."), "too_many_markers"),
        (turns("<image>\nWhat?", "An <image> accordion."), "marker_misplaced"),
        (turns("What?", "An accordion.", "<image> And?", "Yes."), "marker_misplaced"),
        (turns("<image>\nWhat?", "An accordion" + "n" * MAX_CHARACTERS), "too_long"),
        (turns("<image>\nWhat?", *(["An accordion."] + ["Why?", "So."] * 20)), "too_many_turns"),
        (turns("<image>\nWhat?", "Answer: an accordion."), "leftover_prompt"),
        (turns("<image>\nWhat?", "An accordion.\n===\nQuestion: and?"), "leftover_prompt"),
        (turns("<image>\nWhat?", "As an AI language model I see an accordion."), "leftover_prompt"),
        (turns("<image>\nWhat is the accordion?", "A piano."), "entity_not_mentioned"),
        (turns("<image>\nWhat?", "Some accordionists."), "entity_not_mentioned"),
    ],
)
def test_fault__each(talk, expected):
    assert fault(talk, ["accordion", "accordions"]) == expected
    assert expected is None or expected in FAULTS


def test_fault__text_only():
    assert fault(turns("What is an accordion?", "An instrument."), images=0) is None
    assert fault(turns("<image>What is it?", "An instrument."), images=0) == "too_many_markers"
