"""A run over shards, here or on a cluster, as it goes on: read from its folder. Starts nothing and stops nothing."""

import pandas as pd
import streamlit as st

from adr.figures import counted, time_words
from adr.plain_text import code, plain
from adr.shards.known_runs import known_runs
from adr.shards.shard_set import ShardSet
from adr.shards.status import ShardsStatus, StageStatus, shards_status
from adr.ui.access import allowed_path
from adr.ui.parts.controls import asked, move
from adr.ui.telling import fragment

_EVERY = 2.0  # seconds
_HELP = "The folder that `adr shards cut` made. It may be on a disk that a cluster shares with this machine."


def shards_view() -> None:
    """A field for the folder, and how far the run begun last in it is; the address keeps the folder."""
    folder = asked("shards")
    with st.expander("Watch a run over shards", icon=":material/dns:", expanded=bool(folder)):
        st.session_state["shards folder"] = folder
        st.text_input(
            "Folder of the shards",
            key="shards folder",
            placeholder="shared/shards",
            help=_HELP,
            on_change=lambda: move(shards=st.session_state["shards folder"].strip()),
        )
        if folder:
            fragment(_run, run_every=_EVERY, key="run over shards")(folder)


def _run(folder: str) -> None:
    shards = ShardSet.at(allowed_path(folder))
    known = known_runs(shards.folder)
    told = shards_status(shards, known[0] if known else None)
    st.markdown(_said(told))
    tasks = sum(one.tasks for one in told.stages)
    st.progress(sum(one.done for one in told.stages) / max(1, tasks))
    st.dataframe(
        pd.DataFrame([_row(one) for one in told.stages]),
        hide_index=True,
        key="stages of the run",
        column_config={name: st.column_config.NumberColumn(format="localized") for name in ("done", "of", "failed")},
    )
    failures = [(one.stage, failure) for one in told.stages for failure in one.failures]
    for stage, failure in failures:
        where = plain(stage) if failure.shard is None else f"{plain(stage)}, shard {failure.shard:,}"
        st.error(f"**{where}** on {plain(failure.host)}: {plain(failure.sentence)}", icon=":material/error:")


def _said(told: ShardsStatus) -> str:
    size = f"{counted(told.records, 'record')} in {counted(told.shards, 'shard')}"
    if told.fingerprint is None:
        return f"{size}. No run has begun: {code(f'adr shards run {told.folder} --recipe FILE')}."
    now = next((one for one in told.stages if one.done < one.tasks), None)
    name = f"**{plain(told.recipe)}**, " if told.recipe else ""
    stands = "all stages are done"
    if now is not None:
        stands = f"at the stage {plain(now.stage)}, {now.done:,} of {now.tasks:,} done"
    return f"{size} · recipe {name}fingerprint {code(told.fingerprint)} · {stands}."


def _row(one: StageStatus) -> dict[str, object]:
    return {
        "stage": one.stage,
        "done": one.done,
        "of": one.tasks,
        "failed": one.failed,
        "records per s": "" if one.records_per_second is None else f"{one.records_per_second:,.0f}",
        "processor time": time_words(one.cpu_seconds) if one.done else "",
        "machines": ", ".join(f"{host} ({n:,})" for host, n in one.hosts.items()),
    }
