"""Questions for the whole picture: description, caption, list, title, story. Every answer is true of the scene."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.questions.occasion import Turn, kind_with, large_and_small, pick
from adr.demo.scene import Scene
from adr.demo.wording import a, contents, kinds, listed, looks, sentence


def account(scene: Scene, rng: Generator) -> str:
    """Two to five true sentences about the whole picture."""
    where = scene.background.where
    opening = pick(
        rng, ("The picture shows {} {}.", "This is an illustration of {} {}.", "In the image there is {} {}.")
    )
    if opening.startswith("In the image") and scene.count(scene.placements[0].thing) > 1:
        opening = "In the image there are {} {}."
    said = [opening.format(contents(scene), where)]
    for position in ("left", "middle", "right")[: int(rng.integers(1, 4))]:
        here = [a(looks(placement)) for placement in scene.placements if placement.position == position]
        if here and len(scene.placements) > 1:
            verb = "is" if len(here) == 1 else "are"
            spot = "In the middle" if position == "middle" else f"On the {position}"
            said.append(f"{spot}{pick(rng, ('', ' of the picture', ' of the image'))} there {verb} {listed(here)}.")
        elif here:
            said.append(
                pick(rng, (f"It is {a(looks(scene.placements[0]))}.", f"We see {a(looks(scene.placements[0]))}."))
            )
    larger = large_and_small(scene, rng)
    if larger and rng.random() < 0.4:
        said.append(f"The {larger[0].thing} looks larger than the {larger[1].thing}.")
    fact = kind_with(scene, rng, lambda thing: thing.place)
    if fact and rng.random() < 0.35:
        said.append(sentence(f"{a(fact.name)} is usually found {fact.place}"))
    return " ".join(said)


def ask_description(scene: Scene, rng: Generator) -> Turn:
    """A free description."""
    question = pick(
        rng,
        (
            "Describe the image.",
            "Describe this picture in detail.",
            "Please describe what you see.",
            "Describe the following image.",
            "Can you describe the scene for me?",
            "Give a detailed description of the image.",
            "What do you see in this picture?",
            "Describe the image concisely.",
        ),
    )
    return Turn(question, account(scene, rng))


def ask_caption(scene: Scene, rng: Generator) -> Turn:
    """A caption of one line."""
    question = pick(
        rng,
        (
            "Write a short caption for this image.",
            "Provide a one-sentence caption for the provided image.",
            "Give me a caption for the picture.",
            "Summarize the picture in one sentence.",
            "Write a terse but informative summary of the picture.",
        ),
    )
    text = sentence(f"{contents(scene)} {scene.background.where}")
    return Turn(question, text)


def ask_title(scene: Scene, rng: Generator) -> Turn:
    """A title, with typographic quotation marks."""
    main = max(scene.placements, key=lambda placement: placement.size)
    question = pick(
        rng, ("Suggest a title for a café poster with this picture.", "What would be a good title — just a few words?")
    )
    title = f"“The {looks(main)}”"
    return Turn(question, title, title)


def ask_list(scene: Scene, rng: Generator) -> Turn:
    """Everything in the picture."""
    question = pick(
        rng, ("List the objects in the image.", "List everything you can recognize.", "Name the things in the picture.")
    )
    return Turn(question, sentence(f"the picture shows {contents(scene)}"), sentence(listed(kinds(scene)))[:-1])


def ask_content(scene: Scene, rng: Generator) -> Turn:
    """What the picture shows."""
    question = pick(
        rng,
        (
            "What is in the picture?",
            "What’s shown in this image?",
            "What is this a picture of?",
            "What objects are visible?",
        ),
    )
    return Turn(question, sentence(f"the picture shows {contents(scene)}"), sentence(listed(kinds(scene)))[:-1])


def ask_story(scene: Scene, rng: Generator) -> Turn | None:
    """A short story that adds nothing to what can be seen but a mood."""
    if len(kinds(scene)) < 2:
        return None
    first, second = kinds(scene)[:2]
    story = (
        f"Once upon a time there was {a(first)} that was {scene.background.where}. Every day {a(second)} was near, "
        f"and so neither of them was ever lonely. Nobody knew how they had met, but they stayed together."
    )
    return Turn(
        pick(rng, ("Write a short story about this picture.", "Tell me a bedtime story about the scene.")), story
    )
