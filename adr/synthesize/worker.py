"""Makes the candidates of a plan: `python -m adr.synthesize.worker PLAN_FOLDER`. Never opens the database.

Reads the plan's files, writes each picture and, last, its sidecar, and reports what it does as JSON lines on standard
output. Killed at any moment, it loses only the candidates it is working on; started again, it continues.
"""

import argparse
import errno
import hashlib
import io
import json
import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PIL import Image

from adr.errors import AdrError
from adr.files import write_whole
from adr.knowledge import Knowledge, knowledge_of
from adr.models import free_memory, out_of_memory
from adr.names import candidate_name
from adr.picture_hash import perceptual_hash
from adr.process import Event, exit_status, tell
from adr.settings import setting
from adr.small_images import NotAPicture, opened_picture
from adr.synthesize.assertions import unsupported
from adr.synthesize.claims import Claims
from adr.synthesize.conversations import Request, Write, Written, load_writer
from adr.synthesize.facts import upheld
from adr.synthesize.images import faults
from adr.synthesize.plan_file import FROM_PARENT, NO_SCORER, DamagedSlot, PlanFolder, Slot, candidate_seed
from adr.synthesize.plan_lines import PlanLines
from adr.synthesize.prompts import style_of
from adr.synthesize.replacement import spoken
from adr.synthesize.settled import SettledSlots
from adr.synthesize.threads import take_free_cores

if TYPE_CHECKING:
    from adr.synthesize.generators import Generator, MadeImage
    from adr.synthesize.scores import Scorer

# Reasons why a candidate could not be made, each with the sentence a person reads.
FAILURES = {
    "parent_missing": "The parent's picture is not on disk.",
    "parent_unreadable": "The parent's picture cannot be read.",
    "parent_linked": "A link has taken the place of the parent's picture since the plan was made.",
    "safety_checker": "The model's safety checker blanked the picture.",
    "out_of_memory": "There was not enough memory for a single picture.",
    "generator_fault": "The pipeline failed on this picture.",
    "not_known": "The model does not know what the picture must show. Make a new plan.",
    "row_missing": "The picture of the row is not on disk.",
    "row_unreadable": "The picture of the row cannot be read.",
    "plan_damaged": "The line of the plan cannot be read. Make a new plan.",
    "record_damaged": "The record of why it could not be made cannot be read.",
}
# After this many failures in a row the fault is not with the candidates.
_FAULTS_IN_A_ROW = 5
# How many parents' pictures a varied one is compared with, to see whether it has lost its own parent.
_PARENTS = 32
# Conversations per batch where no picture is made.
_WORDS_AT_ONCE = 8

Tell = Callable[[Event], None]


@dataclass(frozen=True)
class Order:
    """One candidate to make."""

    slot: Slot
    alternative: int
    seed: int
    parent: Image.Image | None


