"""Every writing stage is killed in its middle: nothing is half done, and the same command goes on.

The long form, of many more kills, is `make faults`.
"""

import pytest

from tests.faults.harness import Harness, stages

STAGES = (
    *("ingest", "ingest --replace", "index", "index again", "rebalance", "plan", "generate", "collect", "review"),
    *("verdicts import", "export", "export --replace"),
)
# One moment per stage here, of another kind from stage to stage.
KINDS = ("statements", "files", "time", "bytes")


@pytest.mark.parametrize("name", STAGES)
def test_killed__nothing_is_half_done_and_the_same_command_goes_on(name: str, harness: Harness) -> None:
    stage = next(stage for stage in stages(harness.world) if stage.name == name)
    kinds = [kind for kind in KINDS if kind in stage.kinds]
    trial = harness.kill(stage, kinds[STAGES.index(name) % len(kinds)])
    assert trial.faults == [] and trial.signal, trial.moment


def test_killed__a_half_written_workspace_is_seen(harness: Harness) -> None:
    """The invariants fail when they should: a decision, a posting and a candidate's picture are taken away."""
    from contextlib import closing

    from adr.store import Store
    from tests.faults.invariants import broken

    harness.world.restore("exported")
    folder = harness.world.workspace
    assert broken(folder) == []
    with closing(Store(folder / "adr.duckdb")) as store:
        store.execute("delete from decision where instance = 3")
        store.execute("delete from posting where instance = 3")
        store.execute("delete from instance where instance = 4")
        store.execute("delete from slot where slot = 0")
        store.execute("update imported_verdict set mark = 'other'")
        store.execute("delete from verdict where candidate = 'p1-00001-0'")
        store.execute("delete from candidate where candidate = 'p1-00002-0'")
    next((folder / "images").glob("*.png")).write_bytes(b"other")
    next((folder / "plans" / "1" / "made").rglob("*.png")).write_bytes(b"other")
    (folder / "exports" / "refined" / "README.md").write_bytes(b"other")
    seen = {fault.split(":")[0] for fault in broken(folder)}
    assert seen == {
        *("counts_agree", "index_is_whole", "runs_are_whole", "plans_are_whole", "made_is_whole"),
        *("candidates_are_whole", "verdicts_are_whole", "exports_are_whole"),
    }
