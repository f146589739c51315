"""Features of conversations: what is read of each, a process that goes on where it stopped, and which are near."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.embed.map import make_map, map_report
from adr.embed.near_conversations import near_conversations
from adr.embed.read_conversations import conversation_features, read_conversations
from adr.embed.text_embedding import embed_texts, shortened
from adr.embed.text_folder import SaidText, TextFolder
from adr.errors import AdrError
from adr.progress import Cancelled
from adr.store import Store
from adr.workspace import Workspace
from tests.worlds.hand import INSTANCES, write_instances

MODEL = "assets/models/starter-clip"
# Number 1 begins with the assistant, 2 has a system turn and two questions, 3 says what 0 says, 4 says nothing.
TALKS = {
    0: ("0", ["a.png"], [("human", "<image>\nWhat  is it?"), ("gpt", "A dog.")]),
    1: ("1", [], [("gpt", "Hello."), ("human", "Why?"), ("gpt", "Because.")]),
    2: ("2", [], [("system", "Be kind."), ("human", "Who?"), ("gpt", "She."), ("human", "When?"), ("gpt", "Now.")]),
    3: ("3", ["b.png"], [("human", "What is it?\n<image>"), ("gpt", "A dog.")]),
    4: ("4", ["c.png"], [("human", "<image>\n")]),
}


class Lengths:
    """Reads a text as (characters, 1), of length 1. read: all it has read."""

    tokens = 6

    def __init__(self) -> None:
        self.read: list[str] = []

    def __call__(self, texts):
        self.read += texts
        found = np.array([[len(text), 1] for text in texts], np.float32)
        return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


def texts(*stamps: str) -> list[SaidText]:
    return [SaidText(stamp * 24, "one two three four", f"says {stamp}") for stamp in stamps]


@pytest.fixture
def workspace(tmp_path) -> Workspace:
    return Workspace.at(tmp_path / "w")


def store_of(workspace: Workspace, talks) -> Store:
    store = Store(workspace.database)
    write_instances(store, talks)
    return store


def test_shortened__of_a_long_question_the_first_words():
    text = SaidText("", "one two three four five", "the answer")
    assert shortened(text, 9) == "one two three the answer"
    assert shortened(text, 77) == "one two three four five the answer"
    assert shortened(SaidText("", "one two three", ""), 3) == "one two three"
    assert shortened(SaidText("", "", "Hello."), 77) == "Hello."


@given(st.text("ab ", max_size=40), st.text("ab ", min_size=1, max_size=40), st.integers(3, 100))
def test_shortened__all_that_follows_is_there(question: str, rest: str, tokens: int):
    found = shortened(SaidText("", question, rest), tokens)
    assert found.endswith(rest.strip()) and len(found.split()) <= tokens // 3 + len(rest.split())


def test_embed_texts__goes_on_where_it_stopped(tmp_path):
    folder, model, told = TextFolder(tmp_path, "m"), Lengths(), []
    folder.ask([texts("a", "b"), texts("c")])
    embed_texts(folder, lambda: model, told.append)
    folder.ask([texts("b", "d")])
    embed_texts(folder, lambda: model, told.append)
    assert model.read == ["one two says a", "one two says b", "one two says c", "one two says d"]
    assert [(event["done"], event["total"]) for event in told] == [(0, 3), (3, 3), (1, 2), (2, 2)]
    assert told[1]["rate"] > 0
    assert folder.known() == {letter * 24 for letter in "abcd"}


def test_known__a_damaged_block_is_read_again(tmp_path):
    folder = TextFolder(tmp_path, "m")
    folder.ask([texts("a")])
    embed_texts(folder, Lengths, lambda event: None)
    (folder.folder / "000000.npz").write_bytes(b"cut off")
    assert folder.known() == set()


def test_read_conversations__each_text_once(workspace):
    store = store_of(workspace, TALKS)
    report = read_conversations(store, workspace, MODEL)
    assert (report.model, report.conversations, report.different) == ("starter-clip", 4, 3)
    assert (report.embedded, report.new, report.without, report.dimensions) == (3, 3, 1, 128)
    asked = [text for some in TextFolder.of(workspace.features, MODEL).asked(9) for text in some]
    assert [(text.question, text.rest) for text in asked] == [
        ("What is it?", "A dog."),
        ("", "Hello. Why? Because."),
        ("Who?", "She. When? Now."),
    ]
    found = conversation_features(store, workspace.features, MODEL)
    assert found.instances.tolist() == [0, 1, 2, 3] and found.vectors.dtype == np.float16
    assert found.rows[0] == found.rows[3] and len(set(found.rows.tolist())) == 3
    assert np.linalg.norm(found.vectors.astype(np.float32), axis=1) == pytest.approx([1, 1, 1], abs=1e-3)
    assert (found.row_of(2), found.row_of(4), found.row_of(9)) == (found.rows[2], None, None)


def test_read_conversations__again_reads_nothing(workspace):
    store = store_of(workspace, TALKS)
    read_conversations(store, workspace, MODEL)
    report = read_conversations(store, workspace, MODEL)
    assert (report.new, report.embedded, report.rate) == (0, 3, None)


def test_read_conversations__without_text(workspace):
    store = store_of(workspace, {4: TALKS[4]})
    with pytest.raises(AdrError, match="no conversation with a text"):
        read_conversations(store, workspace, MODEL)


def test_read_conversations__cancelled_goes_on_later(workspace):
    store = store_of(workspace, TALKS)

    def cancel(*_: object) -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        read_conversations(store, workspace, MODEL, progress=cancel)
    assert read_conversations(store, workspace, MODEL).embedded == 3


def test_conversation_features__of_other_sources_are_none(workspace):
    store = store_of(workspace, TALKS)
    read_conversations(store, workspace, MODEL)
    store.execute("update source set ingested_at = (now() at time zone 'UTC') + interval 1 second")
    with pytest.raises(AdrError) as error:
        conversation_features(store, workspace.features, MODEL)
    assert error.value.sentence == "starter-clip has not read the conversations of this dataset yet."
    assert "adr embed --of conversations" in error.value.next_step


def test_make_map__of_conversations_beside_that_of_pictures(workspace, monkeypatch):
    monkeypatch.setenv("ADR_SCORER_MODEL", MODEL)
    store = store_of(workspace, TALKS)
    store.execute("insert into map_place values (0, 5, 6, 'pictures')")
    read_conversations(store, workspace)
    report = make_map(store, workspace, shows="conversations")
    assert (report.shows, report.placed, report.instances, report.without) == ("conversations", 3, 4, 1)
    assert map_report(store, "conversations") == report and map_report(store) is None
    rows = store.rows("select instance, x, y from map_place where shows = 'conversations' order by instance")
    assert [row[0] for row in rows] == [0, 1, 2, 3]  # 1 and 2 are text only; 4 says nothing
    assert rows[0][1:] == rows[3][1:] and len({row[1:] for row in rows}) == 3
    assert store.rows("select instance, x, y from map_place where shows = 'pictures'") == [(0, 5, 6)]


def test_near_conversations__most_alike_first_and_each_text_once(workspace, monkeypatch):
    monkeypatch.setenv("ADR_SCORER_MODEL", MODEL)
    store = store_of(workspace, INSTANCES)
    with pytest.raises(AdrError, match="has not read the conversations"):
        near_conversations(store, workspace.features, 0)
    read_conversations(store, workspace)
    found = near_conversations(store, workspace.features, 0, 3)
    features = conversation_features(store, workspace.features, MODEL)
    own = features.vectors[features.row_of(0)].astype(np.float32)
    cosine = {n: float(features.vectors[features.row_of(n)].astype(np.float32) @ own) for n in range(1, 6)}
    assert [one.instance for one in found] == sorted(cosine, key=lambda n: -cosine[n])[:3]
    assert [one.cosine for one in found] == pytest.approx([cosine[one.instance] for one in found], abs=2e-3)
    with pytest.raises(AdrError, match="Instance 77 has no text"):
        near_conversations(store, workspace.features, 77)
