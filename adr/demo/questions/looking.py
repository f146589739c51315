"""Questions of colour, number and presence. Every answer is true of the scene."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.questions.occasion import APART, Turn, absent_kind, pick
from adr.demo.scene import Scene
from adr.demo.things import THINGS, Thing
from adr.demo.wording import a, kinds, number, sentence, some


def colour_subject(thing: Thing, which: str = "") -> str:
    """What has the colour: "the car", "the airplane's wings"."""
    if not thing.part:
        return f"the {thing.name}{which}"
    return f"the {thing.part} of the {thing.name}{which}" if which else f"the {thing.name}'s {thing.part}"


def ask_colour(scene: Scene, rng: Generator) -> Turn | None:
    """The colour of one thing; of two alike, the leftmost or rightmost."""
    able = [placement for placement in scene.placements if THINGS[placement.thing].spoken]
    if not able:
        return None
    placement = pick(rng, able)
    thing, which = THINGS[placement.thing], ""
    if scene.count(thing.name) > 1:
        same = [other for other in scene.placements if other.thing == thing.name]
        gap = APART * scene.image.width
        if min(same[1].middle - same[0].middle, same[-1].middle - same[-2].middle) < gap:
            return None
        placement, which = (same[0], " on the far left") if rng.random() < 0.5 else (same[-1], " on the far right")
    subject = colour_subject(thing, which)
    verb = "are" if thing.part.endswith("s") else "is"
    question = pick(
        rng,
        (
            f"What color {verb} {subject}?",
            f"What color {verb} {subject}?",
            f"What is the color of {subject}?",
            f"Which color {'do' if verb == 'are' else 'does'} {subject} have?",
        ),
    )
    return Turn(question, sentence(f"{subject} {verb} {placement.colour}"), placement.colour.capitalize())


def ask_count(scene: Scene, rng: Generator) -> Turn:
    """How many there are of one kind, now and then of one that is absent."""
    if rng.random() < 0.15:
        name = absent_kind(scene, rng)
        n = 0
    else:
        name = pick(rng, scene.placements).thing
        n = scene.count(name)
    many = THINGS[name].many
    question = pick(
        rng,
        (
            f"How many {many} are there?",
            f"How many {many} are in the picture?",
            f"How many {many} can you see?",
            f"What is the number of {many} in the image?",
        ),
    )
    if n == 1:
        answer = f"There is one {name} in the picture."
    else:
        answer = f"There are {number(n)} {many} in the picture."
    return Turn(question, answer, str(n))


def ask_counting(scene: Scene, rng: Generator) -> Turn:
    """A request to count."""
    name = pick(rng, scene.placements).thing
    n = scene.count(name)
    return Turn(
        f"Count the {THINGS[name].many} in the image.",
        sentence(f"I count {some(name, n) if n > 1 else 'one ' + name}"),
        str(n),
    )


def ask_total(scene: Scene, rng: Generator) -> Turn:
    """How many things there are in all."""
    n = len(scene.placements)
    ending = (
        "there is only one thing in the picture"
        if n == 1
        else f"there are {number(n)} things in the picture altogether"
    )
    return Turn("How many things are there altogether?", sentence(ending), str(n))


def ask_presence(scene: Scene, rng: Generator) -> Turn:
    """Whether one kind is there; yes and no about equally often."""
    present = rng.random() < 0.55
    name = pick(rng, kinds(scene)) if present else absent_kind(scene, rng)
    n = scene.count(name)
    asked = pick(
        rng,
        (
            f"Is there {a(name)} in the image?",
            f"Is there {a(name)} in the picture?",
            f"Is there {a(name)} here?",
            f"Are there any {THINGS[name].many} in the picture?",
        ),
    )
    if not n:
        return Turn(asked, f"No, there is no {name} in the picture.", "No")
    verb = "is" if n == 1 else "are"
    return Turn(asked, f"Yes, there {verb} {some(name, n)} in the picture.", "Yes")


def ask_sight(scene: Scene, rng: Generator) -> Turn:
    """Whether one kind can be seen."""
    present = rng.random() < 0.55
    name = pick(rng, kinds(scene)) if present else absent_kind(scene, rng)
    question = pick(
        rng, (f"Can you see {a(name)}?", f"Do you see any {THINGS[name].many}?", f"Does the image contain {a(name)}?")
    )
    yes = "it does" if question.startswith("Does") else "I can" if question.startswith("Can") else "I do"
    n = scene.count(name)
    if n:
        return Turn(question, sentence(f"yes, {yes}: there {'is' if n == 1 else 'are'} {some(name, n)}"), "Yes")
    return Turn(question, f"No, there are no {THINGS[name].many} in it.", "No")


def ask_more(scene: Scene, rng: Generator) -> Turn | None:
    """Which of two kinds is more numerous."""
    names = kinds(scene)
    if len(names) < 2:
        return None
    first = pick(rng, names)
    second = pick(rng, [name for name in names if name != first])
    n, m = scene.count(first), scene.count(second)
    words = f"{some(first, n)} and {some(second, m)}"
    return Turn(
        f"Are there more {THINGS[first].many} than {THINGS[second].many}?",
        f"{'Yes' if n > m else 'No'}, there {'is' if n == 1 else 'are'} {words}.",
        "Yes" if n > m else "No",
    )
