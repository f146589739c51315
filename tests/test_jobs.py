"""Long work in the app: progress, cancelling, faults, and rows left by a process that died."""

from dataclasses import dataclass

import pytest

from adr.errors import AdrError
from adr.jobs import Jobs
from adr.store import Store


@dataclass(frozen=True)
class CountReport:
    counted: int


def test_start__done_with_its_outcome():
    jobs = Jobs(Store.memory())

    def work(progress):
        for done in range(5):
            progress(done, 5, "counting")
        return CountReport(5)

    job = jobs.start("count", "Counting", work)
    job.thread.join(10)
    assert (job.state, job.outcome, job.done, job.total) == ("done", CountReport(5), 4, 5)
    assert jobs.store.row("select state, outcome from job") == ("done", '{"counted": 5}')


def test_cancel__stops_at_the_next_progress():
    jobs = Jobs(Store.memory())

    def work(progress):
        done = 0
        while True:
            progress(done, None, "for ever")
            done += 1

    job = jobs.start("count", "Counting", work)
    job.cancel()
    job.thread.join(10)
    assert job.state == "cancelled"


def test_fault__an_adr_error_keeps_its_sentence():
    jobs = Jobs(Store.memory())

    def work(progress):
        raise AdrError("The disk is full.", "Free some space.")

    job = jobs.start("count", "Counting", work)
    job.thread.join(10)
    assert (job.state, job.error.sentence, job.error.next_step) == ("failed", "The disk is full.", "Free some space.")


def test_start__one_of_a_kind_at_a_time():
    jobs = Jobs(Store.memory())

    def work(progress):
        while True:
            progress(0, None, "")

    job = jobs.start("count", "Counting", work)
    with pytest.raises(AdrError, match="already running"):
        jobs.start("count", "Counting again", work)
    job.cancel()
    job.thread.join(10)


def test_open__a_row_left_running_is_interrupted():
    store = Store.memory()
    store.execute("insert into job (job, kind, title, state) values (1, 'index', 'Index', 'running')")
    Jobs(store)
    assert store.value("select state from job") == "interrupted"
