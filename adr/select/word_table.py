"""Makes the table of words and that of sizes, by which texts are found without reading each of them.

Writes `word_place`, `instance_size` and `words_made`; knows no filter.
"""

import time
from dataclasses import dataclass

from adr.errors import AdrError
from adr.progress import Progress, silent
from adr.report import from_json, to_json
from adr.select.word_cut import WORDS
from adr.store import Store

BLOCK = 100_000
"""Positions per step: their words are sorted in memory, and one row of the table holds the instances of one block."""
WORDS_OF_TURN = (
    "len(list_filter(string_split(translate(replace(coalesce(turn.text, ''), '<image>', ' '), "
    "chr(9) || chr(10) || chr(13), '   '), ' '), lambda word: word <> ''))"
)
"""SQL for the number of words of a `turn`. Splitting at blanks is six times as fast as a regular expression."""

_INSERT_SIZES = f"""
    insert into instance_size
    select instance, coalesce(len(turns), 0), coalesce(list_sum(list_transform(turns, lambda turn: {WORDS_OF_TURN})), 0)
    from instance where instance >= $first and instance < $end order by instance"""

_INSERT_WORDS = f"""
    insert into word_place
    with spoken as (
        select instance, number, turn.role = 'human' as asks, {WORDS} as words
        from (select instance, unnest(turns) as turn, generate_subscripts(turns, 1) as number
              from instance where instance >= $first and instance < $end)
        where turn.role in ('human', 'gpt') and turn.text is not null
    ), placed as (
        select instance, asks, words,
               (sum(len(words) + 1) over (partition by instance order by number) - len(words))::integer as before
        from spoken
    ), said as (
        select instance, asks, unnest(words) as word, before + generate_subscripts(words, 1)::integer as place
        from placed
    )
    select word, coalesce(list(instance order by instance, place) filter (asks), []),
           coalesce(list(place order by instance, place) filter (asks), []),
           coalesce(list(instance order by instance, place) filter (not asks), []),
           coalesce(list(place order by instance, place) filter (not asks), [])
    from said group by word order by word"""
"""Places count on from turn to turn with one left out between them, so that a phrase never spans two turns."""

_OTHER_LETTERS = """
    select exists (
        select 1 from (select unnest(turns) as turn from instance)
        where strlen(turn.text) > length(turn.text)
        and (contains(turn.text, chr(304)) or contains(turn.text, chr(8490))))"""
"""Whether a text has one of the two letters beyond ASCII whose small letter is in ASCII: they are i and k in the table,
and other letters to a pattern."""


@dataclass(frozen=True)
class WordsReport:
    """instances: whose texts were read; words: different ones; by_letter: scripts without blanks between words were
    cut into letters (`adr.select.word_cut`), else their phrases are looked for inside words; same_letters: patterns
    match the words in small letters as they match the texts."""

    instances: int
    words: int
    seconds: float
    by_letter: bool = False
    same_letters: bool = False


def make_word_table(store: Store, progress: Progress = silent) -> WordsReport:
    """Read all texts and write the tables in place of those that were there.

    AdrError when there is no dataset, or when it changes meanwhile. When `progress` raises Cancelled, no tables
    are left: texts are read as without them.
    """
    started = time.monotonic()
    instances, end = store.rows("select count(*), coalesce(max(instance) + 1, 0) from instance")[0]
    if not instances:
        raise AdrError("There is no dataset in this workspace.", "Ingest one first.")
    changed_at = store.value("select changed_at from dataset_changed")
    _clear(store)
    for first in range(0, end, BLOCK):
        progress(first, end, "Reading texts")
        with store.atomic() as writer:
            for insert in (_INSERT_SIZES, _INSERT_WORDS):
                writer.execute(insert, {"first": first, "end": first + BLOCK})
    words = int(store.value("select count(distinct word) from word_place"))
    same_letters = not store.value(_OTHER_LETTERS)
    seconds = round(time.monotonic() - started, 2)
    report = WordsReport(instances, words, seconds, by_letter=True, same_letters=same_letters)
    _finish(store, changed_at, report)
    return report


def _clear(store: Store) -> None:
    with store.atomic() as writer:
        for table in ("words_made", "word_place", "instance_size"):
            writer.execute(f"delete from {table}")


def _finish(store: Store, changed_at: object, report: WordsReport) -> None:
    """Let the tables count: they are of the sources as these were at `changed_at`."""
    with store.atomic() as writer:
        if writer.value("select changed_at from dataset_changed") != changed_at:
            raise AdrError("The dataset has changed while its texts were read.", "Prepare the search again.")
        writer.execute("insert into words_made values ($1, $2)", [changed_at, to_json(report)])
    store.checkpoint()


def words_report(store: Store) -> WordsReport | None:
    """The report of `make_word_table` on the present sources; None when it has not run since they changed."""
    text = store.value(
        "select w.report from words_made w, dataset_changed d where w.changed_at is not distinct from d.changed_at"
    )
    return from_json(WordsReport, text) if text else None
