"""Whom a plan gives its pictures, by how many real ones there are, and which kinds of question its conversations ask.

    python tests/bench/fill.py [--workspace W] [--budget 289] [--millions] [--json FILE]

The demo world of seed 100 is thinned to a long tail: of 80 kinds of things 19 stay as they are, 15 get 20 to 99
pictures, 42 get 1 to 19 (5 of them one, 9 two or three, 15 four to seven, 13 eight to nineteen), and 4 none. For each
way to share a budget: slots by real count, and Spearman's correlation of the two over the 42. W: kept for the next run;
drawing takes three minutes. --millions: instead, the time of a plan for 1,000,000 instances of invented counts.
"""

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from adr.demo.long_tail import draw_long_tail, tail_kinds  # noqa: E402
from adr.index.index import index  # noqa: E402
from adr.ingest.ingest import ingest  # noqa: E402
from adr.rebalance.runs import rebalance  # noqa: E402
from adr.recipe import Recipe  # noqa: E402
from adr.store import Store  # noqa: E402
from adr.synthesize.conversations import by_template  # noqa: E402
from adr.synthesize.denials import denied  # noqa: E402
from adr.synthesize.plan import plan, plan_folder  # noqa: E402
from adr.synthesize.plan_file import candidate_seed  # noqa: E402
from adr.synthesize.turn_style import read_style  # noqa: E402
from adr.workspace import Workspace  # noqa: E402

SEED = 100
GROUPS = {"1": (1, 1), "2–3": (2, 3), "4–7": (4, 7), "8–19": (8, 19)}
WAYS = ("level", "equal", "shortage", "gain")


def make_workspace(folder: Path) -> tuple[Store, Workspace]:
    """The thinned world with its index and a run by the paper's rule."""
    drawn = folder / "drawn"
    if not (drawn / "thinned.json").exists():
        draw_long_tail(drawn, SEED)
    workspace = Workspace.at(folder / "workspace")
    store = Store(workspace.database)
    if not store.value("select count(*) from run"):
        ingest(store, drawn / "thinned.json", images=drawn / "images", objects=drawn / "objects.jsonl")
        index(store)
        rebalance(store, Recipe())
    return store, workspace


def real_counts(store: Store) -> dict[str, int]:
    """{kind of the tail: instances in the source}."""
    counts = dict(store.rows("select name, n from entity where perspective = perspective_number('object')"))
    return {kind: int(counts.get(kind, 0)) for kind in tail_kinds()}


def slots_of(store: Store, number: int) -> Counter[str]:
    """{object: slots that add to it}."""
    return Counter(
        dict(
            store.rows(
                """
                select e.name, count(*) from (select unnest(entities) as entity from slot where plan = $1)
                join entity e using (entity) where e.perspective = perspective_number('object') group by e.name
                """,
                [number],
            )
        )
    )


def shared(store: Store, workspace: Workspace, budget: int, way: str, **options: Any) -> dict[str, Any]:
    """Mean slots per kind by real count, and Spearman's correlation of real count and slots, for one way."""
    real = real_counts(store)
    report = plan(store, workspace, 1, budget=budget, allocation=way, **options)
    slots = slots_of(store, report.plan)
    rows = pd.DataFrame({"real": pd.Series(real), "slots": pd.Series({kind: slots[kind] for kind in real})})
    means = {
        said: round(float(rows[rows["real"].between(*bounds)]["slots"].mean()), 1) for said, bounds in GROUPS.items()
    }
    correlation = float(rows["real"].corr(rows["slots"], method="spearman"))
    return {"slots": report.slots} | means | {"correlation": round(correlation, 2)}


