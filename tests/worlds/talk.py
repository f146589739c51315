"""Slots and conversations written out by hand."""

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
