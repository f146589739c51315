"""The report of an experiment: one HTML file that loads nothing from elsewhere and can be sent to a colleague.

Writes from a summary. Knows nothing of the database.
"""

from pathlib import Path

from adr.figures import signed
from adr.files import named_file
from adr.html_page import table, text, thumbnail, whole
from adr.prove.changed import ChangedPair
from adr.prove.comparing import ArmComparison
from adr.prove.summary import ARM_TITLES, GROUP_TITLES, Summary, answer_in_words, difference_in_words
from adr.prove.verdict import HARMS, HELPS

FILE = "report.html"
_GROUPS = ("head", "mid", "tail", "unseen")
_WIDE, _ROW, _LEFT = 900, 26, 260


def write_report(folder: Path, found: Summary) -> Path:
    """Write the report of the experiment in `folder` beside its files; returns its path."""
    out = folder / FILE
    with named_file(out) as partial:
        partial.write_text(html_page(found), encoding="utf-8")
    return out


def html_page(found: Summary) -> str:
    """The report as HTML."""
    return whole("Does refinement help?", "\n".join(part for part in _parts(found) if part), tile=13)


def _parts(found: Summary) -> list[str]:
    design = found.design
    parts = [
        "<h1>Does refinement help?</h1>",
        f"<p class=lead>{text(found.in_words())}</p>",
        f"<p class=note>Run {text(design['run'])}, fixed {text(design['created'])} as "
        f"{text(design['fingerprint'])}: {len(design['arms'])} arms, {len(design['seeds'])} seeds, learning rates "
        f"{text(', '.join(f'× {rate:g}' for rate in design['learning_rates']))}, {text(design['steps'])} steps.</p>",
        f"<p>{text(found.gate.sentence)}</p>",
    ]
    if found.not_as_designed:
        parts.append(f"<p>Not as designed, and not used: {text(', '.join(found.not_as_designed))}.</p>")
    if not found.gate.passed:
        return parts
    return [
        *parts,
        _answers(found),
        *(_forest(found, group) for group in _GROUPS),
        _controls(found),
        _arms(found),
        _kinds(found),
        _dose(found),
        _changed(found),
        _recipe(found),
    ]


def _answers(found: Summary) -> str:
    said = "".join(f"<li>{text(answer_in_words(one))}</li>" for one in found.primary)
    return f"<h2>The questions that were fixed before</h2><ol>{said or '<li>None is answered yet.</li>'}</ol>"


def _forest(found: Summary, group: str) -> str:
    """The differences to the reference in one group as an SVG."""
    reference = str(found.design["reference"])
    mine = _cells(found, against=reference, group=group)
    if not mine:
        return ""
    title = f"Against {ARM_TITLES.get(reference, reference)}: {GROUP_TITLES[group]}"
    ends = [abs(end) for one in mine for end in (one.main.low, one.main.high, one.main.mean) if end is not None]
    scale = (_WIDE - _LEFT) / 2 / (max(ends) * 1.1 or 1)
    middle = (_WIDE + _LEFT) / 2
    rows = "".join(_forest_row(one, place, middle, scale) for place, one in enumerate(mine))
    high = _ROW * (len(mine) + 2)
    line = f'<line x1="{middle}" x2="{middle}" y1="0" y2="{high - 24}" stroke="#868b96"/>'
    drawn = line + rows + _axis(max(ends), middle, scale, high - 6)
    return (
        f"<h2>{text(title)}</h2><figure>"
        f"<svg viewBox='0 0 {_WIDE} {high}' role=img aria-label='{text(title)}'>{drawn}</svg>"
        "<figcaption>Points of accuracy with 95 % intervals over seeds and pictures. Coloured: fixed before; grey: "
        "exploratory.</figcaption></figure>"
    )


def _axis(most: float, middle: float, scale: float, y: float) -> str:
    """The points at both ends and in the middle."""
    step = max(1, round(most))
    return "".join(
        f'<text x="{middle + scale * at:.1f}" y="{y}" text-anchor="middle" font-size="13" fill="#868b96">'
        f"{signed(at, 0)}</text>"
        for at in (-step, 0, step)
    )


def _forest_row(one: ArmComparison, place: int, middle: float, scale: float) -> str:
    y = _ROW * (place + 0.7)
    color = "#1f8fb0" if one.primary else "#868b96"
    found = one.main
    bar = ""
    if found.low is not None and found.high is not None:
        low, high = middle + scale * found.low, middle + scale * found.high
        bar = f'<line x1="{low:.1f}" x2="{high:.1f}" y1="{y}" y2="{y}" stroke="{color}" stroke-width="3"/>'
    name = text(ARM_TITLES.get(one.arm, one.arm))
    dot = f'<circle cx="{middle + scale * found.mean:.1f}" cy="{y}" r="5" fill="{color}"/>'
    words = f"<title>{text(difference_in_words(one))}: {text(one.word)}</title>"
    return f'<g>{words}<text x="0" y="{y + 5}" fill="currentColor" font-size="15">{name}</text>{bar}{dot}</g>'


