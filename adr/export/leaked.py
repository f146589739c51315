"""What an export says of benchmarks: with which it was compared, and how many of its rows have something of them."""

import json
from typing import Any

import numpy as np

from adr.export.work import Work
from adr.figures import counted
from adr.plain_text import code

_ROWS = "select distinct instance from leaked_instance order by instance"
_CANDIDATES = """
    select count(distinct candidate) from standing_leak where candidate in (select unnest($1::varchar[]))"""
_JUDGED = """
    select coalesce(j.judgement, 'open') as judgement, count(*) from leak left join (
        select mark, last(judgement order by judged_at) as judgement from leak_judgement group by mark
    ) j using (mark) group by all order by all"""


def leaks(work: Work) -> dict[str, Any]:
    """The part `leaks` of the manifest; empty where no benchmark was compared with the present dataset.

    rows, synthetic: exported rows with a leak that no person has called a false alarm; judged: all leaks found, by what
    a person says.
    """
    store = work.store
    told = store.value("select report from leaks_in_force")
    if told is None:
        return {}
    leaked = np.array([instance for (instance,) in store.rows(_ROWS)], np.int64)
    accepted = [one.candidate for one in work.leave.accepted]
    names = ("name", "pictures", "questions", "short")
    return {
        "leaks": {
            "benchmarks": [{name: one[name] for name in names} for one in json.loads(told)["benchmarks"]],
            "rows": int(np.isin(work.leave.order, leaked).sum()),
            "synthetic": int(store.value(_CANDIDATES, [accepted])),
            "judged": {judgement: int(n) for judgement, n in store.rows(_JUDGED)},
        }
    }


def leaks_words(manifest: dict[str, Any]) -> str:
    """The card's part on benchmarks; '' where none was compared."""
    told = manifest.get("leaks")
    if told is None:
        return ""
    names = ", ".join(
        f"{code(one['name'])} ({one['pictures']:,} pictures, {one['questions'] - one['short']:,} of "
        f"{one['questions']:,} questions)"
        for one in told["benchmarks"]
    )
    judged = told["judged"]
    rows, made = counted(told["rows"], "row"), counted(told["synthetic"], "synthetic one")
    return (
        "## Benchmarks\n\n"
        f"Compared with {names}, by their pictures and by runs of 13 words. {rows} and {made} have a picture or "
        "question of theirs. Of all that was found in the source and among synthetic pictures, a person has called "
        f"{judged.get('leak', 0):,} a leak and {judged.get('false_alarm', 0):,} a false alarm; "
        f"{judged.get('open', 0):,} were not looked at.\n"
    )
