"""What a perspective is: its name, what it is read from, and how it takes part. Knows no table and no index."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Perspective:
    """A way of reading entities off an instance.

    read_from: 'record', 'turns', 'pictures' or 'languages'; tail_share: the part of its postings that are tail by
    default; votes: whether the keep rule asks it unless a recipe says otherwise; several: whether an instance can have
    several of its entities.
    """

    name: str
    title: str
    sentence: str
    read_from: str
    tail_share: float
    votes: bool
    several: bool
