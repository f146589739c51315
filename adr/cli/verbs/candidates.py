"""`adr candidates`: list the review queue."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import count
from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.cli.phrases import spoken
from adr.figures import counted
from adr.progress import Progress
from adr.review.queue import ORDERS, STATES, CandidatesReport, Filter, QueuedCandidate, candidates_report
from adr.synthesize.tail import entity_ids


def arguments(parser: argparse.ArgumentParser) -> None:
    """A filter, an order, and how many to list."""
    parser.add_argument("--state", choices=STATES, default="pending", help="the state of their verdict [%(default)s]")
    parser.add_argument("--plan", type=count, metavar="N", help="only of this plan [all]")
    parser.add_argument("--entity", metavar="NAME", help="only for this entity: accordion, or object:accordion")
    parser.add_argument("--order", choices=tuple(ORDERS), default="gain", help="what comes first [%(default)s]")
    parser.add_argument("--limit", type=count, default=20, metavar="N", help="list at most N [%(default)s]")


def act(options: argparse.Namespace, progress: Progress) -> CandidatesReport:
    """List them."""
    with opened(options) as (_, store):
        entity = entity_ids(store, [options.entity])[0] if options.entity else None
        # Nothing is to be judged here, so candidates whose entities are filled are listed as well.
        wanted = Filter(state=options.state, plan=options.plan, entity=entity, filled=True)
        return candidates_report(store, wanted, options.order, options.limit)


def page(report: CandidatesReport) -> Iterator[Block]:
    """One line per candidate, in the order of the queue."""
    state = "" if report.state == "any" else f" ({report.state})"
    if not report.candidates:
        yield headline(f"No candidate{state}.")
        return
    yield headline(f"{counted(report.total, 'candidate')}{state}. Order: {ORDERS[report.order][0]}.")
    yield table(
        ["candidate", "entity", "score", "gain", "flags", "verdict"], map(_line, report.candidates), words=(0, 1, 4, 5)
    )
    if report.total > len(report.candidates):
        yield note(f"{report.total - len(report.candidates):,} more: raise --limit.")


def _line(one: QueuedCandidate) -> tuple[str, ...]:
    verdict = " ".join(filter(None, (one.judgement, f"by {one.rule or one.reviewer}" if one.judgement else None)))
    return (
        one.candidate,
        one.name or "",
        "–" if one.score is None else f"{one.score:.2f}",
        f"{one.gain:.2f}",
        ", ".join(map(spoken, one.flags)),
        verdict,
    )
