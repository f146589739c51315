"""What a conversation must look like before a trainer reads it. Knows turns only, nothing of who wrote them."""

import re
from collections.abc import Mapping, Sequence
from itertools import pairwise

MARKER = "<image>"
ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://|data:")  # an image that is not a file
MAX_TURNS = 40
MAX_CHARACTERS = 8_000
# What can be wrong with a conversation: a fixed word for tables and files, and the sentence that a person reads.
FAULTS = {
    "no_turns": "The conversation has no turns.",
    "empty_turn": "A turn holds no text.",
    "turns_do_not_alternate": "Human and assistant do not alternate, starting with the human.",
    "no_answer": "The conversation does not end with an answer.",
    "system_turn": "There is a system turn, which this trainer does not read.",
    "tool_turn": "There is a tool turn, which this trainer does not read.",
    "too_many_markers": f"There are more {MARKER} markers than images.",
    "too_few_markers": f"There are fewer {MARKER} markers than images.",
    "marker_in_answer": f"An answer holds an {MARKER} marker.",
    "marker_misplaced": f"An {MARKER} marker stands after the first human turn.",
    "entity_not_mentioned": "The assistant never mentions the entity.",
    "too_many_turns": f"There are more than {MAX_TURNS} turns.",
    "too_long": f"A turn has more than {MAX_CHARACTERS:,} characters.",
    "leftover_prompt": "The text holds leftovers of the prompt.",
    # Reported by the writer, not by `fault`: there is no complete conversation to check.
    "no_reply": "The model gave no reply.",
    "unreadable_reply": "The model's reply holds no questions with answers.",
    "entity_denied": "An answer denies what the picture was made to show.",
    "thing_not_shown": "An answer names a thing that the scorer does not see in the picture.",
    "thing_not_in_caption": "An answer names a thing that the caption does not.",
    "no_synonym": "No word of the conversation was replaced by a synonym from the tail.",
}
_LEFTOVER = re.compile(
    r"(^|\n)\s*(question|answer|q|a|user|assistant|human|gpt|system)\s*:|={3,}|<\|[a-z_]+\|>|\[/?INST\]|<</?SYS>>"
    r"|as an ai (language )?model|</?s>|^\s*```|^\s*[{\[]\s*\"(role|from)\"",
    re.IGNORECASE,
)

Turn = Mapping[str, str]


def fault(turns: Sequence[Turn], entity_forms: Sequence[str] = (), images: int = 1) -> str | None:
    """The first fault of a conversation as a key of `FAULTS`, or None when it can be exported.

    turns: {'role': 'human' or 'gpt', 'text'}; a leading 'system' turn is allowed. entity_forms: ways to write the
    entity (singular, plural, synonyms), one of which an assistant turn must hold as whole words; not checked if empty.
    images: how many `<image>` markers there must be, all in the first human turn (0 for text only).
    """
    talk = list(turns[1:]) if turns and turns[0]["role"] == "system" else list(turns)
    if not talk:
        return "no_turns"
    if len(talk) % 2 or [t["role"] for t in talk] != ["human", "gpt"] * (len(talk) // 2):
        return "turns_do_not_alternate"
    if any(not t["text"].replace(MARKER, "").strip() for t in talk):
        return "empty_turn"
    first, rest = talk[0]["text"].count(MARKER), sum(t["text"].count(MARKER) for t in talk[1:])
    if first < images and rest == 0:
        return "too_few_markers"
    if rest:
        return "marker_misplaced"
    if first > images:
        return "too_many_markers"
    if len(talk) > MAX_TURNS:
        return "too_many_turns"
    if any(len(t["text"]) > MAX_CHARACTERS for t in talk):
        return "too_long"
    if any(_LEFTOVER.search(t["text"].replace(MARKER, "").strip()) for t in talk):
        return "leftover_prompt"
    if entity_forms and not mentioned([t for t in talk if t["role"] == "gpt"], entity_forms):
        return "entity_not_mentioned"
    return None


def mentioned(turns: Sequence[Turn], forms: Sequence[str]) -> bool:
    """Whether any of the forms occurs in a turn as whole words, ignoring case."""
    said = " ".join(t["text"] for t in turns).lower()
    return any(re.search(rf"(?<!\w){re.escape(form.lower())}(?!\w)", said) for form in forms)


def questions(turns: Sequence[Turn]) -> list[tuple[str, str]]:
    """(question, answer) for every assistant turn that follows a human turn, without image markers; an empty one of
    either is left out."""
    found = []
    for before, turn in pairwise(turns):
        if (before["role"], turn["role"]) == ("human", "gpt"):
            asked, told = (" ".join(one["text"].replace(MARKER, " ").split()) for one in (before, turn))
            if asked and told:
                found.append((asked, told))
    return found