def forms_of(conversations: Sequence[Sequence[Mapping[str, str]]]) -> Counter[str]:
    """{form of question: conversations that ask so}, as the index counts them."""
    store = Store.memory()
    frame = {
        "instance": range(len(conversations)),
        "images": [["a.jpg"]] * len(conversations),
        "missing": 0,
        "turns": [list(turns) for turns in conversations],
    }
    with store.atomic() as writer:
        writer.execute("insert into source (path) values ('made')")
        writer.insert("instance", pd.DataFrame(frame))
    index(store)
    return Counter(
        dict(store.rows("select name, n from entity where perspective = perspective_number('interrogation')"))
    )


def questions(store: Store, workspace: Workspace, budget: int) -> dict[str, Any]:
    """Which forms of question the source and the template conversations of a plan ask, drawn by the source's shares and
    alike, with half the sum of differences (0: the same, 1: nothing in common); and what they deny."""
    report = plan(store, workspace, 1, budget=budget)
    folder = plan_folder(workspace, report.plan)
    slots, style = list(folder.slots()), read_style(folder)
    source = Counter(
        dict(store.rows("select name, n from entity where perspective = perspective_number('interrogation')"))
    )
    asked = {
        "by the source": forms_of(
            [by_template(one, candidate_seed(7, n, 0), style).turns for n, one in enumerate(slots)]
        ),
        "alike": forms_of(
            [by_template(one, candidate_seed(7, n, 0), replace(style, forms={})).turns for n, one in enumerate(slots)]
        ),
    }
    shares = {name: {form: n / counts.total() for form, n in counts.items()} for name, counts in asked.items()}
    wanted = {form: n / source.total() for form, n in source.items()}
    tail = {name for (name,) in store.rows(
        "select e.name from wanted w join entity e using (entity) where w.plan = $1 "
        "and e.perspective = perspective_number('object')",
        [report.plan],
    )}  # fmt: skip
    names = [name for (name,) in store.rows("select name from entity where perspective = perspective_number('object')")]
    said = denied(store, names)
    absent = [name for one in slots for name in one.absent]
    return {
        "forms": {
            form: {"source": round(wanted[form], 3)} | {way: round(own.get(form, 0), 3) for way, own in shares.items()}
            for form, _ in source.most_common(16)
        },
        "distance": {
            name: round(sum(abs(own.get(f, 0) - wanted.get(f, 0)) for f in {*own, *wanted}) / 2, 3)
            for name, own in shares.items()
        },
        "with a colour": round(sum(bool(one.colors) for one in slots) / len(slots), 3),
        "denied of the tail, source": round(sum(name in tail for name in said) / max(1, len(said)), 3),
        "denied of the tail, plan": round(sum(name in tail for name in absent) / max(1, len(absent)), 3),
    }


