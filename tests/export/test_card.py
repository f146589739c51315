"""Card, report page and manifest say how a set was made, in numbers that can be checked."""

import json
import re
from html.parser import HTMLParser
from xml.etree import ElementTree

import pytest

from adr.export.export import export
from adr.export.report import report
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.export import RAW, accept, fill, index


@pytest.fixture
def workspace(tmp_path):
    return Workspace.at(tmp_path / "workspace")


@pytest.fixture
def store(workspace):
    """Four instances, three kept (not the second); a harp is in the last alone, and one is synthesized."""
    made = Store.memory()
    fill(made, RAW, kept=lambda i: i != 1, toml='name = "drums & <harps>"\n[rebalance]\nseed = 5\n')
    index(made)
    accept(made, workspace)
    yield made
    made.close()


def test_manifest__counts_before_after_random_and_with_synthetic(store, workspace, tmp_path):
    export(store, workspace, 1, out=tmp_path / "out")
    manifest = json.loads((tmp_path / "out" / "manifest.json").read_text())
    numbers = manifest["perspectives"]["object"]
    assert {state: numbers[state]["postings"] for state in ("before", "after", "with_synthetic")} == {
        "before": 7,
        "after": 6,
        "with_synthetic": 7,
    }
    assert numbers["random"]["postings"] in (5, 6)  # three instances of two entities, or of one
    assert numbers["after"]["largest"] == 3
    assert manifest["counts"] | {"decisions": None} == {
        "rows": 4,
        "synthetic": 1,
        "kept_instances": 3,
        "copies": 0,
        "left_out_faulty": 0,
        "source_instances": 4,
        "rejected_by_ingest": 0,
        "decisions": None,
    }
    assert manifest["verdicts"]["by_reviewer"] == {"ada": {"accept": 1}}
    assert manifest["synthesis"]["models"][0]["name"] == "assets/models/starter"
    assert manifest["synthesis"]["same_bytes"] == {"any number of threads": 1}
    assert manifest["index"]["lexicon_fingerprint"] == "lex"


def test_card__names_share_models_and_caveats_and_shows_the_curves(store, workspace, tmp_path):
    export(store, workspace, 1, out=tmp_path / "out")
    card = (tmp_path / "out" / "README.md").read_text()
    assert "1 synthetic (25.0% of all rows)" in card
    for said in (
        "assets/models/starter",
        "| reviewer ada | 1 | 0 | 0 |",
        "What was not verified",
        "Licences",
        "Objects were taken from the text and not checked",
    ):
        assert said in card
    for name in re.findall(r"!\[[^]]*\]\(([^)]+)\)", card):
        drawn = ElementTree.parse(tmp_path / "out" / name).getroot()
        assert drawn.get("viewBox") == "0 0 800 500"


def test_card__unseen_candidates_are_owned_up_to(store, workspace, tmp_path):
    accept(store, workspace, "p1-00001-0", judgement=None, slot=1)
    export(store, workspace, 1, out=tmp_path / "out", accept_above=0.5)
    assert (
        "1 synthetic rows were accepted by a rule; nobody looked at them"
        in (tmp_path / "out" / "README.md").read_text()
    )


class _Links(HTMLParser):
    def __init__(self):
        super().__init__()
        self.sources, self.text = [], []

    def handle_starttag(self, tag, attrs):
        self.sources += [value for name, value in attrs if name in ("src", "href", "xlink:href") and value]
        assert tag != "script"

    def handle_data(self, data):
        self.text.append(data)


def test_report__is_one_file_that_asks_nobody_for_anything(store, workspace):
    page = report(store, workspace, 1)
    reader = _Links()
    reader.feed(page)
    assert reader.sources and all(source.startswith(("data:", "#")) for source in reader.sources)
    assert not re.search(r"@import|url\((?!['\"]?#)", page)
    said = " ".join(reader.text)
    for expected in ("drums & <harps>", "3 of 4 instances", "harp", "Accepted", "Seed 5", "The tail"):
        assert expected in said
    assert "<harps>" not in page  # names are text, never markup


def test_report__is_the_same_every_time(store, workspace):
    assert report(store, workspace, 1) == report(store, workspace, 1)


def test_report__works_before_any_index(workspace):
    store = Store.memory()
    fill(store, RAW)
    assert "4 of 4 instances" in report(store, workspace, 1)


def test_card__what_was_measured_is_said_and_otherwise_that_nothing_was(store, workspace, tmp_path):
    export(store, workspace, 1, out=tmp_path / "plain")
    export(store, workspace, 1, out=tmp_path / "proved", measured="measured with a probe: +3.9 points: helps.")
    plain, proved = ((tmp_path / name / "README.md").read_text() for name in ("plain", "proved"))
    assert "No model was trained on this dataset." in plain and "## Measured" not in plain
    assert "## Measured\n\nMeasured with a probe: +3.9 points: helps." in proved
    assert "No model was trained on this dataset." not in proved
