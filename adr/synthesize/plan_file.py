"""A plan on disk: `plan.jsonl` (one slot per line), `plan.json` (the settings, written last), and where a worker puts
what it makes. Both the worker and the app read it. Knows nothing of the database or of models.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from functools import cached_property
from pathlib import Path
from typing import Any

from adr.errors import AdrError
from adr.figures import number_words
from adr.files import append_text, refuse_special, write_whole
from adr.fit import Fit
from adr.read_back import DamagedError, Kind, list_of, object_of, optional, read_file, read_text, text, turn, whole
from adr.synthesize.allocation import ALLOCATIONS, GAIN, HAND, LEVEL

IMAGE_GENERATORS = ("text-to-image", "image-to-image", "image-variation", "controlnet")
# The generators that make no picture: only the conversation is new, with the parent's picture or with none.
WITHOUT_IMAGE = ("language",)
# The generator that makes nothing: its candidates are rows of the reservoir, each with its own conversation.
RETRIEVE = "retrieve"
GENERATORS = (*IMAGE_GENERATORS, *WITHOUT_IMAGE, RETRIEVE)
OWN = "own"
CONVERSATIONS = ("template", "parent", "captioner", "language_model", "synonyms", "rewrite")
# Endings of the pictures of candidates: what is made is PNG, what is retrieved stays as it is.
ENDINGS = (".png", ".jpg", ".webp", ".gif", ".bmp")
# The generators that need the parent's picture.
FROM_PARENT = ("image-to-image", "image-variation", "controlnet")
# The ways to make conversations that reword the parent's own with synonyms from the tail.
FROM_SYNONYMS = ("synonyms", "rewrite")
NO_SCORER = "none"
SLOTS_PER_FOLDER = 1000
_STEM = re.compile(r"([0-9]{5,9})-([0-9]{1,4})")


@dataclass(frozen=True)
class PlanSettings:
    """How a plan's candidates are made and what they aim at. steps, guidance, size, negative_prompt: None for the
    model's own (see `prompts.Style`).

    target: instances wanted per tail entity; None for τ of its perspective. budget: slots at most. per_parent:
    variations of one parent at most. few_parents: where the generator needs a parent, an object with fewer parents than
    this may get as many slots as this many would give, all from those that it has (1: no more than they give).
    per_slot: candidates per slot. entities: ids of the only entities to fill; None for the whole tail. without: ids of
    entities that are not filled. targets: {entity id: instances wanted}. parents: {entity id: instances that may be its
    parents}. alone: text-to-image also fills, from a prompt without a parent, objects that no instance of the pool has
    and pairs that no prompt with a parent names. allocation: how the budget is shared (`allocation.ALLOCATIONS`).
    quotas: {entity id: slots}, for the allocation `hand`. also: names of things to make that no picture of the index
    has. strength: how much of the parent's picture is remade, 0..1 (image-to-image). The generator `language` makes one
    candidate per slot, and its conversations are made from synonyms; `retrieve` also has one per slot, uses each row
    once, and keeps its conversation ('own'). model_anyway: a scorer that was made for other pictures is used all the
    same. scorer_fit: how well the scorer, or one that was not taken for that, names a sample of the pictures; no_score:
    the sentence that says why there is no scorer. Both are found when the plan is made.
    """

    plan: int
    run: int
    seed: int
    budget: int
    generator: str = "text-to-image"
    model: str = "assets/models/starter-diffusion"
    controlnet: str | None = None
    edges: str = "canny"
    steps: int | None = None
    guidance: float | None = None
    strength: float = 0.6
    size: int | None = None
    negative_prompt: str | None = None
    scorer: str = "assets/models/starter-clip"
    conversations: str = "template"
    per_slot: int = 2
    per_parent: int = 3
    few_parents: int = 4
    target: float | None = None
    perspectives: tuple[str, ...] = ("object", "co_occurrence", "token")
    entities: tuple[int, ...] | None = None
    without: tuple[int, ...] = ()
    alone: bool = False
    allocation: str = LEVEL
    quotas: Mapping[int, int] = field(default_factory=dict)
    also: tuple[str, ...] = ()
    targets: Mapping[int, float] = field(default_factory=dict)
    parents: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    model_anyway: bool = False
    scorer_fit: Fit | None = None
    no_score: str = ""

    def __post_init__(self) -> None:
        if not (whole(self.plan) and whole(self.run) and isinstance(self.seed, int)):
            raise AdrError("plan, run or seed of the plan is not a number.", "Make a new plan.")
        if self.generator not in GENERATORS:
            raise AdrError(f"There is no generator {self.generator!r}.", f"Choose one of {', '.join(GENERATORS)}.")
        if self.generator == RETRIEVE and (self.conversations != OWN or self.per_slot != 1 or self.per_parent != 1):
            raise AdrError(
                "The generator retrieve takes each row of the reservoir once, with its own conversation.",
                "Leave out how conversations are made, and how many candidates a slot or a parent has.",
            )
        if self.conversations not in (CONVERSATIONS if self.generator != RETRIEVE else (OWN,)):
            raise AdrError(
                f"Conversations cannot be made by {self.conversations!r}.", f"Choose one of {', '.join(CONVERSATIONS)}."
            )
        if self.allocation not in ALLOCATIONS:
            raise AdrError(
                f"A budget cannot be shared by {self.allocation!r}.", f"Choose one of {', '.join(ALLOCATIONS)}."
            )
        if self.quotas and self.allocation != HAND:
            raise AdrError(
                f"Numbers for single entities are given, and the allocation is {self.allocation}.",
                f"Choose the allocation {HAND}.",
            )
        if any(not whole(number) for number in self.quotas.values()):
            raise AdrError("A number of slots is not a whole number from 0.", "Give whole numbers.")
        if self.also and self.generator != "text-to-image":
            raise AdrError(
                f"What has no picture can only be made from words, and the generator is {self.generator}.",
                "Choose the generator text-to-image.",
            )
        if self.generator in WITHOUT_IMAGE and (self.conversations not in FROM_SYNONYMS or self.per_slot != 1):
            raise AdrError(
                f"The generator {self.generator} makes no picture: it only rewords the parent's conversation.",
                f"Make conversations by {' or '.join(FROM_SYNONYMS)}, with one candidate per slot.",
            )
        checks: tuple[tuple[str, float | None, float, float], ...] = (
            ("budget", self.budget, 1, 1e8),
            ("per_slot", self.per_slot, 1, 64),
            ("per_parent", self.per_parent, 1, 1e6),
            ("few_parents", self.few_parents, 1, 1e6),
            ("steps", self.steps, 1, 1000),
            ("guidance", self.guidance, 0, 50),
            ("size", self.size, 16, 4096),
            ("strength", self.strength, 0.05, 1),
            ("target", self.target, 0, 1e9),
        )
        for name, value, low, high in checks:
            if value is not None and not low <= value <= high:
                raise AdrError(
                    f"{name} is {number_words(value)}.",
                    f"Give a number from {number_words(low)} to {number_words(high)}.",
                )

    @property
    def with_image(self) -> bool:
        """Whether candidates get a new picture."""
        return self.generator not in WITHOUT_IMAGE

    def to_json(self) -> str:
        """JSON text that `from_json` reads back to an equal value."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> "PlanSettings":
        """The settings written in `text`; keys that only other versions have are left out. A plan that names no
        allocation was made when there was only the one by gain, and when each parent was kept to `per_parent`."""
        known = {f.name for f in fields(cls)}
        read = {"allocation": GAIN, "few_parents": 1} | {
            key: value for key, value in json.loads(text).items() if key in known
        }
        for key in ("perspectives", "without", "entities", "also"):
            if isinstance(read.get(key), list):
                read[key] = tuple(read[key])
        if isinstance(read.get("scorer_fit"), dict):
            read["scorer_fit"] = Fit(**read["scorer_fit"])
        read["targets"] = {int(k): float(v) for k, v in read.get("targets", {}).items()}
        read["quotas"] = {int(k): int(v) for k, v in read.get("quotas", {}).items()}
        read["parents"] = {int(k): tuple(v) for k, v in read.get("parents", {}).items()}
        return cls(**read)


