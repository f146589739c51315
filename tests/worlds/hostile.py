"""Texts that try to be something other than text: markup, links, icons, formulas, escapes, marks that reorder; and a
workspace that holds them in every field.
"""

import json
from collections.abc import Mapping
from pathlib import Path

from adr.export.export import export
from adr.rebalance.runs import rebalance
from adr.recipe import Recipe
from adr.store import Store
from adr.synthesize.plan import plan, plan_folder
from adr.workspace import Workspace
from tests.worlds.hand import write_instances, write_postings

HOST = "http://198.51.100.7"  # an address that is kept for documentation; a request to it is caught before it leaves

HOSTILE = (
    f"![i]({HOST}/a.png)",
    f"[l]({HOST}/b)",
    f"{HOST}/c and www.evil.example and a@evil.example",
    f"<img src='{HOST}/d.png' onerror='window.hit=1'><script>window.hit=1</script><b>bold</b>",
    f"`tick` ![i]({HOST}/e.png) `tick``",
    "$\\frac{x^2}{y}$ and $$z$$",
    ":material/home: :red[red] :blue-badge[b] :smile: :streamlit: :rainbow[r]",
    "**bold** _it_ ~~gone~~ # head",
    "- item",
    "1. item",
    "> quote",
    "| a | b |",
    f"x\n\n![i]({HOST}/f.png)\n\n# heading",
    "\x1b[31mred\x1b[0m\x07\x00",
    "abc\u202edcba\u2066x\u200b",
    "a -- b -> c <- d <-> e >= f <= g ~= h",
    "&lt;b&gt; &amp; \\* \\",
    "W" * 20_000,
)

MADE_FROM_TEXT = """() => {
    const named = { B: 'bold', STRONG: 'bold', EM: 'it', I: 'it', DEL: 'gone', S: 'gone' };
    const outside = one => /^(mailto:|\\w+:[/][/](198.51.100.7|[a-z.]*evil.example))/.test(one.href || one.src || '');
    const found = [...document.querySelectorAll('a, img, script, iframe, link')].filter(outside);
    found.push(...document.querySelectorAll('.katex, [style*="198.51.100.7"], img[alt="Streamlit logo"]'));
    for (const one of document.querySelectorAll('b, strong, em, i, del, s'))
        if (one.textContent.trim() === named[one.tagName]) found.push(one);
    for (const one of document.querySelectorAll('span'))
        if (one.textContent === 'home') found.push(one);
    if (window.hit) found.push(document.body);
    return found.map(one => one.outerHTML.slice(0, 200));
}"""
"""What only a text that was read as markup, or run, can have made in a page, as HTML; empty when all is well."""

ALL = " ".join(text[:120] for text in HOSTILE)
"""All of them in one text, so that one field holds each."""


def named(name: str) -> str:
    """A name that holds the worst of them."""
    return f"{name} {ALL}"


OBJECTS = [named(name) for name in ("accordion", "cat", "dog")]
FOLDER = "w `t` ![i](198.51.100.7) :smile: $x$ <b>b"
"""A name of a folder, which cannot hold a slash."""


def hostile_workspace(parent: Path) -> Workspace:
    """Six instances, their index, a run, a plan, candidates, verdicts, a failure, an export; each text that comes
    from outside holds the texts above. The store is closed."""
    from PIL import Image

    workspace = Workspace.at(parent / FOLDER)
    images = parent / named("images").replace("/", "_")[:200]
    images.mkdir()
    for number in range(4):
        Image.new("RGB", (64, 48), (60 * number, 90, 30)).save(images / f"{number}.png")
    store = Store(workspace.database)
    write_instances(store, _instances(), images=images, missing={4, 5})
    write_postings(store, _postings())
    with store.atomic() as writer:
        writer.execute(
            "update source set path = $1, name = $1, objects = $1, form = $1, layout = $1, sha256 = $1", [ALL]
        )
        writer.execute("update index_made set spacy_model = $1, verified_by = $1, extractor = $1", [ALL])
        for position in range(3):
            writer.execute("insert into rejected values ($1, $2, $2, $2)", [100 + position, ALL])
        writer.execute("insert into job values (1, 'ingest', $1, 'failed', 0, 1, $1, '{}', now(), now())", [ALL])
    recipe = Recipe(
        name=ALL,
        own_tau={"object": {OBJECTS[1]: 2.0}},
        mute={"object": [OBJECTS[2]]},
        at_most={"object": {OBJECTS[1]: 1000}},
        notes={"object": dict.fromkeys(OBJECTS[1:3], ALL)},
        min_passes=0,
    )
    rebalance(store, recipe, name=ALL)
    _synthesized(store, workspace)
    export(store, workspace, 1, out=workspace.exports / "first", format="llava", leave_out_faulty=True)
    store.close()
    return workspace