def _cells(found: Summary, **wanted: str) -> list[ArmComparison]:
    asked = {"kind": "", "metric": "accuracy", "budget": str(found.design["budgets"][0]), **wanted}
    return [one for one in found.comparisons if all(getattr(one, name) == value for name, value in asked.items())]


def _controls(found: Summary) -> str:
    rows, null = [], found.nothing
    if null is not None:
        rows.append(["An arm against itself", f"{null.covered} of {null.splits} intervals hold 0", _good(null.good)])
    must = {True: "must help", False: "must not help"}
    rows += [
        [ARM_TITLES[one.arm], f"{must[one.must_help]}; at the tail: {one.word}", _good(one.good)]
        for one in found.controls
    ]
    return "<h2>Controls</h2>" + (table(["control", "shows", ""], rows) if rows else "<p>None was run.</p>")


def _good(good: bool) -> str:
    return "as it must" if good else "not as it must"


def _arms(found: Summary) -> str:
    rows = []
    for arm in found.arms:
        told = [arm.accuracy.get(group) for group in ("all", *_GROUPS)]
        means = [
            "" if one is None else f"{one[0]:.1f}" + (f" ({one[1]:.1f})" if one[1] is not None else "") for one in told
        ]
        sizes = [f"{arm.instances:,.0f}", f"{arm.synthetic:,.0f}", "" if arm.steps is None else f"{arm.steps:,}"]
        rows.append([ARM_TITLES.get(arm.arm, arm.arm), *sizes, *means])
    heads = ["arm", "instances", "synthetic", "steps", *(GROUP_TITLES[group] for group in ("all", *_GROUPS))]
    return f"<h2>Arms</h2><p>Accuracy in percent (standard deviation over seeds).</p>{table(heads, rows)}"


def _kinds(found: Summary) -> str:
    """The first primary comparison by kind of question and group."""
    if not found.primary:
        return ""
    first = found.primary[0]
    mine = [
        one
        for one in found.comparisons
        if one.kind and (one.arm, one.against, one.metric) == (first.arm, first.against, "accuracy")
    ]
    kinds = sorted({one.kind for one in mine})
    by_place = {(one.kind, one.group): one for one in mine}
    rows = [[kind, *(_cell(by_place.get((kind, group))) for group in _GROUPS)] for kind in kinds]
    title = f"{ARM_TITLES.get(first.arm, first.arm)} against {ARM_TITLES.get(first.against, first.against)}"
    if not rows:
        return ""
    return (
        f"<h2>By kind of question</h2><p>{text(title)}, in points; a star where the interval excludes 0.</p>"
        + table(["kind", *(GROUP_TITLES[group] for group in _GROUPS)], rows)
    )


def _cell(one: ArmComparison | None) -> str:
    return "" if one is None else f"{signed(one.main.mean)}{'*' if one.word in (HELPS, HARMS) else ''}"


def _dose(found: Summary) -> str:
    if not found.dose or found.dose_arms is None:
        return ""
    rows = []
    for one in found.dose:
        doses = (
            str(one.least)
            if one.least == one.most
            else f"{one.least} to {one.most}"
            if one.most
            else f"{one.least} and more"
        )
        ends = "" if one.gain.low is None else f" ({signed(one.gain.low)} to {signed(one.gain.high)})"
        rows.append([doses, f"{one.entities:,}", f"{signed(one.gain.mean)}{ends}"])
    arm, against = (ARM_TITLES.get(name, name) for name in found.dose_arms)
    return f"<h2>Gain against dose</h2><p>{text(arm)} against {text(against)}, at the tail.</p>" + table(
        ["synthetic per entity", "entities", "gain in points"], rows
    )


def _changed(found: Summary) -> str:
    if not found.changed:
        return ""
    cells = "".join(_changed_one(one) for one in found.changed)
    return f"<h2>Answers that changed most</h2><div class=grid>{cells}</div>"


def _changed_one(one: ChangedPair) -> str:
    image = thumbnail(Path(one.picture)) if one.picture else ""
    shown = f'<img alt="" src="{image}">' if image else ""
    return (
        f"<figure>{shown}<figcaption><b>{text(one.question)}</b> {text(one.answer)}<br>after: {text(one.said)}<br>"
        f"before: {text(one.said_before)}<br>{signed(one.gain, 0)} points · {text(one.kind)}, {text(one.rarity)}"
        "</figcaption></figure>"
    )


def _recipe(found: Summary) -> str:
    recipe = str(found.design.get("recipe") or "")
    return f"<h2>Recipe</h2><pre>{text(recipe)}</pre>" if recipe else ""