@dataclass(frozen=True)
class Slot:
    """One picture or one conversation wanted. name: the entity it is planned for. things: what the picture must show
    (two things for a pair), or the words that the conversation must say (one for each of `entities`). companions: what
    else the prompt names. absent: things that nobody expects in the picture. colors, counts, place: what the prompt
    says of its things, {thing: colour} and {thing: number}, and of where they are ('in a park', or empty). image:
    absolute path of the parent's picture. turns: the parent's conversation. words: nouns in it with their synonyms from
    the tail, best first. retrieved: position of the row in the reservoir; then image and turns are the row's own."""

    slot: int
    entity: int
    name: str
    perspective: str
    things: tuple[str, ...]
    entities: tuple[int, ...]
    prompt: str
    companions: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    colors: Mapping[str, str] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    place: str = ""
    parent: int | None = None
    image: str | None = None
    turns: tuple[Mapping[str, str], ...] = ()
    words: Mapping[str, Sequence[str]] = field(default_factory=dict)
    retrieved: int | None = None


_SLOT: dict[str, Kind] = {
    "slot": whole,
    "entity": whole,
    "name": text,
    "perspective": text,
    "things": list_of(text),
    "entities": list_of(whole),
    "prompt": text,
    "companions": optional(list_of(text)),
    "absent": optional(list_of(text)),
    "colors": optional(object_of(text)),
    "counts": optional(object_of(lambda value: whole(value) and value <= 4)),
    "place": optional(text),
    "parent": optional(whole),
    "image": optional(text),
    "turns": optional(list_of(turn)),
    "words": optional(object_of(list_of(text))),
    "retrieved": optional(whole),
}


