"""Faults of the machine: each is a sentence and a next step, and the workspace is as it was before."""

import errno
import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from adr.cli import main
from adr.doctor import doctor
from adr.errors import AdrError
from adr.faults import meaning
from adr.jobs import Jobs
from adr.progress import Progress
from adr.store import Store
from adr.workspace import Workspace
from tests.conftest import ROOT
from tests.worlds.small_disk import on_small_disk


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(errno.ENOSPC, "No space left on device", "a.png"), "The disk is full: a.png could not be written."),
        (OSError(errno.EDQUOT, "Disk quota exceeded"), "The disk is full: a file could not be written."),
        (OSError(errno.EROFS, "Read-only file system", "a.png"), "a.png can only be read."),
        (OSError(errno.EIO, "Input/output error", "a.png"), "The disk reports a fault at a.png: Input/output error."),
        (AdrError("Mine.", "Do this."), "Mine."),
    ],
)
def test_meaning__of_errors_that_a_user_can_mend(error: Exception, says: str) -> None:
    said = meaning(error)
    assert said is not None and said.sentence == says and said.next_step


@pytest.mark.parametrize(
    "error", [ValueError("No space left on device"), OSError(errno.ENOENT, "No such file"), KeyError("a")]
)
def test_meaning__any_other_error_is_a_bug(error: Exception) -> None:
    assert meaning(error) is None


def test_store__a_full_disk_is_a_sentence_and_nothing_is_half_written(tmp_path: Path) -> None:
    printed = on_small_disk(
        tmp_path / "disk",
        24,
        """
        from adr.errors import AdrError
        from adr.jobs import Jobs
        from adr.store import Store
        store = Store(DISK / "adr.duckdb")
        store.execute("insert into rejected values (1, 'first', '', '')")
        store.checkpoint()
        for attempt in range(2):
            try:
                store.execute("insert into rejected select range, md5(range::varchar), '', '' from range(3000000)")
            except AdrError as error:
                print(error.sentence, "|", error.next_step)
        fill()
        try:
            store.execute("insert into rejected values (2, 'second', '', '')")
        except AdrError as error:
            print(error.sentence)
        print(store.rows("select position from rejected"))
        store.close()
        store = Store(DISK / "adr.duckdb")
        Jobs(store)
        print("opened", store.rows("select position from rejected"))
        store.close()
        free()
        """,
    )
    full, disk = "The disk is full: {} could not be written.", tmp_path / "disk"
    step = "Free some space, then do the same again; what was finished before is kept."
    assert printed.splitlines() == [
        *[f"{full.format(disk / 'adr.duckdb')} | {step}"] * 2,
        full.format(disk / "adr.duckdb.wal"),
        "[(1,)]",
        "opened [(1,)]",
    ]


def test_main__a_full_disk_is_a_sentence_in_every_writing_verb(tmp_path: Path) -> None:
    """demo and index fit; then no byte is free, and each verb says so in one line and loses nothing."""
    printed = on_small_disk(
        tmp_path / "disk",
        90,
        """
        import contextlib, io
        from adr.cli import main
        def verb(*words):
            said = io.StringIO()
            with contextlib.redirect_stderr(said), contextlib.redirect_stdout(io.StringIO()):
                status = main([words[0], "-w", str(DISK / "w"), "--quiet", *words[1:]])
            return status, said.getvalue()
        for words in (["demo", "--instances", "120"], ["index"], ["rebalance", "--recipe", "assets/recipes/demo.toml"],
                      ["plan", "--run", "1", "--budget", "4"]):
            status, said = verb(*words)
            assert status == 0, said
        fill()
        for words in (["demo", "--instances", "120", "--replace"],
                      ["ingest", str(DISK / "w/demo/demo.json"), "--replace"],
                      ["index", "--objects", "text"], ["rebalance", "--recipe", "assets/recipes/paper-llava-1.5.toml"],
                      ["plan", "--run", "1", "--budget", "5"], ["generate", "--plan", "1"],
                      ["verdicts", "export", str(DISK / "v.csv")],
                      ["export", "--run", "1", "--format", "llava", "--out", str(DISK / "out")]):
            status, said = verb(*words)
            print(words[0], status, said.count("\\n"), "is full" in said or "No space left" in said, said)
        print(*verb("curve", "--perspective", "object"))
        free()
        print(*verb("export", "--run", "1", "--format", "llava", "--out", str(DISK / "out")))
        """,
    )
    lines = [line for line in printed.splitlines() if line.strip()]
    for line in lines[:-2]:
        assert " 1 1 True" in line, printed  # exit status 1, one line, which says so
    assert [line.split()[0] for line in lines[:-2]] == [
        *("demo", "ingest", "index", "rebalance", "plan", "generate", "verdicts", "export")
    ]
    assert [line.strip() for line in lines[-2:]] == ["0", "0"]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """The folder of a workspace with 30,000 rejected rows."""
    with closing(Store(Workspace.at(tmp_path / "w").database)) as store:
        store.execute("insert into rejected select range, md5(range::varchar), '', '' from range(30000)")
    return tmp_path / "w"


