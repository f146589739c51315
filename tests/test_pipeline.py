"""Every stage unattended: a run goes on where it stopped, and gives the same bytes in two places."""

import importlib.util
import json
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from adr import pipeline
from adr.errors import AdrError
from adr.export.export import export
from adr.index.index import index
from adr.ingest.ingest import ingest
from adr.progress import Cancelled
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import draw_images, tree

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
DATA = SHARED / "data"
EVERYTHING = Recipe(min_passes=0)
SOURCES = ("amber.json", "screenqa_short.json", "pope_llava13b_captions.json", "mllm_demo/mllm_demo.json")


def source(folder: Path, count: int = 40) -> Path:
    """A file of conversations about a few frequent things and some rare ones."""
    things = ["cat", "dog", "cat", "cat", "harp", "dog", "cat", "kettle"]
    folder.mkdir(parents=True, exist_ok=True)
    records = [
        {
            "id": n,
            "image": f"a/{(0, 2, 3)[n % 3]}.png",
            "conversations": [
                {"from": "human", "value": f"<image>\nWhere is the {things[n % 8]}?"},
                {"from": "gpt", "value": f"The {things[n % 8]} is near the {things[(n // 8) % 8]}."},
            ],
        }
        for n in range(count)
    ]
    (folder / "source.json").write_text(json.dumps(records))
    if not (folder / "pictures").exists():
        draw_images(folder / "pictures")
    return folder / "source.json"


def with_own_images(path: Path) -> None:
    """Give every record a picture that no other has, as the parents of synthesis must."""
    records = json.loads(path.read_text())
    for n, record in enumerate(records):
        record["image"] = f"own/{n}.png"
        (path.parent / "pictures" / "own").mkdir(exist_ok=True)
        Image.new("RGB", (16, 16), (n * 6, 255 - n * 6, 90)).save(path.parent / "pictures" / record["image"])
    path.write_text(json.dumps(records))


def run(folder: Path, recipe: Recipe, workspace: str = "workspace", out: str = "out", **options):
    """`pipeline.run` in its own folder; the store is closed afterwards."""
    made = Workspace.at(folder / workspace)
    store = Store(made.database)
    try:
        return pipeline.run(
            store, made, recipe, folder / "source.json", images=folder / "pictures", out=folder / out, **options
        )
    finally:
        store.close()


RECIPE = Recipe(
    name="small", tail_share={"token": 0.3, "object": 0.3, "co_occurrence": 0.3, "interrogation": 0.3}, min_passes=2
)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory) -> dict[str, str]:
    """What the recipe makes of the source in one go, in a separate folder."""
    folder = tmp_path_factory.mktemp("else") / "where"
    source(folder)
    assert run(folder, RECIPE).reused == ()
    return tree(folder / "out")


def test_run__gives_the_same_bytes_in_two_places(tmp_path, elsewhere):
    source(tmp_path / "two" / "deeper")
    report = run(tmp_path / "two" / "deeper", RECIPE)
    assert tree(tmp_path / "two" / "deeper" / "out") == elsewhere
    assert {"llava.json", "manifest.json", "README.md", "report.html"} <= set(elsewhere)
    assert 0 < report.export.instances < 40


def test_run__again_goes_on_with_what_is_done(tmp_path):
    source(tmp_path)
    first = run(tmp_path, RECIPE)
    before = tree(tmp_path / "out")
    again = run(tmp_path, RECIPE)
    assert again.reused == ("ingest", "index", "rebalance")
    assert (again.ingest, again.index, again.rebalance) == (first.ingest, first.index, first.rebalance)
    assert tree(tmp_path / "out") == before
    other = run(tmp_path, Recipe(min_passes=0), out="other")
    assert other.reused == ("ingest", "index")
    assert other.export.instances == 40


@pytest.mark.parametrize("stage", ["ingest", "index", "rebalance", "export"])
def test_run__cancelled_in_a_stage_resumes_there_and_ends_alike(tmp_path, elsewhere, stage):
    source(tmp_path)

    def stop(done, total, message):
        if message.startswith(stage):
            raise Cancelled

    with pytest.raises(Cancelled):
        run(tmp_path, RECIPE, progress=stop)
    assert not (tmp_path / "out").exists()
    report = run(tmp_path, RECIPE)
    stages = ["ingest", "index", "rebalance", "export"]
    assert report.reused == tuple(stages[: stages.index(stage)])
    assert tree(tmp_path / "out") == elsewhere


