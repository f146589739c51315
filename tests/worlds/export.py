"""A small world for the tests of export: records as they came, pictures, one run, accepted candidates."""

import hashlib
import json
from pathlib import Path

from adr.store import Store
from adr.workspace import Workspace

# Odd on purpose: blanks, an int id, a repeated id, no image key, an unknown key, escapes and letters beyond ASCII.
RAW = (
    '{"id": 7, "image": "a/0.png", "conversations": [{"from": "human", "value": "<image>\\nWhat is it?"}, '
    '{"from": "gpt", "value": "A caf\\u00e9 — “Zürich”.  "}]}',
    '{ "conversations":[{"from":"human","value":"Say hello."},{"from":"gpt","value":"Hello."}],\n  "id":"sg_1",'
    '"model":""}',
    '{"id": "7", "image": "a/2.png", "conversations": [{"from": "human", "value": "What is on it?\\n<image>"}, '
    '{"from": "gpt", "value": "A drum."}]}',
    '{"id": "x", "image": ["a/3.png", "a/0.png"], "conversations": [{"from": "human", "value": '
    '"<image>\\nAnd <image>?"}, {"from": "gpt", "value": "Yes."}, {"from": "human", "value": "Sure?"}, '
    '{"from": "gpt", "value": "Yes."}], "weight": 1.50}',
)
MESSAGES = (
    '{\n  "messages": [{"content": "<image>Who is it?", "role": "user"}, {"content": "Ada.", "role": "assistant"}],\n'
    '  "images": ["a/0.png"]\n}',
    '{"messages": [{"role": "system", "content": "Be short."}, {"role": "user", "content": "Hello?"}, '
    '{"role": "assistant", "content": "Hi."}], "images": []}',
)
ROLES = {"user": "human", "assistant": "gpt"} | dict.fromkeys(("function_call", "observation"), "tool")


def fill(store: Store, raws, kept=lambda i: True, copies=1, toml="[rebalance]\nseed = 5\n", images=None, form="llava"):
    """The rows that ingest and rebalance would have written for these records."""
    with store.atomic() as writer:
        for i, raw in enumerate(raws):
            record = json.loads(raw)
            named = record.get("image", record.get("images", []))
            named = [named["path"]] if isinstance(named, dict) else named
            said = record.get("conversations") or record.get("messages") or []
            writer.execute(
                "insert into instance (instance, id, images, missing, turns, raw, videos) "
                "values ($1, $2, $3, 0, $4, $5, $6)",
                [
                    i,
                    json.dumps(record["id"], ensure_ascii=False) if "id" in record else None,
                    [named] if isinstance(named, str) and named else named or [],
                    [
                        {
                            "role": ROLES.get(t.get("from", t.get("role")), t.get("from", t.get("role"))),
                            "text": t.get("value", t.get("content")),
                        }
                        for t in said
                    ],
                    raw,
                    [record["video"]] if "video" in record else record.get("videos", []),
                ],
            )
            writer.execute(
                "insert into decision values (1, $1, 1, $2, $3, $4, 0.25)",
                [i, kept(i), copies if kept(i) else 0, "passes" if kept(i) else "below_min_passes"],
            )
        writer.execute(
            "insert into source (path, images, form, layout, bytes, sha256, instances, rejected) "
            "values ('somewhere/source.json', $1, $2, 'array', 10, 'abc', $3, 0)",
            [str(images) if images else None, form, len(raws)],
        )
        writer.execute("insert into run (run, name, recipe, fingerprint) values (1, 'first', $1, 'f')", [toml])


def index(store: Store):
    """Objects of the four records: a drum in all, a cup in 0 and 2, a harp in 3."""
    with store.atomic() as writer:
        for entity, name, where in ((0, "drum", (0, 1, 2, 3)), (1, "cup", (0, 2)), (2, "harp", (3,))):
            writer.execute(
                "insert into entity (entity, perspective, name, n, draw_key) values ($1, 1, $2, $3, 1)",
                [entity, name, len(where)],
            )
            for instance in where:
                writer.execute("insert into posting values (1, $1, $2)", [instance, entity])
        writer.execute(
            "insert into index_made (extractor, objects_from, lexicon_fingerprint) values ('lexicon', 'text', 'lex')"
        )


def draw_images(folder: Path) -> Path:
    """The image folder of the four records."""
    from PIL import Image

    (folder / "a").mkdir(parents=True)
    for n in (0, 2, 3):
        Image.new("RGB", (4 + n, 6), (10 * n, 90, 30)).save(folder / "a" / f"{n}.png")
    return folder


def accept(
    store: Store, workspace: Workspace, candidate="p1-00000-0", judgement="accept", reviewer="ada", score=0.9, slot=0
):
    """One candidate with a real picture, and a verdict on it."""
    from PIL import Image

    path = workspace.images / f"{candidate}.png"
    Image.new("RGB", (8, 8), (200, 30, 30)).save(path)
    with store.atomic() as writer:
        if not writer.value("select count(*) from plan"):
            writer.execute("insert into plan (plan, run, settings) values (1, 1, '{}')")
        writer.execute(
            """
            insert into candidate (candidate, plan, slot, alternative, chosen, entity, entities, parent, generator,
                                   model, seed, prompt, image, sha256, turns, caption, conversation_by, scorer, score,
                                   flags, perceptual_distance, parameters)
            values ($1, 1, $2, 0, true, 2, [2], 2, 'text-to-image', 'assets/models/starter', 11, 'a harp', $3, 'ff',
                    $4, 'a red harp', 'template', 'clip', $5, [], 30,
                    '{"device": "cpu", "batch": 8, "threads": 1}')
            """,
            [
                candidate,
                slot,
                f"images/{candidate}.png",
                [{"role": "human", "text": "What is this?"}, {"role": "gpt", "text": "A red harp."}],
                score,
            ],
        )
        if judgement:
            writer.execute(
                "insert into verdict (candidate, reviewer, judgement) values ($1, $2, $3)",
                [candidate, reviewer, judgement],
            )


def tree(folder: Path) -> dict[str, str]:
    """SHA-256 of every file below a folder, by path."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
