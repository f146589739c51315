"""The design of an experiment: everything that decides its numbers, written down before the first training.

`design` makes the folder `WORKSPACE/prove/N/` with the split, the questions, the arms and `design.json`, whose
fingerprint covers all of it. `adr.prove.departures` says what has changed since.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from adr import __version__
from adr.errors import AdrError
from adr.files import recover, whole_folder
from adr.index.named import NameReader
from adr.index_needed import need_index
from adr.models import model_fingerprint
from adr.perspectives import PAPER_NAMES
from adr.progress import Progress, silent
from adr.prove import arms as made_arms
from adr.prove.candidates import AcceptedTalk, Usable, accepted, identity, usable
from adr.prove.model import FEATURES
from adr.prove.pairs import LIMITS, PairSource, pair_table
from adr.prove.picture_facts import KnownPictures
from adr.prove.pilot import pilot_steps
from adr.prove.proof_folder import ProofFolder, digest, write_json
from adr.prove.source_rows import SourceRows, only, refuse_leaks, rows_of, rows_of_file, without_copies
from adr.prove.split import HOLD_OUT, SOME, Holders, dev_groups, held_out_groups, picture_groups
from adr.prove.steps import BATCH
from adr.prove.training_side import names_of, training_store
from adr.prove.trial_features import weights_of, write_features
from adr.rebalance.engine import Engine
from adr.recipe import Recipe
from adr.settings import setting
from adr.store import Store
from adr.workspace import Workspace

SEEDS, QUICK_SEEDS = 5, 3
LEARNING_RATES, BUDGETS = (1.0, 0.1), ("steps", "epochs")
EXTERNAL = "external"
MODELS = (*FEATURES, EXTERNAL)
PRIMARY = (("refined_synthetic", "original", "tail"), ("refined", "random", "tail"))
MOST_QUESTIONS = 2
COPY_IN_DATASET = "test_picture_in_dataset"
UNDECIDED = ("fingerprint", "created", "detectable")
"""Keys of `design.json` that are not part of what its fingerprint covers."""


@dataclass(frozen=True)
class DesignOptions:
    """What a person may choose. run, plan: whose recipe and candidates are tried (plan None: all plans of the run);
    test, test_images: a test file of its own in place of the split; leave_out_copies: its rows whose picture is in the
    dataset too are left out and counted, and do not stop the design; arms: None for all that can be made, or with
    `quick` five of them; seeds: None for five, or with `quick` three; features: the
    open_clip model that sees the pictures, or the folder of weights to fine-tune (None: the workspace's scorer);
    anyway: even if it does not suit the pictures; steps: None to have them chosen by a training of `original`."""

    run: int
    plan: int | None = None
    test: Path | None = None
    test_images: Path | None = None
    leave_out_copies: bool = False
    hold_out: float = HOLD_OUT
    arms: tuple[str, ...] | None = None
    quick: bool = False
    seeds: int | None = None
    learning_rates: tuple[float, ...] = LEARNING_RATES
    model: str = "probe"
    features: str | None = None
    anyway: bool = False
    steps: int | None = None
    batch: int | None = None
    primary: tuple[tuple[str, str, str], ...] = PRIMARY

    @property
    def repeats(self) -> int:
        """How many seeds every arm has."""
        return (QUICK_SEEDS if self.quick else SEEDS) if self.seeds is None else self.seeds

    @property
    def offered(self) -> tuple[str, ...]:
        """The arms that are made where none are named."""
        return made_arms.QUICK if self.quick else tuple(made_arms.ARMS)


def design(
    store: Store, workspace: Workspace, options: DesignOptions, progress: Progress = silent
) -> tuple[int, dict[str, Any]]:
    """Fix an experiment: (its number, its `design.json`). Trains nothing.

    AdrError when there is no such run or no index, when a test picture is in the training data, when nothing can be
    tested, and when an arm is asked for that cannot be made. A cancel leaves nothing.
    """
    _check(options)
    need_index(store)
    workspace.proofs.mkdir(exist_ok=True)
    number = _free_number(store, workspace)
    target = workspace.proofs / str(number)
    recover(target)
    with whole_folder(target) as unfinished:
        found = _Design(store, workspace, options, ProofFolder(unfinished), progress).write()
    _register(store, number, options, found)
    return number, found


def _check(options: DesignOptions) -> None:
    unknown = [name for name in options.arms or () if name not in made_arms.ARMS]
    if unknown:
        raise AdrError(f"There is no arm {unknown[0]!r}.", f"Arms are {', '.join(made_arms.ARMS)}.")
    if options.model not in MODELS:
        raise AdrError(f"There is no model {options.model!r}.", f"Models are {', '.join(MODELS)}.")
    if not 0 < options.hold_out <= 0.5:
        raise AdrError(f"A share of {options.hold_out:g} cannot be held out.", "Give a share up to 0.5, such as 0.1.")
    if len(options.primary) > MOST_QUESTIONS:
        raise AdrError("A design has at most two primary questions.", "More make each harder to answer.")
    if options.repeats < 1:
        raise AdrError("An experiment needs at least one seed.", "Give 3 seeds or more, for an interval.")


def _free_number(store: Store, workspace: Workspace) -> int:
    folders = [int(path.name) for path in workspace.proofs.iterdir() if path.name.isdigit()]
    return max([0, *folders, int(store.value("select coalesce(max(proof), 0) from proof"))]) + 1


@dataclass(frozen=True)
class _Sides:
    """The two sources of rows, their groups and sides. own: the dataset; test: the rows that are held out, the
    dataset's or those of a file; group, side: per row of `own`; untestable: {perspective: entities too rare for a
    test}; copied: rows of a test file left out because their picture is in the dataset too."""

    own: SourceRows
    test: SourceRows
    group: NDArray[np.int64]
    side: NDArray[np.str_]
    untestable: Mapping[str, int] = field(default_factory=dict)
    copied: int = 0

    @property
    def training(self) -> NDArray[np.int64]:
        """Positions of the training side, ascending."""
        found: NDArray[np.int64] = np.array(self.own.positions, dtype=np.int64)[self.side == "train"]
        return found

    @property
    def in_test(self) -> set[int]:
        """Positions of the dataset that are held out."""
        return set(np.array(self.own.positions)[self.side == "test"].tolist())


class _Design:
    """One design while it is made."""

    def __init__(
        self, store: Store, workspace: Workspace, options: DesignOptions, folder: ProofFolder, progress: Progress
    ) -> None:
        self.store, self.workspace, self.options, self.folder = store, workspace, options, folder
        self.progress = progress
        self.recipe = recipe_of(store, options.run)
        self.known = KnownPictures(workspace.proofs / "pictures.parquet")
        self.reader = NameReader(store)

    def write(self) -> dict[str, Any]:
        """Write all files, `design.json` last; returns it."""
        sides = self._sides()
        taken = accepted(self.store, self.workspace, self.options.run, self.options.plan, self.recipe)
        candidates = usable(taken, sides.test, sides.in_test, self.known)
        arms = self._arms(candidates)
        self.progress(0, None, "Deciding the arms")
        training, planted = self._training(sides, candidates, arms)
        perspective = _perspective(training)
        pairs = pair_table(self._talks(sides, candidates), self.reader, perspective, names_of(training, perspective))
        files = {
            "split": self.folder.write("split", _split_table(sides)),
            "pairs": self.folder.write("pairs", pairs),
            "pictures": self.folder.write("pictures", self._pictures(sides, candidates)),
        }
        self._check_test(pairs)
        side = self._side(training, planted, sides, candidates)
        files |= self._write_arms(side, arms)
        described = self._described(sides, candidates, arms, planted) | {
            "perspective": perspective,
            "candidates": identity(taken),
            "files": files,
        }
        training.close()
        described |= self._steps(described)
        whole = {"fingerprint": fingerprint(described), "created": _now()} | described | {"detectable": None}
        write_json(self.folder.design, whole)
        return whole

    def _sides(self) -> _Sides:
        own = rows_of(self.store, self.known, progress=self.progress)
        group = picture_groups(own.positions, own.images, own.facts, own.said)
        names, at = np.unique(group, return_inverse=True)
        holders = {p: _holders(self.store, own.positions, at, len(names), p) for p in PAPER_NAMES}
        by = holders["object"] if holders["object"].entities else holders["token"]
        held_out = np.zeros(len(names), dtype=bool)
        test, untestable, copied = own, {}, 0
        if self.options.test is None:
            held_out = held_out_groups(by, names, self.options.hold_out)
            untestable = {p: int(np.count_nonzero(held.n < SOME)) for p, held in holders.items()}
        else:
            first = max(own.positions, default=-1) + 1
            test = rows_of_file(self.options.test, self.options.test_images, self.known, first, self.progress)
            if self.options.leave_out_copies:
                test, copied = without_copies(own, test)
            refuse_leaks(own, test)
        for_dev = dev_groups(by, names, held_out)
        side = np.where(held_out[at], "test", np.where(for_dev[at], "dev", "train"))
        if self.options.test is None:
            test = only(own, side == "test")
        return _Sides(own, test, group, side, untestable, copied)

    def _arms(self, candidates: Usable) -> tuple[str, ...]:
        """The arms of this experiment; those that need candidates only where there are some."""
        asked = self.options.arms
        offered = self._offered()
        if candidates.candidates:
            return asked or offered
        impossible = [name for name in asked or () if name in made_arms.NEEDS_CANDIDATES]
        if impossible:
            raise AdrError(
                f"The arm {impossible[0]} needs accepted candidates; "
                + ("all of them are left out." if candidates.left_out else "no candidate is accepted."),
                "Make a plan, generate and review; or name other arms with --arms.",
            )
        return asked or tuple(name for name in offered if name not in made_arms.NEEDS_CANDIDATES)

    def _offered(self) -> tuple[str, ...]:
        """The arms that are made where none are named; AdrError for a named one that needs a mixture."""
        if self.recipe.mixture is not None:
            return self.options.offered
        if asked := [name for name in self.options.arms or () if name in made_arms.NEEDS_MIXTURE]:
            raise AdrError(
                f"The arm {asked[0]} needs a run with a mixture.", "Name such a run, or other arms with --arms."
            )
        return tuple(name for name in self.options.offered if name not in made_arms.NEEDS_MIXTURE)

    def _training(self, sides: _Sides, candidates: Usable, arms: Sequence[str]) -> tuple[Store, NDArray[np.int64]]:
        """The store of what every arm may train on, and the positions that only the planted arm has."""
        whole = training_store(self.store, sides.training)
        if "planted" not in arms:
            return whole, np.zeros(0, dtype=np.int64)
        engine = Engine(whole).excluding(self.recipe)
        most = len(candidates.candidates) or engine.rows
        planted = made_arms.planted_positions(engine, _perspective(whole), self.recipe, most)
        whole.close()
        return training_store(self.store, np.setdiff1d(sides.training, planted)), planted

    def _talks(self, sides: _Sides, candidates: Usable) -> list[PairSource]:
        """Who asks: instances by position, the rows of a test file, then candidates."""
        own = sides.own
        talks = [
            PairSource(str(side), position, None, own.picture(row), int(group), own.questions[row])
            for row, (position, group, side) in enumerate(zip(own.positions, sides.group, sides.side, strict=True))
        ]
        if self.options.test is not None:
            groups = picture_groups(sides.test.positions, sides.test.images, sides.test.facts, sides.test.said)
            talks += [
                PairSource("test", position, None, sides.test.picture(row), int(groups[row]), sides.test.questions[row])
                for row, position in enumerate(sides.test.positions)
            ]
        return talks + [
            PairSource("train", None, one.candidate, self._picture(one, sides, candidates), None, one.questions)
            for one in candidates.candidates
        ]

    def _picture(self, one: AcceptedTalk, sides: _Sides, candidates: Usable) -> str | None:
        """SHA-256 of a candidate's own picture, or of its parent's where only the conversation is new."""
        if one.image is not None:
            facts = candidates.facts.get(one.candidate)
            return facts.sha256 if facts and facts.pixels else None
        if one.parent is None or one.parent not in sides.own.positions:
            return None
        return sides.own.picture(int(np.searchsorted(sides.own.positions, one.parent)))

    def _pictures(self, sides: _Sides, candidates: Usable) -> pa.Table:
        """Every picture that can be decoded, once, with its path and its row of the features."""
        found: dict[str, str] = {}
        for rows in (sides.own, sides.test):
            for name, facts in rows.facts.items():
                if facts.pixels:
                    found.setdefault(facts.sha256, str(rows.files[name]))
        for one in candidates.candidates:
            facts_of_own = candidates.facts.get(one.candidate)
            if facts_of_own and facts_of_own.pixels:
                found.setdefault(facts_of_own.sha256, str(one.image))
        kinds = pa.schema([("picture", pa.string()), ("path", pa.string()), ("row", pa.int32())])
        return pa.table([list(found), list(found.values()), list(range(len(found)))], schema=kinds)

    def _check_test(self, pairs: pa.Table) -> None:
        """AdrError when one side has no question."""
        there = set(pairs["side"].unique().to_pylist())
        for side, what in (("train", "to train on"), ("test", "to test with")):
            if side not in there:
                raise AdrError(
                    f"There is no question {what}: the dataset is too small to be split.",
                    "Give a test file with --test, or take a larger dataset.",
                )

    def _side(
        self, training: Store, planted: NDArray[np.int64], sides: _Sides, candidates: Usable
    ) -> made_arms.TrainingSide:
        engine = Engine(training).excluding(self.recipe)
        rows = np.searchsorted(sides.own.positions, engine.instances)
        made = tuple(
            made_arms.Synthetic(one.candidate, one.entities, self._picture(one, sides, candidates), len(one.questions))
            for one in candidates.candidates
        )
        asked = np.array([len(sides.own.questions[row]) for row in rows.tolist()], dtype=np.int64)
        share = engine.rows / len(sides.own.positions)
        return made_arms.TrainingSide(engine, self.recipe, share, asked, made, planted)

    def _write_arms(self, side: made_arms.TrainingSide, arms: Sequence[str]) -> dict[str, str]:
        files = {}
        for done, arm in enumerate(arms):
            self.progress(done, len(arms), "Deciding the arms")
            for seed in range(self.options.repeats):
                name = f"arms/{arm}-{seed}"
                files[name] = self.folder.write(name, made_arms.ARMS[arm](side, seed).table())
        return files

    def _described(
        self, sides: _Sides, candidates: Usable, arms: Sequence[str], planted: NDArray[np.int64]
    ) -> dict[str, Any]:
        options = self.options
        return {
            "run": options.run,
            "plan": options.plan,
            "recipe": self.recipe.to_toml(),
            "index": index_of(self.store),
            "test": {"from": str(options.test) if options.test else "split", "share": options.hold_out},
            "arms": list(arms),
            "seeds": list(range(options.repeats)),
            "learning_rates": list(options.learning_rates),
            "budgets": list(BUDGETS),
            "steps": options.steps or 0,
            "batch": options.batch or BATCH.get(options.model, 0),
            "model": self._model(),
            "reference": made_arms.REFERENCE,
            "primary": [
                {"arm": arm, "against": against, "group": group, "kind": None}
                for arm, against, group in options.primary
                if {arm, against} <= set(arms)
            ],
            "code": __version__,
            "untestable": dict(sides.untestable),
            "left_out": candidates.left_out | ({COPY_IN_DATASET: sides.copied} if sides.copied else {}),
            "planted": len(planted),
            "groups": LIMITS,
        }

    def _model(self) -> dict[str, Any]:
        """What is trained, and what identifies the model or the weights that it starts from."""
        kind, features = self.options.model, self.options.features
        if kind == EXTERNAL:
            return {"kind": kind, "features": None, "fingerprint": None}
        if kind == "finetune":
            if features is None:
                raise AdrError(
                    "Fine-tuning needs a pretrained model.", "Name the folder of its weights with --features."
                )
            return {"kind": kind, "features": features, "fingerprint": weights_of(features)}
        used = features or setting("ADR_SCORER_MODEL")
        anyway = {"anyway": True} if self.options.anyway else {}
        return {"kind": kind, "features": used, "fingerprint": model_fingerprint(used)} | anyway

    def _steps(self, described: Mapping[str, Any]) -> dict[str, Any]:
        """The number of steps of every training, where none was asked for: by a training of `original`."""
        if self.options.steps is not None or self.options.model == EXTERNAL:
            return {}
        if "original" not in described["arms"]:
            raise AdrError("Without the arm “original” the steps cannot be chosen.", "Give them with --steps.")
        write_features(self.store, self.workspace, self.folder, described, self.progress)
        write_json(self.folder.design, dict(described))  # what the pilot reads; it is written anew at the end
        return {"steps": pilot_steps(self.folder, self.progress)}


def recipe_of(store: Store, run: int) -> Recipe:
    """The recipe of a run; AdrError without it."""
    toml = store.value("select recipe from run where run = $1", [run])
    if toml is None:
        raise AdrError(f"There is no run {run}.", "`adr runs` lists the runs; `adr rebalance` writes one.")
    return Recipe.from_toml(str(toml), f"the recipe of run {run}")


def index_of(store: Store) -> str:
    """The fingerprint of the index in force, '' when it is not known."""
    return str(store.value("select max(fingerprint) from index_made") or "")


def fingerprint(described: Mapping[str, Any]) -> str:
    """SHA-256 over everything in `design.json` that decides the numbers."""
    return digest([{key: value for key, value in described.items() if key not in UNDECIDED}])


def _perspective(training: Store) -> str:
    """The perspective in which rarity is measured: object, or token where no objects are known."""
    return "object" if names_of(training, "object") else "token"


def _holders(store: Store, positions: Sequence[int], at: NDArray[np.int64], groups: int, perspective: str) -> Holders:
    """Which picture groups hold which entities of a perspective. at: the group of each position, numbered from 0."""
    found = store.arrays(
        "select instance, entity from posting where perspective = perspective_number($1) order by entity, instance",
        [perspective],
    )
    entities, entity = np.unique(np.asarray(found["entity"], dtype=np.int64), return_inverse=True)
    group = at[np.searchsorted(positions, np.asarray(found["instance"], dtype=np.int64))]
    once = np.unique(np.stack([group, entity]), axis=1)
    return Holders(once[0], once[1], groups, len(entities))


def _split_table(sides: _Sides) -> pa.Table:
    """The table `split.parquet`, with the rows of a test file after those of the dataset."""
    position, group, side = list(sides.own.positions), sides.group.tolist(), sides.side.tolist()
    if sides.test.positions and sides.test.positions[0] > max(position, default=-1):
        position += sides.test.positions
        group += picture_groups(sides.test.positions, sides.test.images, sides.test.facts, sides.test.said).tolist()
        side += ["test"] * len(sides.test.positions)
    kinds = pa.schema([("position", pa.int64()), ("picture_group", pa.int64()), ("side", pa.string())])
    return pa.table([position, group, side], schema=kinds)


def _register(store: Store, number: int, options: DesignOptions, found: Mapping[str, Any]) -> None:
    with store.atomic() as writer:
        writer.execute(
            "insert into proof (proof, run, plan, fingerprint, design, created_at) "
            "values ($1, $2, $3, $4, $5, now() at time zone 'UTC')",
            [number, options.run, options.plan, found["fingerprint"], json.dumps(found)],
        )


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
