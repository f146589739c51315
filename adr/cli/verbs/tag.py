"""`adr tag`: put a tag on what a filter finds, take it off, undo a step, or list the tags."""

import argparse
import getpass
from collections.abc import Iterator

from adr.cli.blocks import Block, headline, note, table
from adr.cli.opened import opened
from adr.errors import AdrError
from adr.figures import counted
from adr.progress import Progress
from adr.select.tag_report import TagReport, tag_found, tags_report, undone_report
from adr.settings import setting
from adr.store import Store


def arguments(parser: argparse.ArgumentParser) -> None:
    """A filter and a tag, or what else to do."""
    parser.add_argument("filter", nargs="?", metavar="FILTER", help="the instances, as for adr find")
    parser.add_argument("tag", nargs="?", metavar="NAME", help="the tag; without filter and tag, the tags are listed")
    parser.add_argument("--off", action="store_true", help="take the tag off")
    parser.add_argument("--undo", action="store_true", help="take your last step back")
    parser.add_argument("--by", default="", metavar="WHO", help="your name [ADR_REVIEWER, else your login]")


def act(options: argparse.Namespace, progress: Progress) -> TagReport:
    """Do it."""
    if options.filter and not options.tag:
        raise AdrError("A filter is given, and no tag.", "Write adr tag 'object:dog' NAME.")
    if options.undo and options.filter:
        raise AdrError("--undo takes the last step back; it needs no filter.", "Leave filter and tag out.")
    with opened(options) as (_, store):
        return _done(store, options)


def _done(store: Store, options: argparse.Namespace) -> TagReport:
    who = options.by or setting("ADR_REVIEWER") or getpass.getuser()
    if options.undo:
        return undone_report(store, who)
    if not options.filter:
        return tags_report(store)
    return tag_found(store, options.filter, options.tag, who, off=options.off)


def page(report: TagReport) -> Iterator[Block]:
    """What was done, and the tags that there are."""
    yield headline(_said(report))
    if report.tags:
        yield table(["tag", "instances"], [(name, f"{n:,}") for name, n in report.tags.items()], words=(0,))
        yield note("adr find 'tag:NAME' lists the instances of one.")


def _said(report: TagReport) -> str:
    instances = counted(report.count, "instance")
    if report.action == "list":
        return f"{counted(len(report.tags), 'tag')}." if report.tags else "No instance has a tag."
    if report.action == "undo":
        return f"Taken back: {report.undone} of “{report.tag}”, {instances}." if report.undone else "Nothing to undo."
    done = "lost" if report.action == "untag" else "got"
    return f"{instances} {done} the tag “{report.tag}”, of {report.found:,} that are found: {report.in_words}."
