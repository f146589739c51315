"""Claims of workers of other machines: compared by the clock of their file system, waited for while they are silent."""

import json
import os
import socket
import threading
import time

import pytest

from adr.synthesize import claims
from adr.synthesize.claims import SILENT_SECONDS, others_have_ended, stale


def claim(folder, slot: int, silent: float = 0.0, host: str = "node-b"):
    """A claim of a worker of `host` that touched it `silent` seconds ago."""
    path = folder / f"{slot:05d}"
    path.write_text(json.dumps({"pid": 4242, "host": host}))
    os.utime(path, (time.time() - silent, time.time() - silent))
    return path


def test_stale__a_worker_of_another_machine_after_two_minutes(tmp_path):
    assert not stale(claim(tmp_path, 1, SILENT_SECONDS - 20))
    assert stale(claim(tmp_path, 2, SILENT_SECONDS + 1))


@pytest.mark.parametrize("wrong_by", [-3600.0, 3600.0])
def test_stale__whatever_the_time_on_this_machine(tmp_path, monkeypatch, wrong_by):
    """The clock here is an hour off; the claims were touched by that of the file system."""
    fresh, silent = claim(tmp_path, 1, 5), claim(tmp_path, 2, SILENT_SECONDS + 5)
    real = time.time
    monkeypatch.setattr(time, "time", lambda: real() + wrong_by)
    assert (stale(fresh), stale(silent)) == (False, True)


def test_stale__a_claim_that_cannot_be_read(tmp_path):
    path = claim(tmp_path, 1)
    path.write_text("[")
    assert not stale(path)
    os.utime(path, (0, 0))
    assert stale(path)


def test_others_have_ended__nobody_is_there(tmp_path):
    assert others_have_ended(tmp_path)


def test_others_have_ended__a_node_that_died_is_waited_for_until_its_claim_is_stale(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "_OTHERS_SECONDS", 0.2)
    began = time.monotonic()
    path = claim(tmp_path, 1, SILENT_SECONDS - 1.5)
    assert others_have_ended(tmp_path) and stale(path)
    assert time.monotonic() - began > 1.0


def test_others_have_ended__a_node_that_works_is_not_waited_for(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "_OTHERS_SECONDS", 1.0)
    path, over = claim(tmp_path, 1), threading.Event()

    def beat() -> None:
        while not over.wait(0.1):
            os.utime(path)

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    began = time.monotonic()
    assert not others_have_ended(tmp_path)
    assert time.monotonic() - began < SILENT_SECONDS / 2
    over.set()
    thread.join()


def test_others_have_ended__a_worker_of_this_machine_gets_a_little_time(tmp_path, monkeypatch):
    monkeypatch.setattr(claims, "_OTHERS_SECONDS", 0.3)
    path = claim(tmp_path, 1, host=socket.gethostname())
    path.write_text(json.dumps({"pid": os.getpid(), "host": socket.gethostname()}))
    assert not others_have_ended(tmp_path)
