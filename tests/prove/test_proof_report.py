"""The report of an experiment as one file, and the line for the card of an export."""

from html.parser import HTMLParser

import pytest
from PIL import Image

from adr.errors import AdrError
from adr.prove.measured import measured
from adr.prove.proof_report import html_page, write_report
from adr.prove.summary import summarize
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.hand import INSTANCES, POSTINGS, write_instances, write_postings
from tests.worlds.proof import write_proof

TAIL = {"tail": 0.25, "few": 0.25}


class Balanced(HTMLParser):
    """Counts what opens and closes, and what would be loaded."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag, attrs):
        self.loads += [value for name, value in attrs if name in ("src", "href")]
        if tag not in ("meta", "img", "br", "line", "circle"):
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_html_page__is_whole_and_loads_nothing(tmp_path):
    picture = tmp_path / "picture.png"
    Image.new("RGB", (32, 32), "teal").save(picture)
    write_proof(tmp_path / "1", gains={"refined_synthetic": TAIL}, pictures=[picture])
    page = html_page(summarize(tmp_path / "1"))
    parser = Balanced()
    parser.feed(page)
    assert parser.open == [] and len(parser.loads) == 20
    assert all(link.startswith("data:image/png") for link in parser.loads)
    assert page.count("<svg") == 4 and "about 4 of 5 such decisions carry over" in page
    assert "Refined + synthetic against original at the tail: +" in page


def test_html_page__a_gate_that_is_not_passed_compares_nothing(tmp_path):
    write_proof(tmp_path, gains={"refined_synthetic": TAIL}, gate=False)
    page = html_page(summarize(tmp_path))
    assert "The model has not learned enough. Nothing is compared." in page
    assert "<svg" not in page and "helps." not in page


def test_html_page__names_of_the_data_are_text(tmp_path):
    told = write_proof(tmp_path)
    found = summarize(tmp_path)
    told |= {"recipe": "<script>alert(1)</script>"}
    page = html_page(type(found)(**{**vars(found), "design": told}))
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_write_report__beside_the_experiment(tmp_path):
    write_proof(tmp_path)
    assert write_report(tmp_path, summarize(tmp_path)) == tmp_path / "report.html"
    assert (tmp_path / "report.html").read_text(encoding="utf-8").endswith("</html>\n")


@pytest.fixture
def proved(tmp_path):
    """A store with one run that keeps everything, and an experiment on it."""
    workspace, store = Workspace.at(tmp_path), Store.memory()
    write_instances(store, INSTANCES, missing={4})
    write_postings(store, POSTINGS)
    rebalance(store, Recipe(name="all", min_passes=0))
    write_proof(workspace.proofs / "1", gains={"refined_synthetic": TAIL})
    store.execute("insert into proof (proof, run) values (1, 1)")
    yield store, workspace
    store.close()


def test_measured__the_newest_experiment_that_is_as_designed(proved):
    said = measured(*proved, 1)
    assert said.startswith("measured with a probe: Refined + synthetic against original at the tail: +")
    assert measured(*proved, 2) == ""


def test_measured__an_experiment_that_is_not_as_designed_says_nothing(proved):
    store, workspace = proved
    design = workspace.proofs / "1" / "design.json"
    design.write_text(design.read_text().replace('"steps": 800', '"steps": 900'))
    assert measured(store, workspace, 1) == ""


@pytest.mark.parametrize("file", ["items.parquet", "trials/refined-1-1-steps.json", "gate.json"])
def test_measured__damaged_results_stop_no_export(file, proved):
    store, workspace = proved
    (workspace.proofs / "1" / file).write_bytes(b"{")
    with pytest.raises(AdrError, match="is missing or damaged"):
        summarize(workspace.proofs / "1")
    assert measured(store, workspace, 1) == ""
