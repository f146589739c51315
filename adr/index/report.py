"""What a finished index says of itself."""

from dataclasses import dataclass, field

from adr.fit import Fit
from adr.report import from_json
from adr.store import Store


@dataclass(frozen=True)
class IndexReport:
    """What `index` has built: the numbers of postings and of entities, per perspective."""

    instances: int
    postings: dict[str, int]
    entities: dict[str, int]
    unread: int  # instances that have a turn in a language that nothing here can read
    extractor: str
    spacy_model: str | None
    objects_from: str
    verified_by: str | None
    seconds: float
    notices: tuple[str, ...] = ()
    fingerprint: str = ""
    verify_fit: Fit | None = None  # how well the model that looked names a sample of the pictures
    templates: int = 0  # lines and beginnings of lines of prompts that recur; none are looked for with "count"
    model_anyway: bool = False  # whether it looked although it was made for other pictures
    languages: dict[str, int] = field(default_factory=dict)  # turns by language code, most first
    unread_turns: dict[str, int] = field(default_factory=dict)  # of these, the turns that nothing could read


def index_report(store: Store) -> IndexReport | None:
    """The report that `index` returned for the present dataset; None when it has no index."""
    text = store.value("select report from index_made, dataset_changed where indexed_at >= changed_at")
    return from_json(IndexReport, text) if text else None