VERBS = (
    *(["index"], ["curve", "--perspective", "object"], ["suggest"], ["exports"], ["runs"], ["plans"]),
    *(["explain", "--run", "1", "--instance", "1"], ["plan", "--run", "1"], ["generate", "--plan", "1"]),
    *(["collect", "--plan", "1"], ["candidates"], ["meters", "--plan", "1"], ["verdicts", "export", "v.csv"]),
    *(["export", "--run", "1", "--format", "llava", "--out", "o"], ["demo"], ["doctor"]),
)


@pytest.mark.parametrize("size", [0, 100, 9000, 300_000], ids="{} bytes".format)
def test_main__a_truncated_database_is_a_sentence_in_every_verb(
    size: int, whole: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(whole.parent)
    with (whole / "adr.duckdb").open("r+b") as file:
        file.truncate(size)
    for words in VERBS:
        assert main([words[0], "-w", str(whole), "--quiet", *words[1:]]) == 1, words
        said = capsys.readouterr()
        text = " ".join((said.err + said.out).split())  # a page wraps its lines
        assert "is damaged" in text and "Keep a copy of the file" in text, words
    assert (whole / "adr.duckdb").stat().st_size == size


def test_store__a_damaged_block_is_a_sentence_when_it_is_read(whole: Path) -> None:
    data = (whole / "adr.duckdb").read_bytes()
    (whole / "adr.duckdb").write_bytes(data[:12288] + bytes(byte ^ 0x55 for byte in data[12288:]))
    with pytest.raises(AdrError, match="damaged"), closing(Store(whole / "adr.duckdb")) as store:
        store.value("select max(reason) from rejected")


def test_store__read_only_is_for_looking(whole: Path) -> None:
    with closing(Store(whole / "adr.duckdb", read_only=True)) as store:
        assert store.value("select count(*) from rejected") == 30_000
        assert Jobs(store).running() == []
        store.checkpoint()
        with pytest.raises(AdrError, match="opened for reading only"):
            store.execute("delete from rejected")


def as_nobody(script: str) -> str:
    """What a script prints that runs in a process without the rights of root, if this one has them."""
    begin = """
        import os
        from adr.errors import AdrError
        from adr.jobs import Jobs
        from adr.store import Store
        from adr.workspace import Workspace
        Store.memory()
        if os.geteuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
    """
    program = textwrap.dedent(begin) + textwrap.dedent(script)
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.fixture
def of_another(whole: Path, tmp_path: Path) -> Iterator[Path]:
    """The workspace, in a folder that another user may enter but not change."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.name.startswith(("pytest-", "popen-", "test_")):
            folder.chmod(0o755)
    whole.chmod(0o555)
    (whole / "adr.duckdb").chmod(0o444)
    yield whole
    whole.chmod(0o755)


def test_store__a_workspace_that_may_not_be_written_opens_for_looking(of_another: Path) -> None:
    printed = as_nobody(f"""
        store = Store(Workspace.at({str(of_another)!r}, create=False).database)
        Jobs(store)
        print(store.value("select count(*) from rejected"))
        print(store.value("select count(distinct reason) from (from rejected order by reason)"))
        try:
            store.execute("delete from rejected")
        except AdrError as error:
            print(error.sentence)
    """)
    assert printed.splitlines() == ["30000", "30000", f"The workspace {of_another} is opened for reading only."]


@pytest.mark.parametrize(
    ("file", "folder", "says"),
    [(0o000, 0o755, "no permission to open the workspace database"), (0o644, 0o700, "no permission to look into")],
)
def test_store__a_missing_permission_is_not_called_damage(file: int, folder: int, says: str, of_another: Path) -> None:
    (of_another / "adr.duckdb").chmod(file)
    of_another.chmod(folder)
    if os.geteuid() != 0 and folder == 0o700:
        of_another.chmod(0o000)
    printed = as_nobody(f"""
        try:
            Store(Workspace.at({str(of_another)!r}, create=False).database)
        except AdrError as error:
            print(error)
    """)
    assert says in printed and "damage" not in printed


def test_store__an_interrupt_inside_a_query_is_an_interrupt(request: pytest.FixtureRequest) -> None:
    """Ctrl-C, 0.5 s into a query that would take hours."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where the tests run in the background
    request.addfinalizer(lambda: signal.signal(signal.SIGINT, before))
    store = Store.memory()
    threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        store.value("select count(*) from range(10000000) a(x), range(100000) b(y) where x * y % 7 = 3")
    assert store.value("select 1") == 1


def test_store__too_little_memory_names_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ADR_MEMORY_LIMIT", "20MB")
    with pytest.raises(AdrError, match="more memory than DuckDB may take") as error:
        Store.memory().value("select length(string_agg(md5(range::varchar), ',')) from range(3000000)")
    assert "ADR_MEMORY_LIMIT" in error.value.next_step


@pytest.mark.parametrize(
    ("name", "says"), [("what?", "question mark"), ("a\udcff", "not UTF-8"), ("a\0b", "null byte"), ("loop", "loop")]
)
def test_workspace__a_name_that_is_none(name: str, says: str, tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    with pytest.raises(AdrError, match=says) as error:
        Workspace.at(tmp_path / name)
    assert error.value.next_step and [path.name for path in tmp_path.iterdir()] == ["loop"]
    error.value.sentence.encode("utf-8")


def test_workspace__the_home_of_nobody() -> None:
    with pytest.raises(AdrError, match="does not name a folder"):
        Workspace.at("~no-such-user-here/w")


def test_job__a_full_disk_is_its_sentence(caplog: pytest.LogCaptureFixture) -> None:
    def work(progress: Progress) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "a.png")

    job = Jobs(Store.memory()).start("index", "Index", work)
    assert job.thread is not None
    job.thread.join(120)
    assert job.state == "failed" and job.error is not None
    assert job.error.sentence == "The disk is full: a.png could not be written." and caplog.text == ""


def test_process__a_full_disk_stops_it_with_its_sentence() -> None:
    script = textwrap.dedent("""
        import errno, sys
        from adr.process import exit_status
        def work():
            raise OSError(errno.ENOSPC, "No space left on device", "a.png")
        sys.exit(exit_status(work))
    """)
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 1 and done.stderr == ""
    assert json.loads(done.stdout)["sentence"] == "The disk is full: a.png could not be written."


def test_doctor__names_what_differs_from_the_schema(whole: Path) -> None:
    with closing(Store(whole / "adr.duckdb")) as store:
        store.execute("alter table rejected drop column excerpt")
        store.execute("alter table annotation add column color varchar")
        store.execute("alter table failed alter column detail type integer")
        store.execute("drop table claim")
        store.execute("create table mine (a integer)")
    report = doctor(whole)
    found = {problem.sentence for problem in report.problems}
    assert {
        "The table claim is missing.",
        "The table mine is unknown to this version.",
        "The table rejected has no column excerpt.",
        "The table annotation has an unknown column color.",
        "The column detail of failed holds INTEGER, not VARCHAR.",
    } <= found
    assert report.holds == {}
