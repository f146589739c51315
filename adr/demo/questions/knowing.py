"""Questions of what things are for, made of, and where they belong. Every answer is true of the scene."""

from __future__ import annotations

from numpy.random import Generator

from adr.demo.questions.occasion import Turn, kind_with, pick
from adr.demo.scene import Scene
from adr.demo.things import THINGS
from adr.demo.wording import a, kinds, listed, looks, sentence, some


def ask_use(scene: Scene, rng: Generator) -> Turn | None:
    """What a thing is for."""
    thing = kind_with(scene, rng, lambda kind: "" if kind.theme == "animals" else kind.use)
    if not thing:
        return None
    question = pick(
        rng,
        (
            f"What is {a(thing.name)} used for?",
            f"What is the {thing.name} used for?",
            f"What can you do with {a(thing.name)}?",
        ),
    )
    return Turn(question, sentence(f"{a(thing.name)} is used for {thing.use}"), sentence(thing.use)[:-1])


def ask_why(scene: Scene, rng: Generator) -> Turn | None:
    """Why someone would have a thing."""
    thing = kind_with(scene, rng, lambda kind: "" if kind.theme == "animals" else kind.use)
    if not thing:
        return None
    question = pick(rng, (f"Why would someone want {a(thing.name)}?", f"Why do people have {thing.many}?"))
    return Turn(question, f"People want {thing.many} for {thing.use}.")


def ask_tool(scene: Scene, rng: Generator) -> Turn | None:
    """Which thing here serves a purpose."""
    thing = kind_with(scene, rng, lambda kind: "" if kind.theme == "animals" else kind.use)
    if not thing or sum(THINGS[name].use == thing.use for name in kinds(scene)) > 1:
        return None
    return Turn(
        f"Which of these things is meant for {thing.use}?",
        f"The {thing.name} is meant for {thing.use}.",
        f"The {thing.name}",
    )


def ask_sound(scene: Scene, rng: Generator) -> Turn | None:
    """What an animal's voice does."""
    thing = kind_with(scene, rng, lambda kind: kind.sound if kind.theme == "animals" else "")
    if not thing:
        return None
    return Turn(f"What sound does {a(thing.name)} make?", sentence(f"{a(thing.name)} {thing.sound}"))


def ask_material(scene: Scene, rng: Generator) -> Turn | None:
    """What a thing is usually made of."""
    thing = kind_with(scene, rng, lambda kind: kind.material)
    if not thing:
        return None
    return Turn(
        f"What is {a(thing.name)} usually made of?",
        sentence(f"{a(thing.name)} is usually made of {thing.material}"),
        thing.material.capitalize(),
    )


def ask_habitat(scene: Scene, rng: Generator) -> Turn | None:
    """Where such a thing is usually met."""
    thing = kind_with(scene, rng, lambda kind: kind.place)
    if not thing:
        return None
    return Turn(
        f"Where would you usually find {a(thing.name)}?",
        sentence(f"you would usually find {a(thing.name)} {thing.place}"),
        sentence(thing.place)[:-1],
    )


def ask_animal(scene: Scene, rng: Generator) -> Turn | None:
    """Which animals are in the picture."""
    names = [name for name in kinds(scene) if THINGS[name].theme == "animals"]
    if not names:
        return None
    one = len(names) == 1
    answer = listed([some(name, scene.count(name)) for name in names])
    return Turn(
        "Which animal is in the picture?" if one else "Which animals are in the picture?",
        sentence(f"the picture shows {answer}"),
        sentence(listed(names))[:-1],
    )


def ask_who(scene: Scene, rng: Generator) -> Turn | None:
    """Who is there."""
    people = [placement for placement in scene.placements if placement.thing == "person"]
    if not people:
        return None
    answer = listed([a(looks(person)) for person in people])
    return Turn("Who is in the picture?", sentence(f"there is {answer}"), sentence(answer)[:-1])


def ask_common(scene: Scene, rng: Generator) -> Turn | None:
    """What two things have in common: their family."""
    words = {
        "animals": "animals",
        "vehicles": "means of transport",
        "food": "things to eat",
        "instruments": "musical instruments",
        "furniture": "things for a home",
        "kitchen": "things for a kitchen",
        "tools": "tools",
        "plants": "plants or fungi",
        "clothes": "things to wear or carry",
    }
    names = [name for name in kinds(scene) if THINGS[name].theme in words]
    pairs = [(p, q) for p in names for q in names if p < q and THINGS[p].theme == THINGS[q].theme]
    if not pairs:
        return None
    first, second = pick(rng, pairs)
    return Turn(f"What do the {first} and the {second} have in common?", f"They are both {words[THINGS[first].theme]}.")


def ask_odd(scene: Scene, rng: Generator) -> Turn | None:
    """Which of the things is alive."""
    alive = [name for name in kinds(scene) if THINGS[name].theme in ("animals", "people", "plants")]
    if len(alive) != 1 or len(kinds(scene)) < 2 or any(THINGS[name].theme == "food" for name in kinds(scene)):
        return None
    return Turn(
        "Which of the things in the picture is a living thing?", f"The {alive[0]} is a living thing.", f"The {alive[0]}"
    )
