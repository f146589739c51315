"""How often each form of question must be drawn so that a plan's template conversations ask it as often as the source.

A slot of which no colour is known cannot ask for one, so the others must ask the more often. Pure; knows no tables.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from adr.synthesize.plan_file import Slot
from adr.synthesize.templates import FORMS, able_kinds, drawn_kinds
from adr.synthesize.turn_style import TurnStyle

_SAMPLE = 300
_ROUNDS = 12
# A form is drawn at most so many times as often as the source asks it, so that the few slots which can ask a rare form
# do not all ask it.
_MOST = 12.0


def fitted(style: TurnStyle, slots: Sequence[Slot]) -> TurnStyle:
    """The style with the weights of its forms changed so that conversations about these slots (a sample of them) ask
    each form in the proportion in which the style's conversations do, where the slots allow it."""
    step = max(1, len(slots) // _SAMPLE)
    cases = []
    for seed, slot in enumerate(slots[::step]):
        shape = style.shape(seed)
        cases.append((seed, shape, list(able_kinds(slot, seed, shape.brief))))
    wanted = {form: n for form, n in style.forms.items() if n > 0 and form in FORMS.values()}
    weights = dict(wanted)
    for _ in range(_ROUNDS if wanted else 0):
        asked = Counter[str]()
        for seed, shape, able in cases:
            kinds = drawn_kinds(able, seed, replace(shape, forms=weights))[: max(1, shape.pairs)]
            asked.update({FORMS[kind] for kind in kinds})
        can = sum(wanted[form] for form in asked)
        for form, times in asked.items():
            fair = weights[form] * (wanted[form] / can) / (times / asked.total())
            weights[form] = min(max(fair, wanted[form] / _MOST), wanted[form] * _MOST)
    return replace(style, forms={**style.forms, **weights})
