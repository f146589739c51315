"""Every kind of thing the demo world can draw, by name. One file for each family of drawings."""

from adr.demo.thing import COLOURS, Thing
from adr.demo.things.vehicles import VEHICLES

FAMILIES: tuple[tuple[Thing, ...], ...] = (VEHICLES,)

THINGS: dict[str, Thing] = {thing.name: thing for family in FAMILIES for thing in family}

__all__ = ["COLOURS", "THINGS", "Thing"]