def table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Markdown, one line per way."""
    columns = list(next(iter(rows.values())))
    lines = [f"| way | {' | '.join(columns)} |", "|---|" + "---|" * len(columns)]
    return "\n".join([*lines, *(f"| {way} | {' | '.join(map(str, row.values()))} |" for way, row in rows.items())])


def make_million(folder: Path, instances: int = 1_000_000) -> tuple[Store, Workspace]:
    """A workspace of invented instances with a picture each: three objects of 1,600 and six nouns of 30,000, whose
    counts fall as a power law, the pairs of the objects, and a run that keeps nine in ten. No picture is on disk."""
    workspace = Workspace.at(folder / "million")
    store = Store(workspace.database)
    if store.value("select count(*) from run"):
        return store, workspace
    rng = np.random.default_rng(0)
    columns = {"object": _postings(rng, instances, 3, 1_600, 1.1), "token": _postings(rng, instances, 6, 30_000, 1.1)}
    with store.atomic() as writer:
        writer.execute("insert into source (path, images) values ('invented', '/nowhere')")
        writer.execute(
            """insert into instance (instance, images, missing, turns)
               select range, [range || '.jpg'], 0, [{'role': 'human', 'text': 'What is it?'},
               {'role': 'gpt', 'text': 'It is a thing.'}] from range($1)""",
            [instances],
        )
        for perspective, frame in columns.items():
            writer.register("drawn", frame)
            writer.execute("create temp table held as select distinct instance, entity from drawn")
            writer.execute(
                "insert into entity (entity, perspective, name, n) select entity, perspective_number($1), "
                "$1[1] || entity, count(*) from held group by entity",
                [perspective],
            )
            writer.execute(
                "insert into posting (perspective, instance, entity) select perspective_number($1), * from held",
                [perspective],
            )
            writer.execute("drop table held")
        writer.execute(
            """create temp table pair as select a.instance, a.entity as first, b.entity as second
               from posting a join posting b using (instance)
               where a.perspective = perspective_number('object')
                 and b.perspective = perspective_number('object') and a.entity < b.entity"""
        )
        writer.execute(
            """insert into entity (entity, perspective, name, n, first, second)
               select 100000 + row_number() over (order by first, second), 2,
                      'o' || first || ' + o' || second, count(*), first, second from pair group by first, second"""
        )
        writer.execute(
            """insert into posting (perspective, instance, entity) select 2, p.instance, e.entity
               from pair p join entity e on e.first = p.first and e.second = p.second"""
        )
        writer.execute("drop table pair")
        writer.execute(
            "insert into run (run, name, recipe, kept, dropped) values (1, 'invented', $1, $2, $3)",
            [Recipe().to_toml(), instances - instances // 10, instances // 10],
        )
        writer.execute(
            "insert into decision (run, instance, kept) select 1, range, range % 10 > 0 from range($1)", [instances]
        )
    return store, workspace


def _postings(rng: np.random.Generator, instances: int, each: int, entities: int, power: float) -> pd.DataFrame:
    """Draws of `each` entities per instance; nouns are numbered after the objects."""
    weights = np.arange(1, entities + 1) ** -power
    drawn = rng.choice(entities, size=instances * each, p=weights / weights.sum())
    first = 0 if entities < 10_000 else 10_000
    return pd.DataFrame({"instance": np.repeat(np.arange(instances), each), "entity": drawn + first})


def million(folder: Path) -> dict[str, Any]:
    """Seconds of a plan of 100,000 slots for a million instances, by way."""
    store, workspace = make_million(folder)
    found = {}
    for way in WAYS:
        started, ran = time.perf_counter(), time.process_time()
        report = plan(store, workspace, 1, budget=100_000, allocation=way, model="stabilityai/sd-turbo", scorer="none")
        found[way] = {
            "slots": report.slots,
            "pool": report.pool,
            "lacking": report.lacking,
            "seconds": round(time.perf_counter() - started, 1),
            "processor": round(time.process_time() - ran, 1),
        }
    return found


def main() -> None:
    """Print the tables; with --json, write them to a file as well."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspace", type=Path)
    parser.add_argument("--budget", type=int, default=289)
    parser.add_argument("--millions", action="store_true")
    parser.add_argument("--json", type=Path)
    given = parser.parse_args()
    if given.millions:
        print(table(million(given.workspace or Path(tempfile.mkdtemp(prefix="adr-fill-")))))
        return
    folder = given.workspace or Path(tempfile.mkdtemp(prefix="adr-fill-"))
    store, workspace = make_workspace(folder)
    found: dict[str, Any] = {"kinds": dict(sorted(Counter(real_counts(store).values()).items()))}
    for said, options in (("text-to-image", {}), ("image-to-image", {"generator": "image-to-image"})):
        found[said] = {way: shared(store, workspace, given.budget, way, **options) for way in WAYS}
        print(f"\n{said}, {given.budget} slots\n{table(found[said])}")
    found["questions"] = questions(store, workspace, given.budget)
    print("\nquestions\n" + table(found["questions"]["forms"]))
    print({name: value for name, value in found["questions"].items() if name != "forms"})
    if given.json:
        given.json.write_text(json.dumps(found, indent=1))


if __name__ == "__main__":
    main()
