"""What is settled of a plan is remembered, whether its files lie in folders of 1,000 slots or all in one."""

import os
import time

import pytest

from adr.errors import AdrError
from adr.synthesize import settled as settled_module
from adr.synthesize.plan_file import DamagedSlot, PlanFolder, PlanSettings, Slot
from adr.synthesize.plan_lines import PlanLines
from adr.synthesize.settled import SettledSlots, settled_of


def planned(folder, count, per_slot=1):
    """A plan of `count` slots for an accordion."""
    plan = PlanFolder(folder)
    slots = [Slot(i, 2, "accordion", "object", ("accordion",), (2,), "a photo of an accordion") for i in range(count)]
    plan.write(PlanSettings(plan=1, run=1, seed=5, budget=count, per_slot=per_slot, scorer="none"), slots, ["cat"])
    return plan


def flat(plan):
    """The plan as a version wrote it that had no folders of 1,000 slots."""
    for place in plan.places():
        place.rmdir()
    return PlanFolder(plan.folder)


def touch(*paths):
    """Write files whose folders look as if they had last changed a minute ago."""
    for path in paths:
        path.write_text("{}")
        minute_ago = time.time() - 60
        os.utime(path.parent, (minute_ago, minute_ago))


def test_place__a_thousand_slots_a_folder(tmp_path):
    plan = planned(tmp_path, 1500)
    assert plan.places() == [tmp_path / "made" / "00000", tmp_path / "made" / "00001"]
    assert plan.image(999, 1) == tmp_path / "made" / "00000" / "00999-1.png"
    assert plan.sidecar(1000, 0) == tmp_path / "made" / "00001" / "01000-0.json"


@pytest.mark.parametrize("layout", ["folders", "flat"])
def test_finished__in_either_layout(tmp_path, layout):
    plan = planned(tmp_path, 1500)
    plan = flat(plan) if layout == "flat" else plan
    touch(plan.sidecar(1200, 0), plan.sidecar(3, 0), plan.failure(4, 0), plan.failure(3, 0))
    assert list(plan.finished()) == [(3, 0), (1200, 0)]
    assert list(plan.failures()) == [(4, 0)]
    found = settled_of(plan)
    assert (found.finished, found.failed, list(found.failures())) == (2, 1, [(4, 0)])
    assert [found.slot(number) for number in (3, 4, 5, 1200, 1201)] == [True, True, False, True, False]


def test_look__says_what_is_new(tmp_path):
    plan = planned(tmp_path, 3, per_slot=2)
    found = SettledSlots(plan, 3, 2)
    touch(plan.sidecar(0, 1), plan.failure(1, 0))
    assert found.look() == [(0, 1)]
    assert found.look() == []
    (plan.place(1) / "00001-0.json").write_text("{}")  # made after all
    (plan.place(1) / "00007-0.json").write_text("{}")  # no slot of this plan
    assert found.look() == [(1, 0)]
    assert (found.finished, found.failed) == (2, 0)


def test_look__a_folder_that_is_finished_or_unchanged_is_not_listed_again(tmp_path, monkeypatch):
    plan = planned(tmp_path, 1002)
    touch(*(plan.sidecar(number, 0) for number in range(1001)))
    listed = []
    inner = settled_module.names_in
    monkeypatch.setattr(settled_module, "names_in", lambda folder: listed.append(folder.name) or inner(folder))
    found = SettledSlots(plan, 1002, 1)
    assert len(found.look()) == 1001 and listed == ["00000", "00001"]
    assert found.look() == [] and listed == ["00000", "00001"]
    plan.sidecar(1001, 0).write_text("{}")
    assert found.look() == [(1001, 0)] and listed == ["00000", "00001", "00001"]
    os.utime(plan.place(0))  # the first 1,000 are finished, whatever happens to their folder
    assert found.look() == [] and listed == ["00000", "00001", "00001"]


def test_slot__is_looked_up_again_after_two_seconds(tmp_path, monkeypatch):
    plan = planned(tmp_path, 2)
    found = SettledSlots(plan, 2, 1)
    monkeypatch.setattr(settled_module, "FRESH_SECONDS", 3600.0)  # the machine may be busy for two
    assert not found.slot(0)
    touch(plan.sidecar(0, 0))
    assert not found.slot(0)
    monkeypatch.setattr(settled_module, "FRESH_SECONDS", 0.0)
    assert found.slot(0)


def test_plan_lines__one_is_read_when_it_is_wanted(tmp_path):
    plan = planned(tmp_path, 3)
    path = tmp_path / "plan.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"{broken\n" + lines[2].rstrip(b"\n"))
    found = PlanLines(plan)
    assert len(found) == 3
    assert found.slot(2) == list(plan.lines())[2] and found.slot(2).slot == 2
    assert isinstance(found.slot(1), DamagedSlot) and "line 2 of plan.jsonl" in found.slot(1).detail


def test_plan_lines__without_a_plan(tmp_path):
    with pytest.raises(AdrError, match="cannot be read"):
        PlanLines(PlanFolder(tmp_path))
