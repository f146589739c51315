"""Copies inside the source, as clusters and as perspectives; literal rows, clusters written out."""

from pathlib import Path

import pytest

from adr.embed.copies import ClustersOfKind, copies, copies_report
from adr.errors import AdrError
from adr.index.index import index
from adr.index.perspectives.change import change_perspectives
from adr.rebalance.engine import Engine
from adr.rebalance.explain import explain
from adr.rebalance.runs import kept_instances, rebalance, same_run
from adr.recipe import Recipe
from adr.store import Store
from tests.worlds.hand import write_instances

# position → (pictures, question, answer); b.png has the bytes of a.png, c.png those of another picture of the same size
ROWS = [
    (["a.png"], "<image>\nWhat is on the sofa?", "A cat."),
    (["b.png"], "what is  on the SOFA?\n<image>", "a cat."),  # the copy of 0: only case, blanks and marker differ
    (["a.png"], "Which colour is the cat?", "It is black."),  # another question about the picture of 0
    (["c.png"], "<image>\nWhat is on the sofa?", "A cat."),  # the question of 0 about another picture
    ([], "What is on the sofa?", "A cat."),  # the same without a picture
    ([], "What is on the sofa?", "A cat."),  # the copy of 4
    (["a.png", "c.png"], "<image> <image> Which is older?", "The first."),
    (["c.png", "a.png"], "<image> <image> Which is older?", "The first."),  # the other way round: no copy of 6
    (["b.png", "c.png"], "<image> <image> Which is older?", "The first."),  # the copy of 6
    (["gone.png"], "What is that?", "A horse."),
    (["gone.png"], "What is that?", "A horse."),  # the copy of 9, by the path of its picture
    (["a.png"], "<image>", " "),  # no words: no conversation that could be the same
    (["a.png"], "<image>", ""),
]
CLUSTERS = {
    "picture": {0: [0, 1, 2, 11, 12], 6: [6, 8], 9: [9, 10]},
    "text": {0: [0, 1, 3, 4, 5], 6: [6, 7, 8], 9: [9, 10]},
    "copy": {0: [0, 1], 4: [4, 5], 6: [6, 8], 9: [9, 10]},
}
KEEP_ALL = {"seed": 3, "min_passes": 0}


@pytest.fixture
def store(tmp_path: Path) -> Store:
    for name, data in {"a.png": b"one picture", "b.png": b"one picture", "c.png": b"two picture"}.items():
        (tmp_path / name).write_bytes(data)
    made = Store.memory()
    rows = {n: ("1", names, [("human", asked), ("gpt", told)]) for n, (names, asked, told) in enumerate(ROWS)}
    write_instances(made, rows, images=tmp_path)
    return made


def clusters(store: Store, kind: str) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for cluster, instance in store.rows(
        "select cluster, instance from copy_cluster where kind = $1 order by instance", [kind]
    ):
        found.setdefault(cluster, []).append(instance)
    return found


def test_copies__three_kinds_kept_apart(store):
    report = copies(store)
    assert {kind: clusters(store, kind) for kind in CLUSTERS} == CLUSTERS
    assert report.kinds == {
        "picture": ClustersOfKind(clusters=3, instances=9, largest=5, beyond=6),
        "text": ClustersOfKind(clusters=3, instances=10, largest=5, beyond=7),
        "copy": ClustersOfKind(clusters=4, instances=8, largest=2, beyond=4),
    }
    assert (report.instances, report.pictures, report.unread_pictures) == (13, 4, 1)
    assert copies_report(store) == report


def test_copies__again_replaces_what_was_found(store):
    copies(store)
    store.execute("update instance set turns = [{'role': 'human', 'text': 'No.'}] where instance = 5")
    copies(store)
    assert clusters(store, "copy") == {0: [0, 1], 6: [6, 8], 9: [9, 10]}


def test_copies__a_video_tells_rows_apart(store):
    store.execute("update instance set videos = ['v.mp4'] where instance = 5")
    copies(store)
    assert 4 not in clusters(store, "copy") and clusters(store, "text") == CLUSTERS["text"]


def test_copies__roles_count(store):
    store.execute(
        "update instance set turns = [{'role': 'gpt', 'text': turns[1].text}, "
        "{'role': 'human', 'text': turns[2].text}] where instance = 10"
    )
    copies(store)
    assert 9 not in clusters(store, "text")


def test_copies__need_a_dataset():
    with pytest.raises(AdrError, match="no dataset"):
        copies(Store.memory())


def test_index__takes_the_clusters_in_as_perspectives(store):
    copies(store)
    index(store, perspectives=["copy"])
    change_perspectives(store, ["copy", "picture", "text"])
    for kind, expected in CLUSTERS.items():
        rows = store.rows(
            "select e.name, e.n, list(p.instance order by p.instance) from posting p join entity e using (entity) "
            "where p.perspective = perspective_number($1) group by all order by e.name",
            [kind],
        )
        assert rows == [(f"cluster {first}", len(members), members) for first, members in sorted(expected.items())]


def test_index__refuses_copies_that_nothing_has_looked_for(store):
    with pytest.raises(AdrError, match="looked for copies") as told:
        index(store, perspectives=["copy"])
    assert "adr copies" in told.value.next_step
    copies(store)
    store.execute("update source set ingested_at = (select made_at + interval 1 second from copies_made)")
    with pytest.raises(AdrError, match="looked for copies"):
        index(store, perspectives=["copy"])
    assert copies_report(store) is None


def test_change__reads_clusters_anew_when_asked(store):
    copies(store)
    index(store, perspectives=["copy", "source"])
    number = store.value("select perspective_number('copy')")
    store.execute("update instance set turns = [{'role': 'human', 'text': 'No.'}] where instance = 5")
    copies(store)
    change_perspectives(store, ["copy", "source"])
    assert store.value("select count(*) from posting where perspective = perspective_number('copy')") == 8
    changed = change_perspectives(store, ["copy", "source"], again=["copy"])
    assert store.value("select count(*) from posting where perspective = perspective_number('copy')") == 6
    assert changed.postings["copy"] == 6 and changed.postings["source"] == len(ROWS)
    assert store.value("select perspective_number('copy')") == number


def test_rebalance__one_of_each_cluster_of_copies(store):
    copies(store)
    index(store, perspectives=["copy"])
    recipe = Recipe(**KEEP_ALL, at_most_each={"copy": 1})
    report = rebalance(store, recipe)
    kept = set(kept_instances(store, report.run).tolist())
    assert [len(kept & set(members)) for members in CLUSTERS["copy"].values()] == [1, 1, 1, 1]
    assert kept >= {2, 3, 7, 11, 12} and len(kept) == 13 - 4
    (effect,) = report.caps_each
    assert (effect.entities, effect.over, effect.by_rule, effect.kept) == (4, 4, 8, 4)
    assert report.expected is None and same_run(store, recipe) == report.run
    dropped = next(n for n in (0, 1) if n not in kept)
    told = explain(store, report.run, dropped)
    assert told.reason == "over_cap" and [(c.entity, c.at_most, c.rank, c.of) for c in told.caps] == [
        ("cluster 0", 1, 2, 2)
    ]
    assert "“cluster 0” is capped at 1 and this is number 2 of 2" in told.in_words


def test_rebalance__two_of_each_drop_nothing_here(store):
    copies(store)
    index(store, perspectives=["copy"])
    preview = Engine(store).preview(Recipe(**KEEP_ALL, at_most_each={"copy": 2}))
    assert preview.size == 13 and not preview.caps_each[0].binds and preview.expected == 13