def test_run__looks_for_copies_that_the_recipe_caps(tmp_path):
    """The first five records stand twice in the source; one row stays of each picture and conversation."""
    path = source(tmp_path)
    records = json.loads(path.read_text())
    path.write_text(json.dumps(records + records[:5]))
    report = run(tmp_path, Recipe(min_passes=0, at_most_each={"copy": 1}))
    texts = {(r["image"], json.dumps(r["conversations"])) for r in records}
    assert report.rebalance.kept == len(texts) and report.rebalance.caps_each[0].over >= 5


def test_run__another_source_or_another_export_is_not_touched(tmp_path):
    source(tmp_path)
    run(tmp_path, RECIPE)
    with pytest.raises(AdrError, match="another recipe or source"):
        run(tmp_path, Recipe(min_passes=0))
    source(tmp_path, count=41)
    with pytest.raises(AdrError, match="another dataset"):
        run(tmp_path, RECIPE, out="other")


def test_run__export_options_of_the_recipe_are_obeyed_and_checked_first(tmp_path):
    source(tmp_path)
    report = run(tmp_path, Recipe(min_passes=0, export={"format": "parquet", "images": "reference"}))
    assert report.export.main == ["data/train-00000-of-00001.parquet"]
    with pytest.raises(AdrError, match="no option 'fromat'"):
        run(tmp_path, Recipe(export={"fromat": "llava"}), workspace="never", out="never-out")
    with pytest.raises(AdrError, match=r"format of \[export\] of the recipe is 'lava'"):
        run(tmp_path, Recipe(export={"format": "lava"}), workspace="never", out="never-out")


def test_run__an_index_that_does_not_fit_stops_it(tmp_path):
    """The index was made with objects from the text; a recipe that leaves that out asks for another index."""
    source(tmp_path)
    of_text = replace(RECIPE, index={"objects": "text"})
    first = run(tmp_path, of_text)
    assert run(tmp_path, of_text).reused == ("ingest", "index", "rebalance")
    with pytest.raises(AdrError, match="objects is 'text' and not 'auto'"):
        run(tmp_path, RECIPE, out="other")
    again = run(tmp_path, RECIPE, out="other", reindex=True)
    assert again.reused == ("ingest",)
    assert again.index.fingerprint != first.index.fingerprint
    assert again.rebalance.made_on == again.index.fingerprint


def test_run__a_newer_word_list_is_mentioned_and_keeps_the_index(tmp_path):
    source(tmp_path)
    run(tmp_path, RECIPE)
    store = Store(Workspace.at(tmp_path / "workspace").database)
    store.execute("update index_made set lexicon_fingerprint = 'older'")
    store.close()
    again = run(tmp_path, RECIPE)
    assert again.reused == ("ingest", "index", "rebalance")
    assert [notice[:38] for notice in again.notices] == ["The index was made with word lists of "]


@pytest.mark.models
@pytest.mark.skipif(not (ROOT / "assets" / "models" / "starter-diffusion" / "unet").is_dir(), reason="no starter model")
def test_run__recipes_that_differ_in_export_alone_share_everything_before_it(tmp_path):
    """Three forms of one refined set: one run, one plan, one candidate, one verdict."""
    with_own_images(source(tmp_path))
    recipe = replace(RECIPE, synthesize={"budget": 1, "per_slot": 1, "steps": 1, "perspectives": ["object"]})
    verdicts = tmp_path / "verdicts.jsonl"
    verdicts.write_text('{"candidate": "p1-00000-0", "judgement": "accept", "reviewer": "ann"}\n')
    reports = [
        run(tmp_path, replace(recipe, export={"format": name}), out=name, verdicts=verdicts)
        for name in ("llava", "ms-swift", "parquet")
    ]
    assert [r.reused for r in reports] == [(), *[("ingest", "index", "rebalance", "plan")] * 2]
    assert [r.generate.made for r in reports] == [1, 0, 0]
    assert [r.export.synthetic for r in reports] == [1, 1, 1]
    assert [r.plan for r in reports[1:]] == [reports[0].plan] * 2
    store = Store(Workspace.at(tmp_path / "workspace").database)
    counted = [store.value(f"select count(*) from {t}") for t in ("run", "plan", "candidate", "verdict", "export")]
    store.close()
    assert counted == [1, 1, 1, 1, 3]
    for name in ("llava", "ms-swift", "parquet"):
        made = json.loads((tmp_path / name / "manifest.json").read_text())
        assert Recipe.from_toml(made["recipe"]["toml"]).export == {"format": name}


