"""Before and after on one page: a single HTML file that loads nothing from elsewhere and can be sent to a colleague.

Reads what rebalancing and review decided, and writes only that file.
"""

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from adr.export.counts import Counts, count
from adr.export.curves import svg, title_of
from adr.export.leaving import Leaving, leaving
from adr.files import named_file
from adr.html_page import table, text, thumbnail, whole
from adr.recipe import Recipe
from adr.store import Store
from adr.workspace import Workspace

FILE = "report.html"
ROWS = 25  # entities per table
IMAGES = 60  # accepted pictures shown; the text says how many there are in all


@dataclass(frozen=True)
class PageReport:
    """The page of a run as one HTML file, which needs no other. bytes: its size."""

    run: int
    file: str
    bytes: int


def write_report(store: Store, workspace: Workspace, run: int, out: Path) -> PageReport:
    """Write the page of a run to the file `out`, whole or not at all; AdrError when there is no such run or the file
    cannot be written."""
    written = report(store, workspace, run).encode()
    with named_file(out) as partial:
        partial.write_bytes(written)
    return PageReport(run, str(out), len(written))


def report(store: Store, workspace: Workspace, run: int) -> str:
    """The page of a run as HTML; AdrError when there is no such run."""
    leave = leaving(store, workspace, run)
    return page(store, leave, count(store, leave))


def page(store: Store, leave: Leaving, counts: list[Counts]) -> str:
    """The page of an export as HTML, from its rows and counts."""
    name = leave.recipe.name or "Rebalanced"
    source = ", ".join(Path(path).name for (path,) in store.rows("select path from source order by source"))
    total = int(store.value("select count(*) from instance"))
    kept = int(store.value("select count(*) from kept_in where run = $1 and epoch = $2", leave.counted))
    parts = [
        f"<h1>{text(name)}</h1>",
        f"<p class=lead>{kept:,} of {total:,} instances of <b>{text(source or 'the source')}"
        f"</b> kept, {leave.synthetic:,} synthetic rows added.</p>",
        f"<p>{text(leave.recipe.in_words())}</p>",
        "<h2>Curves</h2><p>How many instances have each entity, by its rank. The dashed red line is τ: rebalancing "
        "thins out entities above it.</p>",
        '<div class="pair">' + "".join(f"<figure>{svg(one)}</figure>" for one in counts) + "</div>",
        _numbers(counts),
        _reasons(store, leave),
        *(_entities(store, one) for one in counts),
        _accepted(store, leave),
        _recipe(leave.recipe),
    ]
    return whole(f"{name} · before and after", "\n".join(part for part in parts if part))


def _numbers(counts: list[Counts]) -> str:
    rows = []
    for one in counts:
        for state, array in (
            ("before", one.before),
            ("rebalanced", one.after),
            ("with synthetic", one.refined),
            ("random subset", one.random),
        ):
            if state == "with synthetic" and not one.added:
                continue
            n = one.numbers(array)
            rows.append(
                [
                    title_of(one.perspective) if state == "before" else "",
                    f"{one.tau:,.0f}" if state == "before" else "",
                    state,
                    f"{n['entities']:,}",
                    f"{n['entities_lost']:,}",
                    f"{n['tail_share']:.2%}",
                    f"{n['effective_entities']:,.0f}",
                ]
            )
    if not rows:
        return ""
    return (
        "<h2>Numbers</h2><p>Tail share: the share of postings that belong to entities in the source's tail, by the "
        "paper's rule. Effective entities: how many equally frequent entities would be as diverse. The random subset "
        "has as many instances as were kept.</p>"
        + table(["perspective", "τ", "state", "entities", "lost", "tail share", "effective entities"], rows)
    )


def _reasons(store: Store, leave: Leaving) -> str:
    says = {
        "passes": "enough perspectives pass",
        "below_min_passes": "too few perspectives pass",
        "no_entities": "no entity in any perspective",
        "alpha": "lost the last draw (α)",
        "over_cap": "beyond a cap",
        "mixture": "beyond the share of the mixture",
        "keeps_all": "the recipe keeps everything",
        "unread": "text that was not read passes",
    }
    rows = [
        ["kept" if kept else "dropped", says.get(reason, str(reason)), f"{n:,}"]
        for kept, reason, n in store.rows(
            "select kept, reason, count(*) as n from decision where run = $1 group by all order by kept desc, n desc",
            [leave.run],
        )
    ]
    return "<h2>Decisions</h2>" + table(["", "why", "instances"], rows)


