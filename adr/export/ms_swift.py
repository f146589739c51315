"""ms-swift: JSON Lines of {"messages", "images"} (its docs, "Custom dataset"; the standard form)."""

from adr.export.lint import Rules
from adr.export.records import line, messages
from adr.export.work import Format, Work

FILE = "train.jsonl"


def write(work: Work) -> list[str]:
    """Write one line per row; returns [FILE]."""
    with work.file(FILE) as out:
        for batch in work.rows(turns=True, raw=work.form == "messages"):
            out.write(b"".join(line(messages(row, work.form)) for row in batch))
    return [FILE]


FORMAT = Format(
    name="ms-swift",
    title="ms-swift",
    sentence="JSON Lines (train.jsonl) of messages and images.",
    setting="ROOT_IMAGE_DIR={root} swift sft --dataset {out}/train.jsonl",
    rules=Rules(system_turn=True, tool_turns=True, one_schema=True, carries_ids=False),
    images=("reference", "copy", "link"),
    write=write,
    keeps=lambda form: form == "messages",
)
