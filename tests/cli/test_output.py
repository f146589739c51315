"""How output is written: a terminal acts on nothing in a text, and the reader may stop at any time."""

import io
import json
import os
import pty
import shlex
import signal
import subprocess
import sys
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adr.cli import main, output
from adr.cli.blocks import facts, headline, note, sentence, table, verbatim
from adr.cli.clean import clean
from adr.cli.verbs import runs
from adr.store import Store
from adr.workspace import Workspace

ROOT = Path(__file__).resolve().parents[2]
NASTY = "[bold red]dog[/] :smile: \x1b[31mred\x1b[0m \x1b]0;title\x07\x9b5m a\tb\nc\u2028d \u202egnp \ud83d"
NICE = "[bold red]dog[/] :smile: [31mred[0m ]0;title5m a b c d gnp \N{REPLACEMENT CHARACTER}"


def drawn(*blocks, width: int = 200) -> str:
    return output.page_text(blocks, output.console_of(io.StringIO()))


@pytest.fixture(autouse=True)
def wide(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "200")


def test_clean__what_a_terminal_would_obey_goes_and_the_rest_stays() -> None:
    assert clean(NASTY) == NICE
    assert clean("Zürich 東京 é τ “x” 👩‍🎨 \u200fعربي") == "Zürich 東京 é τ “x” 👩‍🎨 \u200fعربي"


@given(st.text(st.characters(exclude_categories=())))
def test_clean__one_line_that_utf8_holds_and_cleaning_again_changes_nothing(text: str) -> None:
    cleaned = clean(text)
    assert len(cleaned.splitlines()) <= 1
    assert cleaned.encode().decode() == cleaned
    assert not any(ord(letter) < 32 or 127 <= ord(letter) < 160 for letter in cleaned)
    assert clean(cleaned) == cleaned


@pytest.mark.parametrize("block", [headline, sentence, note])
def test_blocks__a_text_is_no_markup(block) -> None:
    assert drawn(block(NASTY)) == f"{NICE}\n"


def test_blocks__cells_and_files_are_no_markup() -> None:
    assert NICE in drawn(table([NASTY.replace("\n", " ")], [["x"]]))
    assert NICE in drawn(table(["head"], [[NASTY]]))
    assert drawn(facts([("name", NASTY)])) == f"name  {NICE}\n"
    assert drawn(verbatim("a = '[/b]'\n\x1bb = 2\n")) == "a = '[/b]'\nb = 2\n"


def test_table__narrower_than_its_numbers_hides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    said = drawn(table(["name", "one", "two", "three"], [["accordion", "1,234,567", "100.0 %", "2,345,678"]]))
    assert "accordion   1,234,567   100.0 %   2,345,678" in said


def test_page__a_blank_line_around_a_table_and_no_two_of_them() -> None:
    assert drawn(sentence("a"), sentence("b"), table(["n"], [["1"]]), sentence(""), sentence("c")) == (
        "a\nb\n\nn\n─\n1\n\nc\n"
    )


@dataclass(frozen=True)
class Named:
    """A report with a text."""

    name: str


class Latin(io.StringIO):
    """A stream whose encoding lacks some letters."""

    encoding = "ascii"


def test_json__letters_that_the_stream_cannot_write_are_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Latin())
    output.say_json(Named("τ “x”"))
    assert sys.stdout.getvalue().isascii() and json.loads(sys.stdout.getvalue()) == {"name": "τ “x”"}


def test_page__on_a_stream_of_few_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Latin())
    output.say_page([sentence("τ = 3"), table(["n"], [["1"]])])
    assert sys.stdout.getvalue() == "? = 3\n\nn\n-\n1\n"


def test_error__a_path_with_escapes_is_told_clean(tmp_path, capsys) -> None:
    assert main(["ingest", "\x1b[31mred.json", "-w", str(tmp_path / "w"), "--quiet"]) == 1
    told = capsys.readouterr().err
    assert "[31mred.json" in told and "\x1b" not in told


def environment(**more: str) -> dict[str, str]:
    own = ("NO_COLOR", "FORCE_COLOR", "COLUMNS", "PYTHONUNBUFFERED")
    return {name: value for name, value in os.environ.items() if name not in own} | more


def through(command: str, *arguments: str, both: bool = False) -> subprocess.CompletedProcess[str]:
    """`adr ARGUMENTS | COMMAND` in a shell; what is printed, and the exit status of adr in the last line.

    both: standard error goes into the pipe as well.
    """
    asked = shlex.join([sys.executable, "-m", "adr", *arguments]) + (" 2>&1" if both else "")
    return subprocess.run(
        ["bash", "-c", f"{asked} | {command}; echo ${{PIPESTATUS[0]}}"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment(),
    )


@pytest.mark.parametrize("arguments", [["--help"], ["doctor", "--json"], ["doctor"], ["index", "--help"]])
def test_pipe__closed_before_anything_is_read(arguments, tmp_path) -> None:
    """The reader has gone when the verb prints: no traceback, and the status that a shell gives for SIGPIPE."""
    asked = arguments if "--help" in arguments else [*arguments, "-w", str(tmp_path)]
    done = through("(exec 0<&-)", *asked)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] in ("0", "141")


