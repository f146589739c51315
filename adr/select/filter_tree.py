"""What a filter is: a frozen tree of conditions on one instance. Knows neither text nor SQL."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

Where = Literal["question", "answer", "either"]
Quantity = Literal["turns", "words"]
PictureSize = Literal["width", "height", "aspect"]
Judged = Literal["accepted", "rejected", "unsure", "undecided"]
Relation = Literal["<", "<=", "=", ">=", ">"]


@dataclass(frozen=True)
class AtPosition:
    """The instance at a position."""

    instance: int


@dataclass(frozen=True)
class WithOwnId:
    """The record's own id, written without the quotes of JSON: "7" and 7 are the same."""

    own_id: str


@dataclass(frozen=True)
class HasEntity:
    """The instance has an entity."""

    perspective: str
    name: str


@dataclass(frozen=True)
class HasAny:
    """The instance has any entity of a perspective."""

    perspective: str


@dataclass(frozen=True)
class SaysPhrase:
    """A turn of the human (a question), of the assistant (an answer), or of either holds a phrase; case is ignored."""

    where: Where
    phrase: str


@dataclass(frozen=True)
class MatchesPattern:
    """The same with a regular expression (RE2)."""

    where: Where
    pattern: str


@dataclass(frozen=True)
class DecidedBy:
    """A run keeps or drops the instance."""

    run: int
    kept: bool


@dataclass(frozen=True)
class DecidedFor:
    """A run keeps or drops the instance for a reason."""

    run: int
    reason: str


@dataclass(frozen=True)
class OfKind:
    """The instance is of one of `adr.instance_kinds.INSTANCE_KINDS`."""

    kind: str


@dataclass(frozen=True)
class HasQuantity:
    """The number of turns, or of words in all turns, compared with a number."""

    of: Quantity
    relation: Relation
    number: int


@dataclass(frozen=True)
class HasPictureFault:
    """A picture of the instance has a fault, one of `adr.picture_faults.PICTURE_FAULTS`."""

    fault: str


@dataclass(frozen=True)
class HasPictureSize:
    """A picture of the instance has a width or height in pixels, or a width in heights, compared with a number."""

    of: PictureSize
    relation: Relation
    number: float


@dataclass(frozen=True)
class HasAgreement:
    """The agreement of picture and text, from 0 to 1, compared with a number; not known for every instance."""

    relation: Relation
    number: float


@dataclass(frozen=True)
class HasLeak:
    """The instance has a picture or question of a benchmark, which no person has called a false alarm."""


@dataclass(frozen=True)
class IsParent:
    """A candidate was made from the instance."""


@dataclass(frozen=True)
class ParentOfJudged:
    """A candidate was made from the instance whose verdict in force is this one; undecided: none, and it is the best of
    its slot."""

    judged: Judged


@dataclass(frozen=True)
class ParentOfRejected:
    """A candidate was made from the instance that is rejected for one of `adr.reject_reasons.REJECT_REASONS`."""

    reason: str


@dataclass(frozen=True)
class ParentOfFlagged:
    """A candidate was made from the instance that has a flag, one of `adr.candidate_flags.CANDIDATE_FLAGS`."""

    flag: str


@dataclass(frozen=True)
class HasLanguage:
    """The instance has a turn in a language, a code of `adr.language_names`."""

    language: str


@dataclass(frozen=True)
class FromSource:
    """The instance was read from the source of this name."""

    name: str


@dataclass(frozen=True)
class LooksLike:
    """The first picture of the instance is among the 100 that look most like that of the instance at a position."""

    instance: int


@dataclass(frozen=True)
class HasTag:
    """The instance has a tag."""

    tag: str


@dataclass(frozen=True)
class SavedAs:
    """A saved filter finds the instance."""

    name: str


@dataclass(frozen=True)
class NotSo:
    """The part does not hold."""

    part: "Filter"


@dataclass(frozen=True)
class AllOf:
    """Every part holds; two or more, none of which is an AllOf itself."""

    parts: "tuple[Filter, ...]"


@dataclass(frozen=True)
class AnyOf:
    """At least one part holds; two or more, none of which is an AnyOf itself."""

    parts: "tuple[Filter, ...]"


Condition = (
    AtPosition
    | WithOwnId
    | HasEntity
    | HasAny
    | SaysPhrase
    | MatchesPattern
    | DecidedBy
    | DecidedFor
    | OfKind
    | HasQuantity
    | HasPictureFault
    | HasPictureSize
    | HasAgreement
    | HasLeak
    | IsParent
    | ParentOfJudged
    | ParentOfRejected
    | ParentOfFlagged
    | HasLanguage
    | FromSource
    | LooksLike
    | HasTag
    | SavedAs
)
Filter = Condition | NotSo | AllOf | AnyOf


def all_of(parts: Iterable[Filter]) -> Filter:
    """The filter that holds where all parts hold; of one part, that part. ValueError without any."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, AllOf) else (part,))]
    if not flat:
        raise ValueError("a filter has at least one part")
    return flat[0] if len(flat) == 1 else AllOf(tuple(flat))


def any_of(parts: Iterable[Filter]) -> Filter:
    """The filter that holds where any part holds; of one part, that part. ValueError without any."""
    flat = [one for part in parts for one in (part.parts if isinstance(part, AnyOf) else (part,))]
    if not flat:
        raise ValueError("a filter has at least one part")
    return flat[0] if len(flat) == 1 else AnyOf(tuple(flat))


def conditions(tree: Filter) -> Iterator[Condition]:
    """The conditions of a filter, from left to right."""
    if isinstance(tree, NotSo):
        yield from conditions(tree.part)
    elif isinstance(tree, AllOf | AnyOf):
        for part in tree.parts:
            yield from conditions(part)
    else:
        yield tree
