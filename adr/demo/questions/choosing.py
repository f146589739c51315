"""Questions that give options, or a statement to judge. Every answer is true of the scene."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.questions.looking import colour_subject
from adr.demo.questions.occasion import Turn, absent_kind, pick, singles
from adr.demo.scene import Scene
from adr.demo.things import COLOURS, THINGS
from adr.demo.wording import a, kinds

LETTER = "Answer with the option's letter from the given choices directly."


def _options(right: str, wrong: list[str], rng: Generator) -> tuple[str, str]:
    """Three or four options as lettered lines, and the letter of the right one."""
    place = int(rng.integers(len(wrong) + 1))
    options = [*wrong[:place], right, *wrong[place:]]
    return "\n".join(f"{'ABCD'[k]}. {option}" for k, option in enumerate(options)), "ABCD"[place]


def ask_choice(scene: Scene, rng: Generator) -> Turn:
    """A multiple-choice question on what is shown."""
    right = pick(rng, kinds(scene))
    wrong: list[str] = []
    while len(wrong) < 3:
        name = absent_kind(scene, rng)
        if name not in wrong:
            wrong.append(name)
    lines, letter = _options(right, wrong, rng)
    question = f"Which of these is shown in the picture?\n{lines}\n{LETTER}"
    return Turn(question, letter, letter)


def ask_colour_choice(scene: Scene, rng: Generator) -> Turn | None:
    """A multiple-choice question on a colour."""
    able = [placement for placement in singles(scene) if THINGS[placement.thing].spoken]
    if not able:
        return None
    placement = pick(rng, able)
    thing = THINGS[placement.thing]
    wrong = [name for name in COLOURS if name != placement.colour]
    first = int(rng.integers(len(wrong) - 2))
    lines, letter = _options(placement.colour, wrong[first : first + 3], rng)
    verb = "are" if thing.part.endswith("s") else "is"
    question = f"What color {verb} {colour_subject(thing)}?\n{lines}\n{LETTER}"
    return Turn(question, letter, letter)


def ask_truth(scene: Scene, rng: Generator) -> Turn:
    """A statement to be judged."""
    name = pick(rng, kinds(scene)) if rng.random() < 0.5 else absent_kind(scene, rng)
    truth = "True" if scene.count(name) else "False"
    return Turn(f"True or false: the picture shows {a(name)}.", truth, truth)
