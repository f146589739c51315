"""Long work in the app: progress, cancelling, faults, and rows left by a process that died."""

from dataclasses import dataclass

import pytest

from adr.errors import AdrError
from adr.jobs import Jobs
from adr.progress import Cancelled, silent
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
    job.thread.join(120)
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
    job.thread.join(120)
    assert job.state == "cancelled"


def test_fault__an_adr_error_keeps_its_sentence():
    jobs = Jobs(Store.memory())

    def work(progress):
        raise AdrError("The disk is full.", "Free some space.")

    job = jobs.start("count", "Counting", work)
    job.thread.join(120)
    assert (job.state, job.error.sentence, job.error.next_step) == ("failed", "The disk is full.", "Free some space.")


def test_run__in_this_thread_and_heard_by_the_caller():
    jobs, heard = Jobs(Store.memory()), []

    def work(progress):
        progress(1, 2, "counting")
        return CountReport(2)

    assert jobs.run("count", "Counting", work, lambda *told: heard.append(told)) == CountReport(2)
    assert heard == [(1, 2, "counting")] and jobs.begun == 1
    assert jobs.store.row("select kind, state from job") == ("count", "done")


def test_run__a_fault_and_a_cancel_are_raised_again():
    jobs = Jobs(Store.memory())

    def fails(progress):
        raise AdrError("The disk is full.", "Free some space.")

    def cancelled_by_a_page(progress):
        jobs.running("count")[0].cancel()
        progress(0, None, "counting")

    with pytest.raises(AdrError, match="disk is full"):
        jobs.run("count", "Counting", fails, silent)
    with pytest.raises(Cancelled):
        jobs.run("count", "Counting", cancelled_by_a_page, silent)
    assert jobs.store.rows("select state from job order by job") == [("failed",), ("cancelled",)]


def test_start__one_of_a_kind_at_a_time():
    jobs = Jobs(Store.memory())

    def work(progress):
        while True:
            progress(0, None, "")

    job = jobs.start("count", "Counting", work)
    with pytest.raises(AdrError, match="already running"):
        jobs.start("count", "Counting again", work)
    job.cancel()
    job.thread.join(120)


def test_open__a_row_left_running_is_interrupted():
    store = Store.memory()
    store.execute("insert into job (job, kind, title, state) values (1, 'index', 'Index', 'running')")
    Jobs(store)
    assert store.value("select state from job") == "interrupted"