@pytest.mark.models
@pytest.mark.skipif(not (ROOT / "assets" / "models" / "starter-diffusion" / "unet").is_dir(), reason="no starter model")
def test_run__with_synthesis_and_a_verdict_file_gives_the_same_bytes(tmp_path):
    recipe = Recipe(
        min_passes=2,
        synthesize={"budget": 2, "per_slot": 1, "steps": 1, "perspectives": ["object"]},
        export={"accept_above": 0.0},
        tail_share=RECIPE.tail_share,
    )
    trees = []
    for name in ("one", "two/deeper"):
        folder = tmp_path / name
        with_own_images(source(folder))
        (folder / "verdicts.jsonl").write_text(
            json.dumps({"candidate": "p1-00000-0", "judgement": "accept", "reviewer": "ada", "judged_at": "2026-01-01"})
            + "\n"
        )
        report = run(folder, recipe, verdicts=folder / "verdicts.jsonl")
        assert (report.generate.finished, report.verdicts.verdicts) == (2, 1)
        assert report.export.synthetic >= 1
        trees.append(tree(folder / "out"))
    assert trees[0] == trees[1]
    lines = [json.loads(line) for line in (tmp_path / "one" / "out" / "synthetic.jsonl").read_text().splitlines()]
    assert lines[0]["verdict"] == {"judgement": "accept", "reviewer": "ada", "reason": None, "rule": None}
    assert all(line["verdict"]["rule"].startswith("recipe: score >= 0") for line in lines[1:])
    again = run(tmp_path / "one", recipe, verdicts=tmp_path / "one" / "verdicts.jsonl")
    assert again.reused == ("ingest", "index", "rebalance", "plan")
    assert tree(tmp_path / "one" / "out") == trees[0]


@pytest.mark.parametrize("name", ["demo", "gentle", "paper-llava-1.5", "paper-sharegpt4v"])
def test_recipes__each_is_read_and_gives_the_reason_for_its_numbers(name):
    path = ROOT / "assets" / "recipes" / f"{name}.toml"
    recipe = Recipe.from_file(path)
    assert recipe.name == name
    assert Recipe.from_toml(recipe.to_toml()) == recipe
    assert path.read_text().count("#") >= 2
    if name == "paper-llava-1.5":
        assert (dict(recipe.tau), recipe.min_passes, recipe.alpha) == (
            {"token": 120, "object": 304, "co_occurrence": 24, "interrogation": 4895},
            1,
            1.0,
        )


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")
@pytest.mark.parametrize("name", SOURCES)
def test_export__shared_data_come_back_byte_for_byte(tmp_path, name):
    export_everything(DATA / name, tmp_path)


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared tools are not here")
def test_export__twenty_thousand_llava_like_records_come_back_byte_for_byte(tmp_path):
    spec = importlib.util.spec_from_file_location("make_llava_like", SHARED / "tools" / "make_llava_like.py")
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    given = [json.dumps(record, ensure_ascii=False) for record in tool.records(20_000, 0)]
    (tmp_path / "like.json").write_text("[\n" + ",\n".join(given) + "\n]\n", encoding="utf-8")
    written = export_everything(tmp_path / "like.json", tmp_path)
    assert written == (tmp_path / "like.json").read_bytes()


def export_everything(path: Path, folder: Path) -> bytes:
    """Ingest, keep everything, export in the source's own form, and compare record by record; the bytes written."""
    workspace = Workspace.at(folder / "workspace")
    store = Store(workspace.database)
    given = json.loads(path.read_text(encoding="utf-8"))
    assert ingest(store, path).instances == len(given)
    keep_everything(store)
    form = "llama-factory" if "messages" in given[0] else "llava"
    report = export(store, workspace, 1, format=form, out=folder / "out", leave_out_faulty=False)
    written = (folder / "out" / report.main[0]).read_bytes()
    assert json.loads(written) == given
    raws = [raw for (raw,) in store.rows("select raw from instance order by instance")]
    assert written.decode() == "[\n" + ",\n".join(raws) + "\n]\n"
    store.close()
    text, at = path.read_text(encoding="utf-8"), 0
    for raw in raws:  # each record is, byte for byte, a piece of the source, in its order
        at = text.index(raw, at) + len(raw)
    return written


def keep_everything(store: Store) -> None:
    with store.atomic() as writer:
        writer.execute(
            "insert into run (run, name, recipe, fingerprint) values (1, 'all', $1, 'f')", [EVERYTHING.to_toml()]
        )
        writer.execute("insert into decision select 1, instance, 0, true, 1, 'keeps_all', 1 from instance")


