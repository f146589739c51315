"""Strings questions together into LLaVA-style records: one to eight turns about a picture, or about none.

Knows nothing about files; the words come from `adr.demo.questions`.
"""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.habitats import RANKS, WEIGHTS, weighted
from adr.demo.questions import MIXTURE, REPEATABLE, Ask, Turn, ask_presence, pick
from adr.demo.scene import Scene
from adr.demo.things import THINGS, Thing
from adr.demo.wording import a, listed, sentence

_TURNS = (0.36, 0.2, 0.14, 0.1, 0.08, 0.05, 0.04, 0.03)
_BRIEFLY = "\nAnswer the question using a single word or phrase."
_BRIEF, _IMAGE_LAST, _UNTIDY = 0.22, 0.12, 0.02
_FAMILIES = {
    "animals": "animals",
    "vehicles": "vehicles",
    "instruments": "musical instruments",
    "tools": "tools",
    "food": "foods",
    "furniture": "pieces of furniture",
}


def converse(scene: Scene, rng: Generator) -> list[dict[str, str]]:
    """A conversation about `scene` in LLaVA form, with `<image>` in the first turn; no question is asked twice."""
    brief = bool(rng.random() < _BRIEF)
    turns = _turns(scene, rng, weighted(rng, _TURNS) + 1, brief)
    messages = _messages([Turn(t.question, t.short) for t in turns] if brief else turns, rng)
    opening = messages[0]["value"] + (_BRIEFLY if brief and "option's letter" not in messages[0]["value"] else "")
    last = bool(rng.random() < _IMAGE_LAST)
    messages[0]["value"] = f"{opening}\n<image>" if last else f"<image>\n{opening}"
    return messages


def chat(rng: Generator) -> list[dict[str, str]]:
    """A conversation without a picture, on what things are for and where they belong."""
    turns: dict[str, Turn] = {}
    while len(turns) < 1 + weighted(rng, (0.5, 0.3, 0.2)):
        turn = _chat_turn(rng)
        turns.setdefault(turn.question, turn)
    return _messages(list(turns.values()), rng)


def _turns(scene: Scene, rng: Generator, wanted: int, brief: bool) -> list[Turn]:
    """Up to `wanted` different turns, at least one; only such as can be answered in a phrase if `brief`."""
    weights = [weight for _, weight in MIXTURE]
    turns: dict[str, Turn] = {}
    asked: set[Ask] = set()
    for _ in range(12 * wanted):
        if len(turns) == wanted:
            break
        ask = MIXTURE[weighted(rng, weights)][0]
        turn = None if ask in asked and ask not in REPEATABLE else ask(scene, rng)
        if turn and (turn.short or not brief) and turn.answer not in {said.answer for said in turns.values()}:
            turns.setdefault(turn.question, turn)
            asked.add(ask)
    return list(turns.values()) or [ask_presence(scene, rng)]


def _messages(turns: list[Turn], rng: Generator) -> list[dict[str, str]]:
    """The turns as LLaVA messages; a few end in a blank or a line break, as real ones do."""
    messages = []
    for turn in turns:
        for role, text in (("human", turn.question), ("gpt", turn.answer)):
            untidy = pick(rng, (" ", "\n", "  ")) if rng.random() < _UNTIDY else ""
            messages.append({"from": role, "value": text + untidy})
    return messages


def _chat_turn(rng: Generator) -> Turn:
    thing = THINGS[RANKS[weighted(rng, [WEIGHTS[name] ** 0.6 for name in RANKS])]]
    asks = (_use, _place, _examples, _family, _plural, _poem, _greeting)
    return asks[weighted(rng, (5, 4, 2.5, 2, 1, 1, 0.6))](thing, rng)


def _use(thing: Thing, rng: Generator) -> Turn:
    if not thing.use or thing.theme == "animals":
        return _place(thing, rng)
    question = pick(rng, (f"What is {a(thing.name)} good for?", f"Why do people own {thing.many}?"))
    return Turn(question, sentence(f"{a(thing.name)} is good for {thing.use}"))


def _place(thing: Thing, rng: Generator) -> Turn:
    if not thing.place:
        return _examples(thing, rng)
    question = pick(rng, (f"Where would I look for {a(thing.name)}?", f"Where is {a(thing.name)} usually found?"))
    return Turn(question, sentence(f"{a(thing.name)} is usually found {thing.place}"))


def _examples(thing: Thing, rng: Generator) -> Turn:
    theme = pick(rng, list(_FAMILIES))
    names = [kind.name for kind in THINGS.values() if kind.theme == theme]
    first = int(rng.random() * (len(names) - 2))
    return Turn(f"Name three {_FAMILIES[theme]}.", sentence(listed([a(name) for name in names[first : first + 3]])))


def _family(thing: Thing, rng: Generator) -> Turn:
    if thing.theme not in _FAMILIES:
        return _examples(thing, rng)
    theme = pick(rng, list(_FAMILIES))
    family = f"among the {_FAMILIES[theme]}"
    if theme == thing.theme:
        return Turn(f"Does {a(thing.name)} belong {family}?", f"Yes, {a(thing.name)} belongs {family}.")
    return Turn(f"Does {a(thing.name)} belong {family}?",
                f"No, {a(thing.name)} belongs among the {_FAMILIES[thing.theme]}.")  # fmt: skip


def _plural(thing: Thing, rng: Generator) -> Turn:
    return Turn(f"What is the plural of “{thing.name}”?", f"The plural of “{thing.name}” is “{thing.many}”.")


def _poem(thing: Thing, rng: Generator) -> Turn:
    lines = (
        f"Oh {thing.name}, oh {thing.name},",
        "I looked at you today;",
        "I painted you in colors",
        "and put the brush away.",
    )
    return Turn(f"Write a naïve little poem about {a(thing.name)} — four lines, please.", "\n".join(lines))


def _greeting(thing: Thing, rng: Generator) -> Turn:
    return Turn(
        "Hello! What can you help me with?", "Hello! Ask me about a picture, or about things and what they are for."
    )
