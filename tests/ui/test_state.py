"""What a page remembers of a session."""

from streamlit.testing.v1 import AppTest


def counting() -> None:
    """A page that counts its runs and remembers a text of each."""
    from dataclasses import dataclass, field

    import streamlit as st

    from adr.ui.parts.state import remembered

    @dataclass
    class CountingState:
        runs: int = 0
        told: list[str] = field(default_factory=list)

    state = remembered(CountingState)
    state.runs += 1
    state.told.append(f"run {state.runs}")
    st.write(", ".join(remembered(CountingState).told))


def test_remembered__one_for_each_session():
    at = AppTest.from_function(counting).run()
    assert at.markdown[0].value == "run 1"
    assert at.run().markdown[0].value == "run 1, run 2"
    assert at.session_state["CountingState"].runs == 2
    assert AppTest.from_function(counting).run().markdown[0].value == "run 1"
