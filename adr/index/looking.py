"""Looks for named things in pictures: `python -m adr.index.looking FOLDER --checker NAME`. Never opens the database.

Reads what the folder asks, writes one answer file per block of instances, and reports its progress. Killed at any
moment, it loses only the blocks in flight; started again, it goes on from there.
"""

import argparse
import hashlib
import json
import sys
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from itertools import chain
from pathlib import Path

import numpy as np
from PIL import Image

from adr.index.checkers import Checker, load_checker, signature
from adr.index.verify_folder import ABSENT, PRESENT, UNSEEN, Asked, VerifyFolder
from adr.picture_file import picture_stat
from adr.process import Event, exit_status, tell
from adr.small_images import NotAPicture, opened_picture

IMAGES = 64
"""How many pictures are looked at together. At most twice as many are in memory, unless one instance has more."""

Block = list[Asked]


Answers = Callable[[Iterable[tuple[str, Block]]], Iterable[tuple[str, int, np.ndarray]]]
"""Looks at the pictures of blocks, each with the name of its answer file; gives (that name, instances of the block,
answers) of each, in any order."""


def look(
    folder: VerifyFolder,
    checker: str,
    tell: Callable[[Event], None],
    load: Callable[[str, Sequence[str]], Checker] = load_checker,
    model: str | None = None,
    answers: Answers | None = None,
) -> None:
    """Answer everything that the folder asks. Blocks that were answered before are not looked at again; when all were,
    the checker is not even loaded. answers: what looks, if not a checker in this process."""
    names = folder.names()
    whom = signature(checker, names, model)
    keys: list[str] = []
    done = 0

    def unanswered() -> Iterator[tuple[str, Block]]:
        nonlocal done
        for block in blocks(folder.asked()):
            key = _key(whom, block)
            keys.append(key)
            known = folder.answer(key)
            if known is None:
                yield key, block
            else:
                done += len(block)
                tell({"event": "looked", "done": done})

    todo = unanswered()
    first = next(todo, None)
    if first is not None:
        looks = answers or _here(lambda: load(checker, names), names)
        for key, instances, found in looks(chain([first], todo)):
            folder.keep_answer(key, found)
            done += instances
            tell({"event": "looked", "done": done})
    folder.finish(keys)


def _here(load: Callable[[], Checker], names: Sequence[str]) -> Answers:
    """Looks with one checker in this process."""

    def answers(todo: Iterable[tuple[str, Block]]) -> Iterator[tuple[str, int, np.ndarray]]:
        eye = load()
        for key, block, images in _ahead(todo, eye.side):
            yield key, len(block), seen(eye, images, named(names, block))

    return answers


def named(names: Sequence[str], block: Block) -> list[list[str]]:
    """Per instance of a block, the names that are asked about it."""
    return [[names[number] for number in numbers] for _, numbers in block]


def seen(checker: Checker, images: Sequence[Sequence[Image.Image]], names: Sequence[Sequence[str]]) -> np.ndarray:
    """One answer per name, instance after instance: PRESENT when at least one of the instance's pictures shows it,
    else ABSENT, or UNSEEN when the instance has no picture."""
    flat = [(number, image) for number, several in enumerate(images) for image in several]
    answers = checker.found([image for _, image in flat], [names[number] for number, _ in flat]) if flat else []
    found = [
        np.full(len(asked), ABSENT if several else UNSEEN, np.uint8)
        for several, asked in zip(images, names, strict=True)
    ]
    for (number, _), answer in zip(flat, answers, strict=True):
        found[number][np.array(answer, dtype=bool)] = PRESENT
    return np.concatenate([np.zeros(0, np.uint8), *found])


def blocks(asked: Iterable[Asked]) -> Iterator[Block]:
    """The instances in blocks of IMAGES pictures or a few more."""
    block: Block = []
    images = 0
    for instance in asked:
        block.append(instance)
        images += max(1, len(instance[0]))
        if images >= IMAGES:
            yield block
            block, images = [], 0
    if block:
        yield block


def opened(path: str, side: int) -> Image.Image | None:
    """The picture, reduced if both sides have at least twice `side` pixels; None when it cannot be opened."""
    try:
        with opened_picture(path) as image:
            image.draft("RGB", (side, side))
            whole = image.convert("RGB")
    except (OSError, NotAPicture):
        return None
    smaller = min(whole.size) // side
    return whole.reduce(smaller) if smaller > 1 else whole


def _ahead(todo: Iterable[tuple[str, Block]], side: int) -> Iterator[tuple[str, Block, list[list[Image.Image]]]]:
    """Each block with its pictures, which threads open while the block before it is looked at."""
    waiting: deque[tuple[str, Block, list[list[Future[Image.Image | None]]]]] = deque()

    def next_one() -> tuple[str, Block, list[list[Image.Image]]]:
        key, block, futures = waiting.popleft()
        results = [[future.result() for future in several] for several in futures]
        return key, block, [[image for image in several if image is not None] for several in results]

    with ThreadPoolExecutor(2) as pool:
        for key, block in todo:
            waiting.append((key, block, [[pool.submit(opened, path, side) for path in paths] for paths, _ in block]))
            if len(waiting) > 1:
                yield next_one()
        while waiting:
            yield next_one()


def _key(whom: str, block: Block) -> str:
    """The name of a block's answer file: changes with the checker, the pictures' files and the names."""
    facts = [[[_stamp(path) for path in images], numbers] for images, numbers in block]
    return hashlib.blake2b(f"{whom}\0{json.dumps(facts)}".encode(), digest_size=16).hexdigest()


def _stamp(path: str) -> tuple[str, int, int] | None:
    """Path, size and modification time of a picture; None when there is no such file."""
    try:
        facts = picture_stat(Path(path))
    except (OSError, ValueError):
        return None
    return path, facts.st_size, facts.st_mtime_ns


def main(arguments: Sequence[str] | None = None) -> int:
    """The process: look for what the folder asks; exit status 0, or 1 after it has reported an error."""
    parser = argparse.ArgumentParser(prog="python -m adr.index.looking", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--checker", required=True)
    parser.add_argument("--model", help="default: the model named by the settings")
    given = parser.parse_args(arguments)
    load = partial(load_checker, model=given.model)
    return exit_status(lambda: look(VerifyFolder(given.folder), given.checker, tell, load, given.model))


if __name__ == "__main__":
    sys.exit(main())
