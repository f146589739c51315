"""Progress where there is no terminal, and its words."""

from types import SimpleNamespace

import pytest

from adr.cli import progress
from adr.cli.progress import Pace, shown_progress


@pytest.mark.parametrize(
    ("done", "total", "seconds", "says"),
    [
        (1200, 60000, 1, "1,200 of 60,000"),  # too early for a rate
        (1200, 60000, 4, "1,200 of 60,000, 300 per s, 3 min left"),  # 58,800 at 300 per second: 196 s
        (10, 20, 40, "10 of 20, 4 s each, 40 s left"),
        (20, 20, 40, "20 of 20, 2 s each"),
        (500, None, 10, "500, 50 per s"),
        (0, 20, 40, "0 of 20"),
        (0, None, 40, ""),  # "Deciding" counts nothing
    ],
)
def test_pace__count_rate_and_time_left(done, total, seconds, says) -> None:
    assert Pace("Reading", 0, started=100.0).words(done, total, now=100.0 + seconds) == says


def test_pace__what_was_done_before_is_no_speed() -> None:
    assert Pace("making", 990, started=0.0).words(1000, 1010, now=10.0) == "1,000 of 1,010, 1 per s, 10 s left"


def test_lines__one_now_and_then(monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    """Calls at 0, 0.5, 2, 4, 6, 8 and 9.5 s: a new message is told a second after the last line, the same after five
    seconds."""
    moments = iter([0.0, 0.0, 0.5, 2.0, 4.0, 6.0, 8.0, 9.5])
    clock = SimpleNamespace(monotonic=lambda: next(moments))  # other threads of this process have their own
    monkeypatch.setattr(progress, "time", clock)
    with shown_progress() as shown:
        for done in range(6):
            shown(done, 10, "Reading \x1b[1m")
        shown(0, 10, "Writing")
    assert capsys.readouterr().err.splitlines() == [
        "Reading [1m 2 of 10, 1 per s, 8 s left",
        "Reading [1m 5 of 10, 1.6 s each, 8 s left",
        "Writing 0 of 10",
    ]


def test_quiet__nothing(capsys) -> None:
    with shown_progress(quiet=True) as shown:
        shown(1, 2, "Reading")
    assert capsys.readouterr().err == ""