@pytest.mark.skipif(not DATA.is_dir(), reason="the shared data are not here")
def test_export__reingested_and_indexed_it_counts_what_rebalance_had_shown(tmp_path):
    workspace = Workspace.at(tmp_path / "workspace")
    store = Store(workspace.database)
    ingest(store, DATA / "screenqa_short.json")
    index(store)
    shown = rebalance(store, Recipe(min_passes=2))
    export(store, workspace, shown.run, out=tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    store.close()
    again = Store(Workspace.at(tmp_path / "again").database)
    assert ingest(again, tmp_path / "out" / "llava.json").instances == shown.kept
    index(again)
    for perspective, columns in shown.perspectives.items():
        entities, postings = again.row(
            "select count(*), sum(n)::bigint from entity where perspective = perspective_number($1)", [perspective]
        )
        assert (entities, postings) == (columns.after.entities, columns.after.postings)
        written = manifest["perspectives"][perspective]
        for state in ("before", "after", "random"):
            numbers = getattr(columns, state)
            assert written[state]["postings"] == numbers.postings
            assert written[state]["entities"] == numbers.entities
            assert written[state]["tail_share"] == pytest.approx(numbers.tail_share, abs=1e-6)
            assert written[state]["entities_lost"] == numbers.lost
    again.close()


EXPORTING = """
import resource, sys
from pathlib import Path
from adr.export.export import export
from adr.progress import Progress
from adr.store import Store
from adr.workspace import Workspace
def progress(done, total, message):
    if message == sys.argv[3]:
        print("there", flush=True)
        sys.stdin.read()
def limited():
    if sys.argv[4] != "0":
        import signal
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]),) * 2)
workspace = Workspace.at(sys.argv[1])
store = Store(workspace.database)
limited()
export(store, workspace, 1, out=Path(sys.argv[2]), replace=True, progress=progress)
"""


def exported_world(tmp_path) -> dict[str, str]:
    """A workspace with an old export of it in out; what that holds. The run has changed since."""
    workspace = Workspace.at(tmp_path / "workspace")
    store = Store(workspace.database)
    ingest(store, source(tmp_path, count=400), tmp_path / "pictures")
    keep_everything(store)
    export(store, workspace, 1, out=tmp_path / "out")
    store.execute("update decision set kept = false, copies = 0 where instance % 2 = 0")
    store.close()
    return tree(tmp_path / "out")


def exporting(tmp_path, stop_at: str = "", limit: int = 0) -> subprocess.Popen:
    return subprocess.Popen(
        [
            sys.executable,
            "-W",
            "ignore",
            "-c",
            EXPORTING,
            str(tmp_path / "workspace"),
            str(tmp_path / "out"),
            stop_at,
            str(limit),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("stop_at", ["Writing", "Hashing"])
def test_export__killed_leaves_the_old_one_and_the_next_clears_up(tmp_path, stop_at):
    before = exported_world(tmp_path)
    process = exporting(tmp_path, stop_at)
    try:
        assert process.stdout.readline() == "there\n", process.stderr.read()
        process.kill()
    finally:
        process.kill()
        process.communicate(timeout=300)
    assert tree(tmp_path / "out") == before
    assert any(path.name.startswith(".out.unfinished-") for path in tmp_path.iterdir())
    workspace = Workspace.at(tmp_path / "workspace")
    store = Store(workspace.database)
    assert export(store, workspace, 1, out=tmp_path / "out", replace=True).instances == 200
    store.close()
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def test_export__a_full_disk_leaves_the_old_one_and_says_so(tmp_path):
    before = exported_world(tmp_path)
    process = exporting(tmp_path, limit=4096)
    _, said = process.communicate(timeout=300)
    assert process.returncode != 0
    assert "AdrError: The export cannot be written" in said
    assert tree(tmp_path / "out") == before
    assert not [path.name for path in tmp_path.iterdir() if path.name.startswith(".")]


def rewritten(path: Path, change) -> list[dict]:
    """The records of a source with each one changed; they are also written in place of it."""
    records = [change(record) for record in json.loads(path.read_text())]
    path.write_text(json.dumps(records))
    return records


def test_run__reads_a_source_by_the_mapping_of_its_recipe(tmp_path):
    known = json.loads(source(tmp_path, 8).read_text())
    rewritten(
        tmp_path / "source.json",
        lambda record: {
            "Q": record["conversations"][0]["value"].removeprefix("<image>\n"),
            "A": record["conversations"][1]["value"],
            "meta": {"file": record["image"], "n": record["id"]},
        },
    )
    keys = {"question": "Q", "answer": "A", "image": "meta.file", "id": "meta.n"}
    recipe = replace(EVERYTHING, ingest={"map": keys})
    report = run(tmp_path, recipe)
    assert (report.ingest.form, report.export.instances) == ("mapped", 8)
    assert json.loads((tmp_path / "out" / "llava.json").read_text()) == known
    made = json.loads((tmp_path / "out" / "manifest.json").read_text())
    assert Recipe.from_toml(made["recipe"]["toml"]).ingest["map"] == keys
    assert made["source"]["read_with"] == {"map": keys}
    assert run(tmp_path, recipe).reused == ("ingest", "index", "rebalance")
    with pytest.raises(AdrError, match="read with another mapping"):
        run(tmp_path, EVERYTHING)


def test_run__markers_placed_when_a_source_is_read_are_in_its_export(tmp_path):
    known = json.loads(source(tmp_path, 8).read_text())

    def bare(record: dict) -> dict:
        asked = record["conversations"][0]
        return {**record, "conversations": [{**asked, "value": asked["value"][8:]}, record["conversations"][1]]}

    rewritten(tmp_path / "source.json", lambda record: bare(record) if record["id"] % 2 else record)
    report = run(tmp_path, replace(EVERYTHING, ingest={"place_markers": True}))
    assert report.ingest.warnings["marker_placed"] == 4
    assert json.loads((tmp_path / "out" / "llava.json").read_text()) == known


def of_sources(folder: Path, rows: dict[str, int]) -> Path:
    """A file with so many records of each source, told apart by the first folder of the picture; "" has no picture."""
    records = [
        {
            "id": f"{name}-{n}",
            **({"image": f"{name}/{n}.jpg"} if name else {}),
            "conversations": [
                {"from": "human", "value": ("<image>\n" if name else "") + "What is it?"},
                {"from": "gpt", "value": f"A {name or 'text'} number {n}."},
            ],
        }
        for name, count in rows.items()
        for n in range(count)
    ]
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "llava.json").write_text(json.dumps(records))
    return folder / "llava.json"


SOURCE_ROWS = {"coco": 120, "gqa": 60, "ocr_vqa": 60, "textvqa": 20, "vg": 40, "": 10}
SHARED_OUT = {"coco": 80, "gqa": 40, "ocr_vqa": 40, "textvqa": 20, "vg": 20}  # 20 rows of TextVQA are a tenth of 200


def first_folders(rows: list[dict]) -> dict[str, int]:
    """Records of each source, in the order of the first."""
    names = [row.get("image", "").split("/")[0] for row in rows]
    return {name: names.count(name) for name in dict.fromkeys(names)}


def test_run__the_mixture_recipe_gives_its_shares_exactly(tmp_path):
    recipe = Recipe.from_file(ROOT / "assets/recipes/mixture.toml")
    workspace = Workspace.at(tmp_path / "work")
    store = Store(workspace.database)
    report = pipeline.run(store, workspace, recipe, of_sources(tmp_path, SOURCE_ROWS), out=tmp_path / "out")
    store.close()
    assert first_folders(json.loads((tmp_path / "out" / "llava.json").read_text())) == SHARED_OUT
    assert report.rebalance.mixture.notices == (
        "The named shares sum to 1: one other value of source leaves, with 10 rows.",
    )


def test_run__the_mixture_recipe_with_weights_keeps_every_row(tmp_path):
    recipe = replace(Recipe.from_file(ROOT / "assets/recipes/mixture.toml"), export={"mixture": "weights"})
    workspace = Workspace.at(tmp_path / "work")
    store = Store(workspace.database)
    report = pipeline.run(store, workspace, recipe, of_sources(tmp_path, SOURCE_ROWS), out=tmp_path / "out")
    store.close()
    assert report.export.instances == 310
    values = json.loads((tmp_path / "out" / "manifest.json").read_text())["mixture"]["values"]
    assert {one["name"]: (one["rows"], one["share"]) for one in values} == {
        "coco": (120, 0.4),
        "gqa": (60, 0.2),
        "ocr_vqa": (60, 0.2),
        "textvqa": (20, 0.1),
        "vg": (40, 0.1),
        "llava": (10, 0.0),
    }
    assert {one["name"]: one["epoch_rows"] for one in values if one["rows"] > 10} == SHARED_OUT
