"""Every kind of thing the demo world can draw, by name. One file for each family of drawings."""

from adr.demo.thing import COLOURS, Thing
from adr.demo.things.animals import ANIMALS
from adr.demo.things.home import CLOTHES_THINGS, FURNITURE_THINGS, STUDY_THINGS, TOOL_THINGS
from adr.demo.things.kitchen import FOOD_THINGS, KITCHEN_THINGS
from adr.demo.things.outdoors import OUTDOORS
from adr.demo.things.play import INSTRUMENT_THINGS, TOY_THINGS
from adr.demo.things.vehicles import VEHICLES

FAMILIES: tuple[tuple[Thing, ...], ...] = (
    OUTDOORS,
    VEHICLES,
    ANIMALS,
    KITCHEN_THINGS,
    FOOD_THINGS,
    INSTRUMENT_THINGS,
    TOY_THINGS,
    FURNITURE_THINGS,
    TOOL_THINGS,
    CLOTHES_THINGS,
    STUDY_THINGS,
)

THINGS: dict[str, Thing] = {thing.name: thing for family in FAMILIES for thing in family}

__all__ = ["COLOURS", "THINGS", "Thing"]
