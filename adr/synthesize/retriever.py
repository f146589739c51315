"""The worker of a plan with the generator `retrieve`: takes rows of the reservoir as candidates, as they are.

The picture keeps its bytes and the conversation its turns; with a scorer the picture is scored like any other. Never
opens the database.
"""

import hashlib
import io
import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from adr.conversation import MARKER, fault
from adr.picture_file import is_picture, read_picture
from adr.picture_hash import perceptual_hash
from adr.small_images import NotAPicture, opened_picture
from adr.synthesize.images import faults
from adr.synthesize.plan_file import NO_SCORER, OWN, Slot, candidate_seed
from adr.synthesize.prompts import Style, compose
from adr.synthesize.worker import Order, Worker, written_whole

# The ending of a picture by Pillow's name of its format.
_ENDINGS = {"PNG": ".png", "JPEG": ".jpg", "MPO": ".jpg", "WEBP": ".webp", "GIF": ".gif", "BMP": ".bmp"}
_TOGETHER = 8


class Retriever(Worker):
    """One worker on one plan of retrieved rows."""

    def load(self) -> None:
        """Load the scorer, if the plan has one, once."""
        if self._scorer is not None or self.settings.scorer == NO_SCORER:
            return
        from adr.synthesize.scores import load_scorer

        self.tell({"event": "loading", "message": f"loading {Path(self.settings.scorer).name}"})
        self._scorer = load_scorer(self.settings.scorer, self.device)
        self.batch = _TOGETHER

    def _orders(self, slot: Slot) -> list[Order]:
        return [Order(slot, a, candidate_seed(self.settings.seed, slot.slot, a), None) for a in self._left(slot)]

    def _make(self, orders: Sequence[Order]) -> None:
        for order in orders:
            started = time.monotonic()
            try:
                read = self._picture(order)
            except FileNotFoundError:
                self._fail(order.slot, order.alternative, "row_missing", str(order.slot.image))
            except (OSError, NotAPicture) as error:
                self._fail(order.slot, order.alternative, "row_unreadable", f"{order.slot.image}: {error}")
            else:
                self._keep(order, *read, started)

    def _picture(self, order: Order) -> tuple[bytes, Image.Image, str]:
        """(bytes, decoded, ending) of a row's picture; OSError or NotAPicture when it cannot be used."""
        path = order.slot.image
        if path is None or not (os.path.lexists(path) or is_picture(Path(path))):
            raise FileNotFoundError(path)
        if os.path.realpath(path) != path:
            raise NotAPicture("a link has taken its place since the plan was made")
        with opened_picture(path) as opened:
            ending = _ENDINGS.get(opened.format or "")
            image = opened.convert("RGB")
        if ending is None:
            raise NotAPicture("a kind of picture that is not exported")
        return read_picture(Path(path)), image, ending

    def _keep(self, order: Order, data: bytes, image: Image.Image, ending: str, started: float) -> None:
        """Write the picture and last the sidecar; report that the candidate is there."""
        slot, alternative = order.slot, order.alternative
        path = self.folder.image(slot.slot, alternative, ending)
        written_whole(path, data)
        turns = [dict(turn) for turn in slot.turns]
        found = fault(turns, (), sum(turn["text"].count(MARKER) for turn in turns))
        record = self._origin(order) | {
            "retrieved": slot.retrieved,
            "negative_prompt": "",
            "parameters": {},
            "image": path.name,
            "sha256": hashlib.sha256(data).hexdigest(),
            "perceptual_hash": f"{perceptual_hash(image):016x}",
            "turns": turns,
            "caption": "",
            "conversation_by": OWN,
            "conversation_fault": found,
        }
        record |= self._scored(order, image)
        record["flags"] = [*record["flags"], *(["conversation"] if found else [])]
        record["seconds"] = round(time.monotonic() - started, 3)
        written_whole(self.folder.sidecar(slot.slot, alternative), json.dumps(record, ensure_ascii=False).encode())
        self.folder.failure(slot.slot, alternative).unlink(missing_ok=True)
        self.made += 1
        self.tell({"event": "made", "together": 1} | {name: record[name] for name in ("candidate", "slot", "seconds")})

    def _scored(self, order: Order, image: Image.Image) -> dict[str, Any]:
        """How well the picture shows the slot's entity; without a scorer only its plain faults."""
        if self._scorer is None:
            return {"scorer": None, "score": None, "flags": faults(image)}
        slot = order.slot
        found = self._scorer.score(image, slot.things, self.siblings, compose(slot.things, (), Style()), None)
        vector = io.BytesIO()
        np.save(vector, found.embedding)
        written_whole(self.folder.embedding(slot.slot, order.alternative), vector.getvalue())
        return {
            "scorer": found.scorer,
            "entity_rank": found.entity_rank,
            "entity_score": found.entity_score,
            "prompt_score": found.prompt_score,
            "parent_score": None,
            "score": found.score,
            "own": found.own,
            "flags": list(found.flags),
        }
