"""What a conversation must be before a trainer reads it. Knows turns only: nothing of who wrote them."""

import re
from collections.abc import Mapping, Sequence

PLACEHOLDER = "<image>"
MAX_TURNS = 40
MAX_CHARACTERS = 8_000
# Fixed reasons, each with the sentence a person reads.
FAULTS = {
    "no_turns": "There are no turns.",
    "roles_do_not_alternate": "Turns must alternate, the human first and the assistant last.",
    "empty_turn": "A turn has no text.",
    "placeholder_missing": f"The first human turn must hold {PLACEHOLDER}.",
    "placeholder_repeated": f"{PLACEHOLDER} must stand exactly once, in the first human turn.",
    "entity_not_mentioned": "The assistant never mentions the entity.",
    "too_many_turns": f"There are more than {MAX_TURNS} turns.",
    "too_long": f"A turn has more than {MAX_CHARACTERS:,} characters.",
    "leftover_prompt": "The text holds leftovers of the prompt.",
    # Said by whoever wrote it, not by `fault`: there is no whole conversation to look at.
    "no_answer": "The model gave no answer.",
    "unreadable_answer": "The model's answer holds no questions with answers.",
    "no_synonym": "No word of the conversation was replaced by a synonym of the tail.",
}
_LEFTOVER = re.compile(
    r"(^|\n)\s*(question|answer|q|a|user|assistant|human|gpt|system)\s*:|={3,}|<\|[a-z_]+\|>|\[/?INST\]|<</?SYS>>"
    r"|as an ai (language )?model|</?s>|^\s*```|^\s*[{\[]\s*\"(role|from)\"", re.IGNORECASE)

Turn = Mapping[str, str]


def fault(turns: Sequence[Turn], entity_forms: Sequence[str] = (), images: int = 1) -> str | None:
    """The first fault of a conversation as a key of `FAULTS`, or None when it can be exported.

    turns: {'role': 'human' or 'gpt', 'text'}; a leading 'system' turn is allowed. entity_forms: ways to write the
    entity (singular, plural, synonyms), one of which an assistant turn must hold as whole words; empty: not asked.
    images: how often `<image>` must stand, all in the first human turn (0 for text only).
    """
    talk = list(turns[1:]) if turns and turns[0]["role"] == "system" else list(turns)
    if not talk:
        return "no_turns"
    if len(talk) % 2 or [t["role"] for t in talk] != ["human", "gpt"] * (len(talk) // 2):
        return "roles_do_not_alternate"
    if any(not t["text"].replace(PLACEHOLDER, "").strip() for t in talk):
        return "empty_turn"
    first, rest = talk[0]["text"].count(PLACEHOLDER), sum(t["text"].count(PLACEHOLDER) for t in talk[1:])
    if first < images and rest == 0:
        return "placeholder_missing"
    if rest or first != images:
        return "placeholder_repeated"
    if len(talk) > MAX_TURNS:
        return "too_many_turns"
    if any(len(t["text"]) > MAX_CHARACTERS for t in talk):
        return "too_long"
    if any(_LEFTOVER.search(t["text"].replace(PLACEHOLDER, "").strip()) for t in talk):
        return "leftover_prompt"
    if entity_forms and not mentioned([t for t in talk if t["role"] == "gpt"], entity_forms):
        return "entity_not_mentioned"
    return None


def mentioned(turns: Sequence[Turn], forms: Sequence[str]) -> bool:
    """Whether any of the forms stands in a turn as whole words, in whatever case."""
    said = " ".join(t["text"] for t in turns).lower()
    return any(re.search(rf"(?<!\w){re.escape(form.lower())}(?!\w)", said) for form in forms)
