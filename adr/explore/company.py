"""The company of an entity: the entities that occur with it, how often each comes with the other, and what is chance.

All instances are counted, none sampled. Reads only.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from adr.explore.association import association, expected_together, share_low
from adr.explore.entities import Entity, entity_named, known_perspective
from adr.perspectives import need_indexed
from adr.store import Store

Floats = npt.NDArray[np.float64]

_TOGETHER = """
    with mine as materialized (
        select instance from posting where perspective = perspective_number($perspective) and entity = $entity
    ), joint as (
        select p.entity, count(*) as together from posting p semi join mine using (instance)
        where p.perspective = perspective_number($other) and p.entity <> $entity
        group by p.entity
    )
    select j.entity, e.name, e.n, j.together
    from joint j join entity e on e.entity = j.entity and e.perspective = perspective_number($other)
    order by j.entity"""


@dataclass(frozen=True)
class Company:
    """The entities of `perspective` in instances of `of` (X), by entity number; arrays of one length. n: instances that
    have the entity e; together: those that have both; instances: of the whole dataset."""

    of: Entity
    perspective: str
    instances: int
    entities: npt.NDArray[np.int64]
    names: npt.NDArray[np.object_]
    n: npt.NDArray[np.int64]
    together: npt.NDArray[np.int64]

    @property
    def of_x(self) -> Floats:
        """P(e | X): the share of the instances of X that have e."""
        return self.together / max(self.of.n, 1)

    @property
    def of_e(self) -> Floats:
        """P(X | e): the share of the instances of e that have X."""
        return self.together / np.maximum(self.n, 1)

    @property
    def of_e_low(self) -> Floats:
        """The lower end of the 95 % interval of P(X | e)."""
        return share_low(self.together, self.n)

    @property
    def expected(self) -> Floats:
        """How many instances would have both by chance."""
        return expected_together(self.n, self.of.n, self.instances)

    @property
    def lift(self) -> Floats:
        """How many times as often as by chance they occur together: together / expected."""
        lift: Floats = self.together / np.maximum(self.expected, 1e-12)
        return lift

    @property
    def lift_bound(self) -> Floats:
        """The end of the 95 % interval of the lift that is nearer to 1; 1 where chance explains it."""
        bound: Floats = np.exp2(association(self.together, self.expected))
        return bound


@dataclass(frozen=True)
class Companion:
    """An entity e that occurs with X. share_of_x: P(e | X); share_of_e: P(X | e), share_of_e_low: the lower end of its
    95 % interval; lift: times chance, lift_bound: the end of its 95 % interval nearer to 1 (1: chance explains it)."""

    entity: str
    n: int
    together: int
    share_of_x: float
    share_of_e: float
    share_of_e_low: float
    expected: float
    lift: float
    lift_bound: float


@dataclass(frozen=True)
class CompanyReport:
    """The company of one entity, X, among those of `with_perspective`. n: instances of X; found: entities that occur
    with it in at least `at_least` instances; companions: the first of them in the order asked for."""

    perspective: str
    entity: str
    n: int
    instances: int
    with_perspective: str
    order: str
    at_least: int
    found: int
    companions: list[Companion]


# How the company can be ordered, the largest first; ties go by instances together, then by the entity's number.
ORDERS: dict[str, Callable[[Company], Floats | npt.NDArray[np.int64]]] = {
    "together": lambda company: company.together,
    "always": lambda company: company.of_e_low,
    "lift": lambda company: company.lift_bound,
    "frequent": lambda company: company.n,
}


def company(store: Store, entity: Entity, perspective: str) -> Company:
    """Every entity of `perspective` that occurs with `entity`; AdrError for an unknown perspective."""
    need_indexed(store, [known_perspective(perspective)])
    found = store.arrays(_TOGETHER, {"perspective": entity.perspective, "entity": entity.entity, "other": perspective})
    return Company(
        entity,
        perspective,
        int(store.value("select count(*) from instance")),
        np.asarray(found["entity"], np.int64),
        np.asarray(found["name"], np.object_),
        np.asarray(found["n"], np.int64),
        np.asarray(found["together"], np.int64),
    )


def ordered(
    found: Company, order: str, *, rising: bool = False, search: str = "", at_least: int = 1
) -> npt.NDArray[np.int64]:
    """The places in `found` of the entities whose name contains `search` and that occur with X in `at_least` instances,
    in an order of ORDERS or by 'name'; rising: the other way round."""
    wanted = search.strip().lower()
    places = np.flatnonzero(found.together >= at_least)
    if wanted:
        places = places[[wanted in name for name in found.names[places]]]
    if order == "name":
        places = places[np.argsort(found.names[places].astype(str), kind="stable")]
        return places[::-1] if rising else places
    keys = ORDERS[order](found)[places]
    return places[np.lexsort((places, -found.together[places], keys if rising else -keys))]


def company_table(found: Company) -> pa.Table:
    """Every companion as a row, for a file: the fields of `Companion`, the most frequent entity first."""
    return pa.table(
        {
            "entity": pa.array(found.names.tolist(), pa.string()),
            "instances": found.n,
            "together": found.together,
            "p_entity_given_x": found.of_x,
            "p_x_given_entity": found.of_e,
            "p_x_given_entity_low": found.of_e_low,
            "expected": found.expected,
            "lift": found.lift,
            "lift_bound": found.lift_bound,
        }
    )


def company_report(
    store: Store, perspective: str, name: str, with_perspective: str, *, order: str, at_least: int = 1, top: int = 20
) -> CompanyReport:
    """The company of an entity by name; AdrError where there is no such entity or perspective."""
    entity = entity_named(store, perspective, name)
    found = company(store, entity, with_perspective)
    places = ordered(found, order, at_least=at_least)
    first = [companion(found, int(place)) for place in places[:top]]
    return CompanyReport(
        perspective, name, entity.n, found.instances, with_perspective, order, at_least, len(places), first
    )


def companion(found: Company, place: int) -> Companion:
    """One row of the company."""
    return Companion(
        str(found.names[place]),
        int(found.n[place]),
        int(found.together[place]),
        float(found.of_x[place]),
        float(found.of_e[place]),
        float(found.of_e_low[place]),
        float(found.expected[place]),
        float(found.lift[place]),
        float(found.lift_bound[place]),
    )