@dataclass(frozen=True)
class DamagedSlot:
    """A line of `plan.jsonl` that cannot be used: the slot that was written there, and what is wrong."""

    slot: int
    detail: str


@dataclass(frozen=True)
class PlanFolder:
    """One plan's folder in the workspace, and the names of all files in it."""

    folder: Path

    @property
    def made(self) -> Path:
        """The folder of pictures and their sidecars, in folders of 1,000 slots each."""
        return self.folder / "made"

    @cached_property
    def grouped(self) -> bool:
        """Whether files lie in folders of 1,000 slots; in a plan of an earlier version they all lie in `made`."""
        return (self.made / "00000").is_dir()

    def place(self, slot: int) -> Path:
        """The folder that holds the files of a slot."""
        return self.made / f"{slot // SLOTS_PER_FOLDER:05d}" if self.grouped else self.made

    def places(self) -> list[Path]:
        """The folders that hold files of candidates, in the order of their slots."""
        if not self.grouped:
            return [self.made]
        return [self.made / name for name in sorted(os.listdir(self.made)) if name.isdecimal()]

    @property
    def claims(self) -> Path:
        """The folder in which workers claim slots."""
        return self.folder / "claims"

    @property
    def diary(self) -> Path:
        """The file with the names of finished candidates in the order they were reported. It only says what to show
        first; the sidecars are the record."""
        return self.folder / "made.txt"

    def image(self, slot: int, alternative: int, ending: str = ENDINGS[0]) -> Path:
        """The picture of a candidate."""
        return self.place(slot) / f"{slot:05d}-{alternative}{ending}"

    def sidecar(self, slot: int, alternative: int) -> Path:
        """The record of a candidate, written after its other files."""
        return self.place(slot) / f"{slot:05d}-{alternative}.json"

    def failure(self, slot: int, alternative: int) -> Path:
        """The record of a candidate that could not be made."""
        return self.place(slot) / f"{slot:05d}-{alternative}.failed.json"

    def embedding(self, slot: int, alternative: int) -> Path:
        """The scorer's embedding of the picture, a NumPy vector of float32 of length 1."""
        return self.place(slot) / f"{slot:05d}-{alternative}.npy"

    def write(
        self, settings: PlanSettings, slots: list[Slot], siblings: list[str], identity: Mapping[str, Any] | None = None
    ) -> None:
        """Write the plan, with the slots first and the settings last, so that a plan that can be read is complete.

        identity: of the run and the index that the plan was made for; every candidate repeats it."""
        for group in range(len(slots) // SLOTS_PER_FOLDER + 1):
            (self.made / f"{group:05d}").mkdir(parents=True, exist_ok=True)
        vars(self).pop("grouped", None)
        self.claims.mkdir(exist_ok=True)
        (self.folder / "plan.json").unlink(missing_ok=True)
        written = json.JSONEncoder(ensure_ascii=False).encode
        lines = "".join([written(vars(slot)) + "\n" for slot in slots])
        write_whole(self.folder / "plan.jsonl", lines.encode())
        head = {"settings": json.loads(settings.to_json()), "identity": identity, "siblings": siblings}
        head["slots"] = len(slots)
        write_whole(self.folder / "plan.json", json.dumps(head, ensure_ascii=False, indent=1).encode())

    def head(self) -> tuple[PlanSettings, list[str]]:
        """The settings and the sibling entities that a candidate's entity is ranked among; AdrError without a plan."""
        path = self.folder / "plan.json"
        if not os.path.lexists(path):
            raise AdrError(f"There is no plan in {self.folder}.", "Make the plan again on the Synthesize page.")
        try:
            read = read_file(path, "plan", {"settings": object_of(lambda value: True), "siblings": list_of(text)})
            return PlanSettings.from_json(json.dumps(read["settings"])), read["siblings"]
        except (DamagedError, ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise AdrError(
                f"The plan in {self.folder} cannot be read: {error}.", "Make the plan again on the Synthesize page."
            ) from error

    def identity(self) -> dict[str, Any] | None:
        """The identity that the plan was written with; None for a plan of a version without identities, or no plan."""
        try:
            found = read_file(self.folder / "plan.json", "plan", {}).get("identity")
        except DamagedError:
            return None
        return found if isinstance(found, dict) else None

    def lines(self) -> Iterator[Slot | DamagedSlot]:
        """The slots in order, and in their places those whose line is damaged; AdrError without a plan."""
        refuse_special(self.folder / "plan.jsonl")
        try:
            with (self.folder / "plan.jsonl").open("rb") as lines:
                for number, line in enumerate(lines):
                    yield read_slot(number, line)
        except OSError as error:
            raise AdrError(
                f"The plan in {self.folder} cannot be read: {error.strerror}.",
                "Make the plan again on the Synthesize page.",
            ) from error

    def slots(self) -> Iterator[Slot]:
        """The slots that can be read, in order."""
        return (slot for slot in self.lines() if isinstance(slot, Slot))

    def finished(self) -> dict[tuple[int, int], Path]:
        """{(slot, alternative): sidecar} of all finished candidates, by slot and alternative."""
        return self._named(".json")

    def failures(self) -> dict[tuple[int, int], Path]:
        """{(slot, alternative): record} of all candidates that could not be made and have not been made since."""
        made = self.finished()
        return {key: path for key, path in self._named(".failed.json").items() if key not in made}

    def failed(self) -> dict[tuple[int, int], tuple[str, str]]:
        """{(slot, alternative): (reason, detail)} of `failures`; a damaged record has the reason 'record_damaged'."""
        return {key: read_failure(path) for key, path in self.failures().items()}

    def set_aside(self, slot: int, alternative: int, fault: DamagedError) -> None:
        """Move the files of a candidate to the folder `set_aside`, where `reasons.jsonl` says why."""
        aside = self.folder / "set_aside"
        aside.mkdir(exist_ok=True)
        said = {"slot": slot, "alternative": alternative, "reason": fault.reason, "detail": fault.detail}
        append_text(aside / "reasons.jsonl", json.dumps(said) + "\n")
        images = [self.image(slot, alternative, ending) for ending in ENDINGS]
        for file in (self.sidecar(slot, alternative), *images, self.embedding(slot, alternative)):
            if file.is_symlink() or file.exists():
                os.replace(file, aside / file.name)

    def _named(self, ending: str) -> dict[tuple[int, int], Path]:
        found = {}
        for place in self.places():
            for name in names_in(place):
                stem, dot, rest = name.partition(".")
                if dot + rest == ending and (key := candidate_key(stem)):
                    found[key] = place / name
        return dict(sorted(found.items()))


def names_in(folder: Path) -> list[str]:
    """The names of a folder's files; none when there is no folder."""
    try:
        return os.listdir(folder)
    except (FileNotFoundError, NotADirectoryError):
        return []


def candidate_key(stem: str) -> tuple[int, int] | None:
    """(slot, alternative) of the name that a worker gives to a candidate's files, without its ending; None for any
    other name."""
    found = _STEM.fullmatch(stem)
    if found is None or stem != f"{int(found[1]):05d}-{int(found[2])}":
        return None
    return int(found[1]), int(found[2])


def read_failure(path: Path) -> tuple[str, str]:
    """(reason, detail) of the record of a candidate that could not be made."""
    try:
        read = read_file(path, "record_damaged", {"reason": text})
    except DamagedError as fault:
        return fault.reason, fault.detail
    detail = read.get("detail")
    return str(read["reason"]), str(detail) if text(detail) else ""


def read_slot(number: int, line: bytes) -> Slot | DamagedSlot:
    """The slot of a line of plan.jsonl; number: of the line, from 0, and so of the slot."""
    try:
        read = read_text(line, "plan_damaged", _SLOT)
    except DamagedError as fault:
        return DamagedSlot(number, f"line {number + 1} of plan.jsonl: {fault.detail}")
    if read["slot"] != number:
        return DamagedSlot(number, f"line {number + 1} of plan.jsonl is of slot {read['slot']}")
    given: dict[str, Any] = {key: read[key] for key in _SLOT if read[key] is not None}
    for key in ("things", "entities", "companions", "absent", "turns"):
        given[key] = tuple(given.get(key, ()))
    return Slot(**given)


def key_of(candidate: str) -> tuple[int, int]:
    """(slot, alternative) of a candidate's name."""
    _, slot, alternative = candidate.split("-")
    return int(slot), int(alternative)


def candidate_seed(seed: int, slot: int, alternative: int) -> int:
    """The generator seed of a candidate, 0 … 2^63 − 1: a hash of the plan's seed, the slot and the alternative."""
    digest = hashlib.blake2b(f"{seed}\0{slot}\0{alternative}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little") >> 1
