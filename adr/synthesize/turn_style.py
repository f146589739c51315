"""How the source's conversations look: how many questions, where `<image>` stands, how long answers are.

Measured once per plan and kept in its folder, so that the conversations of candidates look like those of the source.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from adr.conversation import MARKER
from adr.files import write_whole
from adr.synthesize.plan_file import PlanFolder

if TYPE_CHECKING:
    from adr.store import Store

FILE = "style.json"
MOST_PAIRS = 8
_BRIEF_WORDS = 4
_SAMPLE = 20_000
_FORMS = "select name, n from entity where perspective = perspective_number('interrogation') order by n desc, name"


@dataclass(frozen=True)
class Shape:
    """What one conversation should look like. pairs: its number of questions; place: where `<image>` and the question
    ({text}) stand in the first turn; brief: answers of a word or a phrase; forms: {form of question: instances of the
    source that ask so}, empty when that is not known."""

    pairs: int = 3
    place: str = MARKER + "\n{text}"
    brief: bool = False
    forms: Mapping[str, float] = field(default_factory=dict)

    def weight(self, form: str) -> float:
        """How often questions of a form are to be drawn, compared with others; alike when the source is not known."""
        return self.forms.get(form, 0.0) if self.forms else 1.0

    def first(self, question: str) -> str:
        """The first human turn."""
        return self.place.replace("{text}", question.replace(MARKER, "").strip())


@dataclass(frozen=True)
class TurnStyle:
    """Shares among the source's conversations about one picture. pairs: {number of questions: share}; places: {place:
    share}; brief: share of conversations in which no answer has more than four words or ends like a sentence. forms:
    {form of question: instances that ask so}, from the index, or weights that lead to these (`question_shares`)."""

    pairs: Mapping[int, float] = field(default_factory=lambda: {3: 1.0})
    places: Mapping[str, float] = field(default_factory=lambda: {Shape.place: 1.0})
    brief: float = 0.0
    forms: Mapping[str, float] = field(default_factory=dict)

    def shape(self, seed: int) -> Shape:
        """A shape drawn from these shares; the same for the same seed."""
        return Shape(
            int(_drawn(self.pairs, seed, "pairs")),
            str(_drawn(self.places, seed, "place")),
            _uniform(seed, "brief") < self.brief,
            self.forms,
        )


def measure_style(store: "Store") -> TurnStyle:
    """The style of the source, from at most 20,000 conversations about one picture; the default style without any."""
    rows = store.rows(
        """
        with sampled as (
            select instance from instance where len(images) = 1 and len(turns) >= 2 order by hash(instance) limit $1
        ),
        talk as (
            select list_filter(turns, lambda t: t.role = 'gpt') as answers,
                   trim(list_filter(turns, lambda t: t.role = 'human')[1].text) as opening
            from instance semi join sampled using (instance)
        )
        select least(len(answers), $2) as pairs,
               case when starts_with(opening, '<image>' || chr(10)) then '<image>' || chr(10) || '{text}'
                    when starts_with(opening, '<image>') then '<image>{text}'
                    when ends_with(opening, chr(10) || '<image>') then '{text}' || chr(10) || '<image>'
                    when ends_with(opening, '<image>') then '{text}<image>'
                    else '<image>' || chr(10) || '{text}' end as place,
               list_max(list_transform(answers, lambda t: case when trim(t.text) like '%.' then $3 + 1
                                       else len(string_split(trim(t.text), ' ')) end)) <= $3 as brief,
               count(*)
        from talk where len(answers) > 0 group by all
        """,
        [_SAMPLE, MOST_PAIRS, _BRIEF_WORDS],
    )
    total = sum(n for *_, n in rows)
    forms = {str(name): float(n) for name, n in store.rows(_FORMS)}
    if not total:
        return TurnStyle(forms=forms)
    pairs: dict[int, float] = {}
    places: dict[str, float] = {}
    for count, place, _, n in rows:
        pairs[count] = pairs.get(count, 0) + n / total
        places[place] = places.get(place, 0) + n / total
    return TurnStyle(
        dict(sorted(pairs.items())),
        dict(sorted(places.items())),
        sum(n for _, _, brief, n in rows if brief) / total,
        forms,
    )


def write_style(folder: PlanFolder, style: TurnStyle) -> None:
    """Write a style into a plan's folder."""
    folder.folder.mkdir(parents=True, exist_ok=True)
    write_whole(folder.folder / FILE, json.dumps(asdict(style)).encode())


def read_style(folder: PlanFolder | None) -> TurnStyle:
    """The style in a plan's folder; else the default style."""
    path = Path() if folder is None else folder.folder / FILE
    try:
        read = json.loads(path.read_text(encoding="utf-8"))
        pairs = {int(count): float(share) for count, share in read["pairs"].items()}
        forms = {str(form): float(n) for form, n in read.get("forms", {}).items()}
        return TurnStyle(pairs, dict(read["places"]), float(read["brief"]), forms)
    except (OSError, ValueError, KeyError, TypeError):
        return TurnStyle()


def _drawn(shares: Mapping[int, float] | Mapping[str, float], seed: int, what: str) -> int | str:
    left = _uniform(seed, what) * sum(shares.values())
    values: list[int | str] = list(shares)
    for value, share in zip(values, shares.values(), strict=True):
        left -= share
        if left < 0:
            return value
    return values[-1]


def _uniform(seed: int, what: str) -> float:
    digest = hashlib.blake2b(f"{seed}\0{what}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") / 2**64
