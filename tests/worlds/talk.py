"""Slots and conversations written out by hand."""

from dataclasses import replace

from adr.synthesize.plan_file import Slot


def slot(name="accordion", companions=("cat",), absent=("dog", "bus", "sofa"), turns=(), parent=4, words=None):
    things = tuple(name.split(" + "))
    return Slot(
        slot=0,
        entity=2,
        name=name,
        perspective="object",
        things=things,
        entities=(2,),
        prompt=f"a photo of {' and '.join(things)}, natural light",
        companions=companions,
        absent=absent,
        parent=parent,
        turns=turns,
        words=words or {},
    )


def talk(*texts):
    return tuple({"role": "human" if i % 2 == 0 else "gpt", "text": text} for i, text in enumerate(texts))


TALK = talk(
    "<image>\nWhat is an accordion used for?",
    "For music.",
    "Where would you usually find an accordion?",
    "At a dance.",
    "What is an accordion usually made of?",
    "Of wood.",
    "Why would people want accordions?",
    "To play them.",
)
TOLD = replace(slot(turns=TALK), colors={"accordion": "red"}, counts={"accordion": 2, "cat": 1}, place="in a park")
