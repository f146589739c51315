"""Features of every conversation of the source, made by a process of its own (`adr.embed.text_embedding`) that goes on
where it stopped."""

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from adr.conversation import MARKER
from adr.embed.text_folder import SaidText, TextFeatures, TextFolder
from adr.errors import AdrError
from adr.knowledge import short_name
from adr.process import Command, Event, how, relay
from adr.progress import Progress, let_pages_run, silent
from adr.settings import setting
from adr.store import Store
from adr.workspace import Workspace

QUESTION, REST = 500, 1_500
"""Characters that are read at most: of what a person says first, and of all that follows."""
_STEP = 5_000  # texts between two reports of progress
_one_at_a_time = threading.Lock()

# What is read of each conversation. Blanks are made one before texts are cut, of which four times as much is looked at.
_SAID = f"""
    with talk as (
        select instance, list_filter(turns, lambda turn: turn.role in ('human', 'gpt')) as turns from instance
    ), parts as (
        select instance, case when turns[1].role = 'human' then turns[1].text else '' end as question,
               list_transform(case when turns[1].role = 'human' then turns[2:] else turns end,
                              lambda turn: left(turn.text, {REST})) as others
        from talk
    ), joined as (
        select instance, coalesce(question, '') as question, coalesce(array_to_string(others, ' '), '') as rest
        from parts
    ), said as (
        select instance, {{question}} as question, {{rest}} as rest from joined
    ), stamped as (
        select instance, question, rest, left(md5(question || chr(10) || rest), 24) as stamp
        from said where question || rest <> ''
    )"""


def _cut(column: str, characters: int) -> str:
    plain = f"replace(left({column}, {4 * characters}), '{MARKER}', ' ')"
    return f"left(trim(regexp_replace({plain}, '\\s+', ' ', 'g')), {characters})"


_STAMPED = _SAID.format(question=_cut("question", QUESTION), rest=_cut("rest", REST))


@dataclass(frozen=True)
class ConversationsReport:
    """What `embed --of conversations` did. conversations: instances that say something; different: texts among them, of
    which each is read once; embedded: those that have features; new: texts that this call read; without: instances
    without text; dimensions: numbers per text; rate: texts per second of this call, None where it read none."""

    model: str
    conversations: int
    different: int
    embedded: int
    new: int
    without: int
    dimensions: int
    rate: float | None
    seconds: float


def read_conversations(
    store: Store, workspace: Workspace, model: str | None = None, *, progress: Progress = silent
) -> ConversationsReport:
    """Embed those of the source's conversations that are not embedded yet. model: as for `adr.embed.embed.embed`.

    AdrError without text, when the model cannot be loaded, or when the process ends unexpectedly. What is finished is
    kept, also when `progress` raises `Cancelled`.
    """
    started = time.monotonic()
    folder = TextFolder.of(workspace.features, model or setting("ADR_SCORER_MODEL"))
    with _one_at_a_time:
        conversations, different = _ask(store, folder, progress)
        last = _embed_asked(folder, progress)
        found = folder.read(state_of(store))
    return ConversationsReport(
        model=short_name(folder.model),
        conversations=conversations,
        different=different,
        embedded=len(found.vectors) if found else 0,
        new=last["done"] - last["before"],
        without=int(store.value("select count(*) from instance")) - conversations,
        dimensions=found.vectors.shape[1] if found else 0,
        rate=last.get("rate"),
        seconds=round(time.monotonic() - started, 2),
    )


def conversation_features(store: Store, features: Path, model: str) -> TextFeatures:
    """The features that `model` has made of the source's conversations. features: the workspace's folder.

    AdrError when none have been made of the present sources.
    """
    return TextFolder.of(features, model).need(state_of(store))


def state_of(store: Store) -> str:
    """When the sources changed last: what positions mean until then."""
    return str(store.value("select changed_at from dataset_changed"))


def _ask(store: Store, folder: TextFolder, progress: Progress) -> tuple[int, int]:
    """Tell the folder what is wanted; returns (conversations with text, different texts). AdrError without any."""
    progress(0, None, "Reading conversations")
    named = store.arrow(f"{_STAMPED} select instance, stamp from stamped order by instance")
    if not len(named):
        raise AdrError("The dataset has no conversation with a text.", "Ingest one that has some.")
    folder.ask(_texts(store, progress))
    folder.name(named, state_of(store))
    return len(named), len(folder.stamps_asked())


def _texts(store: Store, progress: Progress) -> Iterator[list[SaidText]]:
    """Each text once, in the order of the first instance that has it."""
    query = f"""{_STAMPED}, first as (select min(instance) as instance from stamped group by stamp)
        select stamp, question, rest from stamped semi join first using (instance) order by instance"""
    done = 0
    for rows in store.batches(query, size=_STEP):
        yield [SaidText(*row) for row in rows]
        done += len(rows)
        progress(done, None, "Reading conversations")
        let_pages_run()


def _embed_asked(folder: TextFolder, progress: Progress) -> Event:
    """Have a process embed what the folder asks for, and wait for it; it is ended when `progress` raises.

    Returns its last event, with 'before': the texts that were known when it began.
    """
    last: Event = {}

    def hear(event: Event) -> None:
        last.update(event)
        if "done" in last:
            last.setdefault("before", last["done"])
        rate = f", {last['rate']:,.0f} per second" if "rate" in last else ""
        progress(last.get("done", 0), last.get("total"), f"Embedding conversations{rate}")

    command = Command("adr.embed.text_embedding", [str(folder.folder), "--model", folder.model], folder.log)
    (code,) = relay([command], hear)
    if code:
        raise AdrError(
            f"Embedding conversations ended unexpectedly ({how(code)}); what was finished is kept.",
            f"Run it again: it goes on from there. If it happens again, look into {folder.log}.",
        )
    return last
