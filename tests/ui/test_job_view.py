"""Long work on a page: running, cancelled, failed, done."""

import threading
import time

from streamlit.testing.v1 import AppTest

from adr.ui import frame as frame_module
from tests.worlds.pages import drawn


def script(how):
    import threading

    import streamlit as st

    from adr.errors import AdrError
    from adr.ui.frame import frame
    from adr.ui.parts.job_view import job_view

    with frame("Overview") as here:
        if here.jobs.latest("test") is None:
            if how == "runs":
                stop = st.session_state["stop"] = threading.Event()

                def work(progress):
                    while not stop.wait(0.01):
                        progress(40, 200, "drawing")
            elif how == "fails":

                def work(progress):
                    raise AdrError("The disk is full.", "Make room, then start it again.")
            else:

                def work(progress):
                    progress(1, 1, "")
                    return 7

            job = here.jobs.start("test", "Drawing", work)
            if how != "runs":
                job.thread.join(120)
        shown = job_view(here.jobs, "test")
        st.caption(f"state {shown.state}, outcome {shown.outcome}")


def opened(how):
    return AppTest.from_function(script, default_timeout=180, args=(how,)).run()


def said(at):
    return " ".join(c.value for c in at.caption)


def test_job_view__running_shows_its_count_and_can_be_cancelled(empty_workspace):
    at = opened("runs")
    try:
        drawn(at, lambda: any("40 of 200" in str(e.proto) for e in at.get("progress")))
        assert any("40 of 200" in str(e.proto) and "Drawing" in str(e.proto) for e in at.get("progress"))
        next(b for b in at.button if b.label == "Cancel").click().run()
        drawn(at, lambda: "state cancelled" in said(at))
        assert not at.exception and "cancelled" in at.info[0].value
    finally:
        at.session_state["stop"].set()


def test_job_view__failed_tells_sentence_and_next_step(empty_workspace):
    at = opened("fails")
    assert not at.exception and at.error[0].value == "The disk is full."
    assert "Make room" in " ".join(m.value for m in at.markdown)


def test_job_view__done_gives_the_outcome(empty_workspace):
    assert "state done, outcome 7" in said(opened("done"))


def works_until():
    import streamlit as st

    from adr.ui.frame import frame

    with frame("Overview") as here:
        st.session_state.jobs = here.jobs
        if here.jobs.latest("test") is None:
            here.jobs.start("test", "Drawing", lambda progress, end=st.session_state.end: end.wait(120))


def test_frame__a_job_that_ends_while_the_page_is_drawn_is_news(empty_workspace, monkeypatch):
    """It ends just after the page has read the workspace: what the page would show is out of date."""
    read, readings, end = frame_module.standing, [], threading.Event()

    def ends_afterwards(store):
        told = read(store)
        readings.append(told)
        end.set()
        while at.session_state["jobs"].running():
            time.sleep(0.01)
        return told

    at = AppTest.from_function(works_until, default_timeout=180)
    at.session_state["end"] = end
    at.run()
    monkeypatch.setattr(frame_module, "standing", ends_afterwards)
    at.run()
    assert len(readings) == 2  # read again, since the job has ended
