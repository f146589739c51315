"""Verdict files: what can be taken in is, the rest is counted, and reading the file again changes nothing."""

import json
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Any

from adr.errors import AdrError
from adr.review.exchange import COLUMNS, export_verdicts, import_verdicts
from adr.store import Store
from adr.synthesize.collect import collect
from adr.synthesize.plan import plan
from adr.workspace import Workspace
from tests.fuzz.mutations import altered, spoiled, written
from tests.fuzz.outcome import Case, refused
from tests.worlds.tail import by_hand, make_tail_world

_TURNS = [{"role": "human", "text": "<image>\nWhat is\u2028it?"}, {"role": "gpt", "text": 'An accordion, "red".'}]
_ROW = {"candidate": "p1-00000-0", "judgement": "accept", "reviewer": "ann", "judged_at": "2026-01-02T03:04:05.000006"}
ROWS: tuple[dict[str, Any], ...] = (
    _ROW,
    {**_ROW, "judgement": "reject", "reason": "artifact", "note": "a second head", "reviewer": "bob"},
    {**_ROW, "candidate": "p1-00001-1", "turns": _TURNS, "edited_by": "cy", "edited_at": "2026-01-02T03:04:05+02:00"},
    {**_ROW, "candidate": "p1-00001-0", "judgement": "", "reviewer": ""},
)
_TIMES = (
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59.999999-14:00", "2026-13-01", "20260102T030405Z", "now"),
    *("2026-02-29", "1969-12-31T23:59:60", "2026-01-02T24:00:00", "-2026-01-02", "２０２６-01-02", 1767322645, 1e18),
)


class Verdicts:
    """Four candidates, the verdicts on which are forgotten after each file."""

    def __init__(self, folder: Path) -> None:
        (folder / "model").mkdir()
        self._folder, self._store = folder, make_tail_world(Store.memory(), folder / "source")
        workspace = Workspace.at(folder / "workspace")
        plan(self._store, workspace, 1, budget=9, model=str(folder / "model"), generator="image-to-image")
        vectors = {(0, 0): [1, 0], (0, 1): [0, 1], (1, 0): [0.6, 0.8], (1, 1): [0.8, 0.6]}
        by_hand(self._store, workspace, {key: (0.5, None, vector) for key, vector in vectors.items()})
        collect(self._store, workspace, 1)
        self._lines = b"\n".join(written(row) for row in ROWS) + b"\n"
        (folder / "rows.jsonl").write_bytes(self._lines)
        import_verdicts(self._store, folder / "rows.jsonl")
        export_verdicts(self._store, folder / "out.csv")
        self._csv = (folder / "out.csv").read_bytes()
        self._forget()

    def made(self, chance: Random) -> Case:
        """JSON Lines or CSV with spoiled bytes, or with spoiled rows."""
        what = chance.choice(("csv", "jsonl", "rows", "rows", "csv rows"))
        if what in ("csv", "jsonl"):
            return Case(what, spoiled(chance, self._csv if what == "csv" else self._lines, (self._csv, self._lines)))
        rows = [altered(chance, dict(chance.choice(ROWS))) for _ in range(chance.choice((1, 2, 5)))]
        for row in rows:
            if isinstance(row, dict) and chance.random() < 0.3:
                row[chance.choice(("judged_at", "edited_at"))] = chance.choice(_TIMES)
        if what == "rows":
            return Case("jsonl", b"\n".join(written(row, chance.random() < 0.5) for row in rows))
        return Case("csv", self._as_csv([row for row in rows if isinstance(row, dict)]))

    def tried(self, case: Case) -> str:
        """The file imported twice, exported, and that imported."""
        file = self._folder / f"verdicts.{case.shown}"
        file.write_bytes(case.data)
        try:
            report = import_verdicts(self._store, file)
        except AdrError as error:
            assert self._store.value("select count(*) from verdict") == 0
            return refused(error)
        try:
            self._check(report.verdicts, file, case.shown)
        finally:
            self._forget()
        return "taken"

    def close(self) -> None:
        """Close the store."""
        self._store.close()

    def _check(self, taken: int, file: Path, ending: str) -> None:
        count = "select count(*) from verdict"
        assert self._store.value(count) == taken
        again = import_verdicts(self._store, file)
        assert again.verdicts == 0, "the same file has added verdicts"
        export_verdicts(self._store, self._folder / f"again.{ending}")
        back = import_verdicts(self._store, self._folder / f"again.{ending}")
        assert (back.verdicts, back.refused) == (0, {}), "its own export has added verdicts"
        assert self._store.value(count) == taken

    def _forget(self) -> None:
        self._store.execute("delete from verdict")
        self._store.execute("delete from imported_verdict")

    def _as_csv(self, rows: list[dict[str, Any]]) -> bytes:
        """Rows as a careless program writes them: nothing but quotes is quoted."""
        lines = [",".join(COLUMNS)]
        for row in rows:
            cells = []
            for name in COLUMNS:
                value = row.get(name, "")
                text = value if isinstance(value, str) else ""
                with suppress(ValueError):
                    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
                cells.append('"' + text.replace('"', '""') + '"')
            lines.append(",".join(cells))
        return "\r\n".join(lines).encode("utf-8", "surrogatepass")