class Worker:
    """One worker on one plan; `run` returns when nothing is left for it to do."""

    def __init__(
        self,
        folder: PlanFolder,
        tell: Tell,
        *,
        generator: str | None = None,
        device: str | None = None,
        limit: int | None = None,
    ) -> None:
        self.folder, self.tell, self.device, self.limit = folder, tell, device, limit
        self.settings, self.names = folder.head()
        self.siblings = self.names
        self.identity = folder.identity()
        if generator:
            self.settings = replace(self.settings, generator=generator)
        self.negative = self.settings.negative_prompt or ""
        if self.settings.with_image and self.settings.negative_prompt is None:
            self.negative = style_of(self.settings.model, self.settings.generator).negative
        self.lines = PlanLines(folder)
        self.settled = SettledSlots(folder, len(self.lines), self.settings.per_slot)
        self.claims = Claims(folder.claims)
        self.made = 0
        self.faults_in_a_row = 0
        self.batch = 1
        self.generator: Generator | None = None
        self._scorer: Scorer | None = None
        self._threads: dict[str, int] = {}
        self._drawn, self._seen = Knowledge(), Knowledge()
        self._write: Write | None = None

    def run(self) -> int:
        """Make what is left; returns how many candidates this worker made."""
        while True:
            before = self.made
            for slots in self._claimed():
                try:
                    self._make([order for slot in slots for order in self._orders(slot)])
                finally:
                    for slot in slots:
                        self.claims.release(slot.slot)
                if self.limit is not None and self.made >= self.limit:
                    return self.made
            if self.made == before:  # slots that others held a moment ago may be free by the next pass
                return self.made

    def _claimed(self) -> Iterator[list[Slot]]:
        """Slots with something left to make, in lists that fill a batch. Each is claimed, then checked once more."""
        held: list[Slot] = []
        for number in range(len(self.lines)):
            if self.settled.slot(number) or not self.claims.take(number):
                continue
            slot = self.lines.slot(number)
            if isinstance(slot, DamagedSlot):
                for alternative in self._left(slot):
                    self._fail(slot, alternative, "plan_damaged", slot.detail)
                self.claims.release(slot.slot)
                continue
            if not self._left(slot):
                self.claims.release(slot.slot)
                continue
            self.load()
            held.append(slot)
            if len(held) * self.settings.per_slot >= self._wanted():
                yield held
                held = []
        if held:
            yield held

    def _wanted(self) -> int:
        """Candidates for the next batch: what fills it, or fewer where the limit is near."""
        return self.batch if self.limit is None else max(1, min(self.batch, self.limit - self.made))

    def _left(self, slot: Slot | DamagedSlot) -> list[int]:
        return [
            a
            for a in range(self.settings.per_slot)
            if not self.folder.sidecar(slot.slot, a).exists() and not self.folder.failure(slot.slot, a).exists()
        ]

    def load(self) -> None:
        """Load the models, once. It is called for the first claimed slot, so an idle worker loads none."""
        if self._write is not None:
            return
        if not self.settings.with_image:
            self._write, self.batch = load_writer(self.settings.conversations, self.folder), _WORDS_AT_ONCE
            return
        from adr.synthesize.generators import load_generator
        from adr.synthesize.scores import load_scorer

        self.tell({"event": "loading", "message": f"loading {Path(self.settings.model).name}"})
        self._drawn = knowledge_of(self.settings.model)
        self._write = load_writer(self.settings.conversations, self.folder)
        if self.settings.scorer != NO_SCORER:
            self._scorer = load_scorer(self.settings.scorer, self.device)
            self._scorer.refer(self._parents())
            self._seen = knowledge_of(self.settings.scorer)
            self.siblings = [name for name in self.siblings if self._seen.knows([name])]
        self.generator = load_generator(self.settings, self.device)
        self.batch = self.generator.batch
        if not self.generator.place.has_gpu:  # a batch keeps one thread busy; more workers take more cores
            self._threads = {"threads": take_free_cores(1 if self.generator.on_one_thread else None)}

    def _parents(self) -> list[Image.Image]:
        """The pictures of the plan's first parents that can be opened."""
        paths = dict.fromkeys(slot.image for slot in islice(self.folder.slots(), 4 * _PARENTS) if slot.image)
        found = []
        for path in list(paths)[:_PARENTS]:
            if self.identity and os.path.realpath(path) != path:
                continue
            try:
                with opened_picture(path) as opened:
                    found.append(opened.convert("RGB"))
            except (OSError, NotAPicture):
                continue
        return found

    def _orders(self, slot: Slot) -> list[Order]:
        """The candidates a slot still lacks. They are set aside when the generator needs the parent's picture and it
        cannot be opened."""
        left = self._left(slot)
        parent = None
        if slot.perspective != "interrogation" and not self._drawn.knows(slot.things):
            for alternative in left:
                self._fail(slot, alternative, "not_known", ", ".join(slot.things))
            return []
        if not self.settings.with_image:
            return [Order(slot, a, candidate_seed(self.settings.seed, slot.slot, a), None) for a in left]
        if slot.image is not None and self.identity and os.path.realpath(slot.image) != slot.image:
            fault: tuple[str, str] | None = ("parent_linked", slot.image)
        elif slot.image is not None:
            try:
                with opened_picture(slot.image) as opened:
                    parent = opened.convert("RGB")
            except FileNotFoundError:
                fault = ("parent_missing", slot.image)
            except (OSError, NotAPicture) as error:
                fault = ("parent_unreadable", f"{slot.image}: {error}")
            else:
                fault = None
        else:
            fault = ("parent_missing", "the slot has no parent")
        if fault and self.settings.generator in FROM_PARENT:
            for alternative in left:
                self._fail(slot, alternative, *fault)
            return []
        return [Order(slot, a, candidate_seed(self.settings.seed, slot.slot, a), parent) for a in left]

    def _make(self, orders: Sequence[Order]) -> None:
        """Make the orders in batches, which get smaller after running out of memory."""
        at = 0
        while at < len(orders):
            some = orders[at : at + self.batch]
            started = time.monotonic()
            if not self.settings.with_image:
                at += len(some)
                self._tell_of(some, self._words(some), started)
                continue
            images = self._images(some)
            if images is None:
                self.batch = max(1, self.batch // 2)
                self.tell(
                    {
                        "event": "smaller_batch",
                        "batch": self.batch,
                        "message": f"memory ran out; continuing with {self.batch} at a time",
                    }
                )
                continue
            at += len(some)
            self._finish(some, images, started)

    def _images(self, orders: Sequence[Order]) -> "list[MadeImage | None] | None":
        """A picture for each order, None for one that was set aside; None instead of a list when the batch must be
        smaller."""
        from adr.synthesize.generators import Wish

        assert self.generator is not None
        wishes = [Wish(o.slot.prompt, o.seed, self.negative, o.parent) for o in orders]
        try:
            images: list[MadeImage | None] = list(self.generator.make(wishes, self.batch))
        except AdrError:
            raise
        except Exception as error:
            memory = out_of_memory(error)
            if memory:
                free_memory()
                if self.batch > 1:
                    return None
            for order in orders:
                self._fail(
                    order.slot,
                    order.alternative,
                    "out_of_memory" if memory else "generator_fault",
                    " ".join(repr(error).split())[:300],
                )
            self.faults_in_a_row += 1
            if self.faults_in_a_row >= _FAULTS_IN_A_ROW:
                if memory:
                    raise AdrError(
                        "There is not enough memory for a single picture.",
                        "Plan with a smaller size or model, or set ADR_DEVICE=cpu.",
                    ) from error
                raise AdrError(
                    f"The pipeline fails on every picture: {error}.", "Check that the model suits the generator."
                ) from error
            return [None] * len(orders)
        self.faults_in_a_row = 0
        return images

    def _finish(self, orders: Sequence[Order], images: "Sequence[MadeImage | None]", started: float) -> None:
        """Score the pictures, write their conversations, and write all files."""
        done = []
        for order, made in zip(orders, images, strict=True):
            if made is None:
                continue
            if made.blanked:
                self._fail(order.slot, order.alternative, "safety_checker", "")
                continue
            done.append((order, made.image))
        if not done:
            return
        assert self._write is not None
        written = self._write([Request(self._upheld(order.slot, image), order.seed, image) for order, image in done])
        if self.settings.conversations == "language_model":
            written = [self._vetted(order.slot, image, one) for (order, image), one in zip(done, written, strict=True)]
        self._tell_of([order for order, _ in done], written, started, [image for _, image in done])

    def _upheld(self, slot: Slot, image: Image.Image) -> Slot:
        """The slot without the colours and numbers that the scorer contradicts, for the conversation to be written."""
        if self._scorer is None or not (slot.colors or slot.counts):
            return slot
        return upheld(slot, partial(self._scorer.contradicts, self._scorer.images([image])[0]))

    def _vetted(self, slot: Slot, image: Image.Image, words: Written) -> Written:
        """A language model's conversation, with a fault when it asserts what neither caption nor picture supports."""
        if words.fault:
            return words
        sees = None
        if self._scorer is not None:
            sees = partial(self._scorer.sees, self._scorer.images([image])[0], self.siblings)
        return replace(words, fault=unsupported(words.turns, slot.things, words.caption, self.names, sees))

    def _words(self, orders: Sequence[Order]) -> list[Written]:
        assert self._write is not None
        return self._write([Request(order.slot, order.seed) for order in orders])

    def _tell_of(
        self, orders: Sequence[Order], written: Sequence[Written], started: float, images: Sequence[Image.Image] = ()
    ) -> None:
        """Write each candidate's picture, where it has one, and last its sidecar; report that it is made."""
        share = (time.monotonic() - started) / len(orders)
        for number, (order, words) in enumerate(zip(orders, written, strict=True)):
            began = time.monotonic()
            record = self._record(order, images[number]) if images else self._wording(order, words)
            record |= {
                "turns": words.turns,
                "caption": words.caption,
                "conversation_by": words.by,
                "conversation_fault": words.fault,
            }
            if words.fault:
                record["flags"].append("conversation")
            record["seconds"] = round(share + time.monotonic() - began, 3)
            sidecar = self.folder.sidecar(order.slot.slot, order.alternative)
            written_whole(sidecar, json.dumps(record, ensure_ascii=False).encode())
            self.folder.failure(order.slot.slot, order.alternative).unlink(missing_ok=True)
            self.made += 1
            said = {name: record[name] for name in ("candidate", "slot", "seconds")}
            self.tell({"event": "made", "together": len(orders)} | said)

    def _record(self, order: Order, image: Image.Image) -> dict[str, Any]:
        """Write the picture and its embedding; returns what the sidecar says about it."""
        assert self.generator is not None
        slot, alternative, settings = order.slot, order.alternative, self.settings
        png = io.BytesIO()
        image.save(png, "PNG")
        path = self.folder.image(slot.slot, alternative)
        written_whole(path, png.getvalue())
        record = self._origin(order) | {
            "negative_prompt": self.negative,
            "parameters": self.generator.parameters | {"batch": self.batch} | self._threads | self._insisted(),
            "image": path.name,
            "sha256": hashlib.sha256(png.getvalue()).hexdigest(),
            "scorer": None,
            "flags": faults(image),
            "perceptual_hash": f"{perceptual_hash(image):016x}",
        }
        if self._scorer is None:
            return record | {"score": None}
        found = self._scorer.score(
            image,
            slot.things,
            self.siblings,
            slot.prompt,
            order.parent,
            beside=slot.companions,
            varied=settings.generator in FROM_PARENT,
        )
        vector = io.BytesIO()
        import numpy as np

        np.save(vector, found.embedding)
        written_whole(self.folder.embedding(slot.slot, alternative), vector.getvalue())
        record |= {
            "scorer": found.scorer,
            "parent_score": found.parent_score,
            "score": None,
            "own": found.own,
            "flags": list(found.flags),
        }
        if not self._seen.knows(slot.things):  # ranks and cosines of names it does not know mean nothing
            return record
        return record | {
            "entity_rank": found.entity_rank,
            "entity_score": found.entity_score,
            "prompt_score": found.prompt_score,
            "score": found.score,
        }

    def _insisted(self) -> dict[str, Any]:
        """What a candidate records when its scorer was made for other pictures and used all the same."""
        return {"model_anyway": True} if self.settings.model_anyway and self._scorer is not None else {}

    def _origin(self, order: Order) -> dict[str, Any]:
        """What every sidecar says about its candidate's origin."""
        slot, alternative, settings = order.slot, order.alternative, self.settings
        return {
            "candidate": candidate_name(settings.plan, slot.slot, alternative),
            "plan": settings.plan,
            "identity": self.identity,
            "slot": slot.slot,
            "alternative": alternative,
            "entity": slot.entity,
            "name": slot.name,
            "entities": list(slot.entities),
            "parent": slot.parent,
            "generator": settings.generator,
            "model": settings.model,
            "seed": order.seed,
            "prompt": slot.prompt,
        }

    def _wording(self, order: Order, words: Written) -> dict[str, Any]:
        """What the sidecar of a candidate without a new picture says. Its entities are those that the turns name."""
        said = [
            e for e, name in zip(order.slot.entities, order.slot.things, strict=True) if spoken(words.turns, [name])
        ]
        model = {"language_model": setting("ADR_LANGUAGE_MODEL")} if words.by == "rewrite" else {}
        return self._origin(order) | {
            "entities": said,
            "negative_prompt": "",
            "parameters": {"words": order.slot.words} | model,
            "image": None,
            "shown": order.slot.image,
            "sha256": None,
            "scorer": None,
            "score": None,
            "flags": [],
        }

    def _fail(self, slot: Slot | DamagedSlot, alternative: int, reason: str, detail: str) -> None:
        record = {
            "candidate": candidate_name(self.settings.plan, slot.slot, alternative),
            "slot": slot.slot,
            "alternative": alternative,
            "reason": reason,
            "detail": detail,
        }
        written_whole(self.folder.failure(slot.slot, alternative), json.dumps(record, ensure_ascii=False).encode())
        self.tell({"event": "failed"} | record)


def written_whole(path: Path, data: bytes) -> None:
    """`write_whole`, with an AdrError for what can go wrong on a disk."""
    try:
        write_whole(path, data)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise AdrError(
                f"The disk that holds {path.parent} is full.",
                "Free some space and resume. Finished candidates are kept.",
            ) from error
        raise AdrError(
            f"{path.parent} cannot be written: {error.strerror}.",
            "Check the folder's permissions and resume. Finished candidates are kept.",
        ) from error


def own_device(number: int) -> str | None:
    """The device of worker `number` when no device is set: the GPUs in turn; None leaves the choice to `place`."""
    if setting("ADR_DEVICE").lower() != "auto" or number == 0:
        return None
    import torch

    found = torch.cuda.device_count() if torch.cuda.is_available() else 0
    return f"cuda:{number % found}" if found > 1 else None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a worker from a shell; exit status 0 when nothing is left to do, 1 when it stopped with a reported error."""
    parser = argparse.ArgumentParser(prog="python -m adr.synthesize.worker", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--generator", help="a generator other than the plan's")
    parser.add_argument("--number", type=int, default=0, help="which of several workers this is")
    parser.add_argument("--limit", type=int, help="stop after this many candidates")
    given = parser.parse_args(arguments)

    def work() -> None:
        from adr.synthesize.work import worker_of

        device = own_device(given.number)
        worker = worker_of(given.folder, tell, generator=given.generator, device=device, limit=given.limit)
        tell({"event": "done", "made": worker.run()})

    return exit_status(work)


if __name__ == "__main__":
    sys.exit(main())
