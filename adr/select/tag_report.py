"""What a step with a tag did, as a report."""

from dataclasses import dataclass
from typing import Literal

from adr.report import OnlyWhereThere
from adr.select.filter_text import parse
from adr.select.filter_words import in_words
from adr.select.find import found_positions
from adr.select.tags import tag, tags, undo, untag
from adr.store import Store


@dataclass(frozen=True)
class TagReport:
    """action: what was done; tag: with which tag; found: instances that the filter finds; count: instances that the
    step changed; undone: the action that was taken back; tags: every tag and how many instances have it."""

    action: Literal["tag", "untag", "undo", "list"]
    count: int
    tags: dict[str, int]
    tag: OnlyWhereThere[str] = None
    in_words: OnlyWhereThere[str] = None
    found: OnlyWhereThere[int] = None
    undone: OnlyWhereThere[str] = None


def tag_found(store: Store, text: str, name: str, reviewer: str, *, off: bool = False) -> TagReport:
    """Put a tag on what a filter finds, or take it off; AdrError as by `find` and `tag`."""
    tree = parse(text)
    positions, words = found_positions(store, tree), in_words(tree)
    count = (untag if off else tag)(store, name, positions, reviewer, words=words)
    return TagReport("untag" if off else "tag", count, tags(store), name, words, len(positions))


def undone_report(store: Store, reviewer: str) -> TagReport:
    """Take back the reviewer's last step; a report without `undone` if there was no step."""
    step = undo(store, reviewer)
    if step is None:
        return TagReport("undo", 0, tags(store))
    return TagReport("undo", step.instances, tags(store), step.tag, undone=step.action)


def tags_report(store: Store) -> TagReport:
    """The tags that there are."""
    return TagReport("list", 0, tags(store))
