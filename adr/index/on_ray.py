"""Looks for named things in pictures on the machines of a Ray cluster, each worker an actor with the checker loaded.

Pictures are read where a worker is, so that their files are on every machine at the same path; the answers, a byte per
name, come back and are written here.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property

import numpy as np

from adr.index.checkers import Checker, load_checker
from adr.index.looking import Answers, Block, named, opened, seen
from adr.ray_cluster import OnRay, RayCluster


class Looker:
    """The actor: one checker on one device."""

    def __init__(self, checker: str, names: Sequence[str], model: str) -> None:
        self.checker, self.names, self.model = checker, names, model

    @cached_property
    def eye(self) -> Checker:
        """The checker, loaded for the first block; AdrError when it cannot be."""
        return load_checker(self.checker, self.names, self.model)

    def answer(self, asked: tuple[str, Block]) -> tuple[str, int, np.ndarray]:
        """The answers of one block."""
        key, block = asked
        side = self.eye.side
        with ThreadPoolExecutor(2) as pool:
            several = [list(pool.map(lambda path: opened(path, side), paths)) for paths, _ in block]
        images = [[image for image in found if image is not None] for found in several]
        return key, len(block), seen(self.eye, images, named(self.names, block))


def on_cluster(where: OnRay, checker: str, names: Sequence[str], model: str) -> Answers:
    """Looks with the workers of a cluster."""

    def answers(todo: Iterable[tuple[str, Block]]) -> Iterator[tuple[str, int, np.ndarray]]:
        cluster = RayCluster(where.address)
        try:
            yield from cluster.shared(todo, cluster.actors(Looker, (checker, names, model), where), "answer")
        finally:
            cluster.close()

    return answers
