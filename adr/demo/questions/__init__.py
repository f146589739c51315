"""The kinds of question the demo world asks about a picture, and how often each is asked.

Every kind is a function from a scene to a `Turn`, or None where the scene gives no occasion for it. Knows nothing about
files or about how questions are strung together.
"""

from adr.demo.questions.choosing import ask_choice, ask_colour_choice, ask_truth
from adr.demo.questions.description import ask_caption, ask_content, ask_description, ask_list, ask_story, ask_title
from adr.demo.questions.knowing import (
    ask_animal,
    ask_common,
    ask_habitat,
    ask_material,
    ask_odd,
    ask_sound,
    ask_tool,
    ask_use,
    ask_who,
    ask_why,
)
from adr.demo.questions.looking import ask_colour, ask_count, ask_counting, ask_more, ask_presence, ask_sight, ask_total
from adr.demo.questions.occasion import Ask, Turn, pick
from adr.demo.questions.placing import (
    ask_arrangement,
    ask_compare,
    ask_indoors,
    ask_larger,
    ask_neighbour,
    ask_region,
    ask_setting,
    ask_side,
    ask_time,
    ask_what_region,
    ask_where,
)

# The mixture, commonest first; it has a long tail of its own.
MIXTURE: tuple[tuple[Ask, float], ...] = (
    (ask_colour, 25.0), (ask_count, 17.0), (ask_description, 16.0), (ask_presence, 14.0), (ask_where, 9.0),
    (ask_content, 7.0), (ask_caption, 6.0), (ask_use, 4.5), (ask_neighbour, 4.5), (ask_larger, 3.5), (ask_choice, 3.2),
    (ask_setting, 3.0), (ask_side, 2.6), (ask_indoors, 2.0), (ask_region, 1.6), (ask_habitat, 1.5), (ask_sight, 1.4),
    (ask_list, 1.2), (ask_why, 1.1), (ask_material, 0.9), (ask_animal, 0.8), (ask_total, 0.7), (ask_sound, 0.7),
    (ask_what_region, 0.6), (ask_who, 0.6), (ask_colour_choice, 0.6), (ask_compare, 0.5), (ask_counting, 0.5),
    (ask_more, 0.4), (ask_common, 0.4), (ask_tool, 0.35), (ask_time, 0.35), (ask_truth, 0.3), (ask_arrangement, 0.25),
    (ask_title, 0.25), (ask_story, 0.2), (ask_odd, 0.2),
)  # fmt: skip

# Kinds that may come twice in a conversation: they are about one of several things.
REPEATABLE: frozenset[Ask] = frozenset(
    (
        ask_colour,
        ask_count,
        ask_presence,
        ask_where,
        ask_use,
        ask_neighbour,
        ask_larger,
        ask_side,
        ask_region,
        ask_sight,
    )
)

__all__ = ["MIXTURE", "REPEATABLE", "Ask", "Turn", "ask_presence", "pick"]