@pytest.fixture(scope="module")
def many(tmp_path_factory) -> Path:
    """A workspace with one instance and 4,000 entities: more than a pipe holds."""
    workspace = Workspace.at(tmp_path_factory.mktemp("many"))
    with closing(Store(workspace.database)) as store:
        store.execute("insert into instance (instance, images) values (0, [])")
        store.execute(
            "insert into entity (entity, perspective, name, n) "
            "select i, 1, 'thing ' || repeat('x', 60) || i, 1 from range(4000) r(i)"
        )
    return workspace.folder


def test_pipe__head_has_its_line_and_nobody_complains(many) -> None:
    done = through("head -n 1", "curve", "--perspective", "object", "--top", "4000", "-w", str(many))
    assert done.stderr == ""
    assert done.stdout.splitlines() == ["object: 4,000 entities in 1 instance, 4,000 postings.", "141"]


def test_pipe__json_cut_off(many) -> None:
    done = through("head -c 20", "curve", "--perspective", "object", "--top", "4000", "-w", str(many), "--json")
    assert (done.stderr, done.stdout) == ("", '{"perspective": "obj141\n')


def test_pipe__an_error_that_nobody_reads(tmp_path) -> None:
    """Standard error is closed as well: the sentence is lost, and there is no traceback."""
    done = through("(exec 0<&-)", "curve", "--perspective", "object", "-w", str(tmp_path / "none"), both=True)
    assert (done.stderr, done.stdout) == ("", "141\n")


def on_a_terminal(*arguments: str, **more: str) -> str:
    """What a verb prints on a terminal, progress and page together."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "adr", *arguments],
        cwd=ROOT,
        stdout=theirs,
        stderr=theirs,
        env=environment(TERM="xterm-256color", **more),
    )
    os.close(theirs)
    said = b""
    while True:
        try:
            more_said = os.read(ours, 1 << 16)
        except OSError:  # the other end is closed
            break
        if not more_said:
            break
        said += more_said
    os.close(ours)
    assert process.wait(timeout=300) == 0
    return said.decode()


def test_terminal__a_bar_with_a_count_and_a_page_in_bold(tmp_path) -> None:
    said = on_a_terminal("demo", "--instances", "40", "-w", str(tmp_path))
    assert "Drawing the demo world" in said and "━" in said and " of 40" in said
    assert "\x1b[1m40 instances read from demo.json; nothing set aside.\x1b[0m" in said


def test_terminal__no_color_means_no_colour(tmp_path) -> None:
    """Codes 30 to 49 and 90 to 107 are colours; bold and dim are not."""
    said = on_a_terminal("demo", "--instances", "40", "-w", str(tmp_path), NO_COLOR="1")
    codes = {code for part in said.split("\x1b[")[1:] if "m" in part for code in part.split("m")[0].split(";")}
    assert not {code for code in codes if code.isdigit() and 30 <= int(code) <= 107}
    assert "40 instances read" in said


def test_no_terminal__no_escape_at_all(tmp_path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adr", "demo", "--instances", "40", "-w", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=300,
        env=environment(TERM="xterm-256color"),
    )
    assert done.returncode == 0 and "40 instances read" in done.stdout
    assert "\x1b" not in done.stdout + done.stderr and "\r" not in done.stdout + done.stderr


def test_interrupt__a_sentence_and_what_was_there_stays(tmp_path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "adr", "demo", "--instances", "3000", "-w", str(tmp_path)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=environment(),
    )
    while not list(tmp_path.glob("*demo.new*")) and process.poll() is None:
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    out, said = process.communicate(timeout=300)
    assert (process.returncode, out) == (1, "")
    assert said.splitlines()[-1] == "Stopped. Finished work is kept; the same command continues from there."
    assert "Traceback" not in said and not (tmp_path / "demo").exists()


def test_report__is_alone_on_standard_output(small_workspace, monkeypatch, capsys):
    """What a package prints while a verb works goes to standard error."""
    act = runs.act

    def prints(options, progress):
        sys.stdout.write("a machine was lost\n")
        return act(options, progress)

    monkeypatch.setattr(runs, "act", prints)
    assert main(["runs", "-w", str(small_workspace.folder), "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out) == {"runs": []}
    assert "a machine was lost" in said.err