def _instances() -> Mapping[int, tuple[str, list[str], list[tuple[str, str]]]]:
    return {
        number: (
            json.dumps(f"{number} {ALL}"),
            [f"{number}.png" if number < 4 else f"{number} {ALL}"],
            [("human", f"<image>\n{ALL}"), ("gpt", f"{OBJECTS[1]} {ALL}")],
        )
        for number in range(6)
    }


def _postings() -> dict[str, dict[str, list[int]]]:
    accordion, cat, dog = OBJECTS
    return {
        "token": {named("noun"): [0, 1, 2, 3, 4, 5], named("rare"): [2]},
        "object": {cat: [0, 1, 2, 3, 4], dog: [0, 1, 2], accordion: [2]},
        "co_occurrence": {f"{cat} + {dog}": [0, 1, 2], f"{accordion} + {cat}": [2]},
        "interrogation": {named("what color"): [0, 1, 2, 3], named("how many"): [4]},
    }


def _synthesized(store: Store, workspace: Workspace) -> None:
    """A plan, three candidates of it, what two reviewers and a rule think of them, and one that could not be made."""
    from PIL import Image

    model = workspace.folder / "model"  # a model that says nothing of itself, so it is asked for everything
    model.mkdir()
    plan(store, workspace, 1, budget=4, generator="image-to-image", model=str(model), scorer="none")
    accordion = store.value("select entity from entity where name = $1", [OBJECTS[0]])
    turns = [{"role": "human", "text": f"<image>\n{ALL}"}, {"role": "gpt", "text": ALL}]
    with store.atomic() as writer:
        settings = json.loads(writer.value("select settings from plan"))
        writer.execute("update plan set settings = $1", [json.dumps(settings | {"model": ALL, "scorer": ALL})])
        for number in range(3):
            image = workspace.images / f"p1-0000{number}-0.png"
            Image.new("RGB", (32, 32), (200, 30 * number, 30)).save(image)
            writer.execute(
                "insert into candidate (candidate, plan, slot, alternative, chosen, entity, entities, parent, "
                "generator, model, seed, prompt, parameters, image, turns, caption, conversation_by, "
                "conversation_fault, scorer, score, nearest, nearest_score, parent_score, flags, created_at) values "
                "($1, 1, $2, 0, true, $3, [$3], 2, $4, $4, 7, $4, $5, $6, $7, $4, $4, $4, $4, 0.5, $4, 0.9, 0.9, "
                "[$4], now())",
                [f"p1-0000{number}-0", number, accordion, ALL, json.dumps({ALL: ALL}), f"images/{image.name}", turns],
            )
        for reviewer, judgement in ((named("ann"), "accept"), (named("bob"), "reject")):
            writer.execute(
                "insert into verdict (candidate, reviewer, judgement, reason, note, rule, judged_at) values "
                "('p1-00000-0', $1, $2, $3, $3, null, now())",
                [reviewer, judgement, ALL],
            )
        writer.execute(
            "insert into verdict (candidate, reviewer, judgement, rule, judged_at) values "
            "('p1-00001-0', $1, 'accept', $2, now())",
            [named("ann"), ALL],
        )
        writer.execute("insert into failed values (1, 3, 0, $1, $1)", [ALL])
    folder = plan_folder(workspace, 1)
    folder.failure(3, 0).write_text(json.dumps({"slot": 3, "alternative": 0, "reason": ALL, "detail": ALL}))
