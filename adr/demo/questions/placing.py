"""Questions of place, side, size and setting. Every answer is true of the scene."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.questions.occasion import APART, Turn, coordinates, large_and_small, left_and_right, pick, singles
from adr.demo.scene import Scene
from adr.demo.wording import a, listed, looks, sentence, side, some


def ask_where(scene: Scene, rng: Generator) -> Turn | None:
    """Where in the picture one thing is."""
    ones = singles(scene)
    if not ones:
        return None
    placement = pick(rng, ones)
    k = scene.placements.index(placement)
    beside = [scene.placements[j] for j in (k - 1, k + 1) if 0 <= j < len(scene.placements)]
    near = (
        f", next to the {pick(rng, beside).thing}"
        if beside and rng.random() < 0.6 and len(singles(scene)) == len(scene.placements)
        else ""
    )
    question = pick(
        rng,
        (
            f"Where is the {placement.thing}?",
            f"Where in the picture is the {placement.thing}?",
            f"Where can I find the {placement.thing}?",
        ),
    )
    return Turn(question, f"The {placement.thing} is {side(placement)}{near}.", sentence(side(placement))[:-1])


def ask_neighbour(scene: Scene, rng: Generator) -> Turn | None:
    """What stands left or right of something."""
    pair = left_and_right(scene, rng)
    if not pair:
        return None
    left, right = pair
    word, base = ("left", right) if rng.random() < 0.5 else ("right", left)
    gap = APART * scene.image.width
    found = [
        p
        for p in scene.placements
        if (base.middle - p.middle > gap if word == "left" else p.middle - base.middle > gap)
    ]
    names = list(dict.fromkeys(p.thing for p in found))
    answer = listed([some(name, sum(p.thing == name for p in found)) for name in names])
    verb = "is" if len(found) == 1 else "are"
    return Turn(
        f"What is to the {word} of the {base.thing}?",
        sentence(f"to the {word} of the {base.thing} there {verb} {answer}"),
        sentence(listed(names))[:-1],
    )


def ask_side(scene: Scene, rng: Generator) -> Turn | None:
    """Whether one thing is left or right of another."""
    pair = left_and_right(scene, rng)
    if not pair:
        return None
    left, right = pair
    first, second, word = (
        (left, right, pick(rng, ("left", "right")))
        if rng.random() < 0.5
        else (right, left, pick(rng, ("left", "right")))
    )
    truth = "left" if first is left else "right"
    answer = "Yes" if truth == word else "No"
    return Turn(
        f"Is the {first.thing} to the {word} of the {second.thing}?",
        f"{answer}, the {first.thing} is to the {truth} of the {second.thing}.",
        answer,
    )


def ask_larger(scene: Scene, rng: Generator) -> Turn | None:
    """Which of two things is larger in the picture."""
    pair = large_and_small(scene, rng)
    if not pair:
        return None
    large, small = pair
    first, second = (large, small) if rng.random() < 0.5 else (small, large)
    question = pick(
        rng,
        (
            f"Which is larger in the picture, the {first.thing} or the {second.thing}?",
            f"Which one appears bigger, the {first.thing} or the {second.thing}?",
        ),
    )
    return Turn(question, f"The {large.thing} is larger in the picture than the {small.thing}.", f"The {large.thing}")


def ask_compare(scene: Scene, rng: Generator) -> Turn | None:
    """Two things set against each other by colour and size."""
    pair = large_and_small(scene, rng)
    if not pair:
        return None
    large, small = pair
    return Turn(
        f"Compare the {large.thing} and the {small.thing}.",
        f"In the picture there is {a(looks(large))}, and there is {a(looks(small))}. "
        f"The {large.thing} takes up more room than the {small.thing}.",
    )


def ask_region(scene: Scene, rng: Generator) -> Turn | None:
    """The box of a thing, as shares of the picture: left, top, right, bottom."""
    ones = singles(scene)
    if not ones:
        return None
    placement = pick(rng, ones)
    box = coordinates(placement, scene)
    question = (
        f"Please provide the bounding box coordinate of the region this sentence describes: the {looks(placement)}."
    )
    return Turn(question, box, box)


def ask_what_region(scene: Scene, rng: Generator) -> Turn:
    """What is inside a box."""
    placement = pick(rng, scene.placements)
    question = f"Please provide a short description for this region: {coordinates(placement, scene)}."
    return Turn(question, sentence(a(looks(placement))), sentence(a(looks(placement))))


def ask_setting(scene: Scene, rng: Generator) -> Turn:
    """Where the scene is set."""
    where = scene.background.where
    question = pick(
        rng, ("What is the setting of the picture?", "Where does the scene take place?", "Where was this picture set?")
    )
    return Turn(question, sentence(f"the scene is set {where}"), sentence(where)[:-1])


def ask_indoors(scene: Scene, rng: Generator) -> Turn:
    """Indoors or outdoors."""
    word = "outdoors" if scene.background.outdoors else "indoors"
    question = pick(rng, ("Is this scene indoors or outdoors?", "Was the picture set inside or outside?"))
    return Turn(question, sentence(f"it is set {word}, {scene.background.where}"), word.capitalize())


def ask_time(scene: Scene, rng: Generator) -> Turn | None:
    """Day or night, where the sky tells."""
    if not scene.background.outdoors or scene.background.name == "underwater":
        return None
    night = scene.background.name == "night"
    answer = "It is night: the sky is dark and full of stars." if night else "It is daytime: the sky is bright."
    return Turn("When does the scene take place, by day or by night?", answer, "By night" if night else "By day")


def ask_arrangement(scene: Scene, rng: Generator) -> Turn | None:
    """How two things are arranged."""
    pair = left_and_right(scene, rng)
    if not pair:
        return None
    left, right = pair
    return Turn(
        f"How are the {right.thing} and the {left.thing} arranged?",
        f"The {left.thing} is to the left of the {right.thing}.",
    )