def _entities(store: Store, one: Counts) -> str:
    """Two tables for one perspective: the head entities that lost most, and the tail entities with what they lost and
    what synthesis added."""
    lost = one.before - one.after
    heads = [n for n in np.argsort(-lost, kind="stable")[:ROWS] if lost[n] > 0 and not one.tail[n]]
    touched = np.flatnonzero(one.tail & (one.refined != one.before))
    order = touched[np.lexsort((one.before[touched], -np.abs(one.refined - one.before)[touched]))]
    tails = order[:ROWS].tolist()
    names = _names(store, one, [*heads, *tails])
    title = text(title_of(one.perspective))
    said = f'<h2>{title}</h2><div class="pair"><section><h3>Head entities that lost most</h3>'
    said += (
        table(
            ["entity", "before", "rebalanced", "random"],
            [[names[n], f"{one.before[n]:,}", f"{one.after[n]:,}", f"{one.random[n]:,}"] for n in heads],
        )
        if heads
        else "<p>None.</p>"
    )
    more = int((one.tail & (one.refined > one.before)).sum())
    count_tail, gone = int(one.tail.sum()), int((one.tail & (one.refined == 0) & (one.before > 0)).sum())
    said += (
        f"</section><section><h3>The tail</h3><p>{count_tail:,} entities: {len(touched):,} changed, "
        f"{gone:,} are gone, {more:,} have more instances than before.</p>"
    )
    if tails:
        said += table(
            ["entity", "before", "rebalanced", "with synthetic", "random"],
            [
                [names[n], f"{one.before[n]:,}", f"{one.after[n]:,}", f"{one.refined[n]:,}", f"{one.random[n]:,}"]
                for n in tails
            ],
        )
        if len(touched) > ROWS:
            said += f"<p class=note>The table shows the {ROWS} of {len(touched):,} that changed most.</p>"
    return f"{said}</section></div>"


def _names(store: Store, one: Counts, indices: list[int]) -> dict[int, str]:
    ids = [int(one.ids[n]) for n in indices]
    found = dict(store.rows("select entity, name from entity where entity in (select unnest($1::integer[]))", [ids]))
    return {n: str(found.get(int(one.ids[n]), "")) for n in indices}


def _accepted(store: Store, leave: Leaving) -> str:
    chosen = [leave.candidate(row) for row in sorted(leave.candidate_rows, reverse=True)]
    if not chosen:
        return ""
    names = dict(
        store.rows(
            "select c.candidate, e.name from candidate c left join named_entity e using (entity) "
            "where c.candidate in (select unnest($1::varchar[]))",
            [[one.candidate for one in chosen]],
        )
    )
    cells = []
    with_image = [(one, one.image) for one in chosen if one.image]
    for one, image in with_image[:IMAGES]:
        caption = text(names.get(one.candidate) or one.candidate)
        cells.append(
            f'<figure><img alt="{caption}" src="{thumbnail(image)}"><figcaption>{caption}</figcaption></figure>'
        )
    more = f"<p class=note>The first {IMAGES} of {len(with_image):,}.</p>" if len(with_image) > IMAGES else ""
    worded = len(chosen) - len(with_image)
    real = sum(one.retrieved is not None for one, _ in with_image)
    said = f"{len(with_image) - real:,} synthetic pictures" + (f", {real:,} real rows of the reservoir" if real else "")
    said += f", {worded:,} reworded conversations" if worded else ""
    return f"<h2>Accepted</h2><p>{said}.</p><div class=grid>{''.join(cells)}</div>{more}"


def _recipe(recipe: Recipe) -> str:
    return (
        f"<h2>Recipe</h2><p>Its fingerprint is {recipe.fingerprint}. The same recipe, source and verdicts give the "
        f"same files again.</p><pre>{text(recipe.to_toml())}</pre>"
    )
