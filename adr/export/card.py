"""The dataset card: README.md of an export, with the curves as pictures. It also says what was not verified.

Writes Markdown from the manifest and the counts. Knows nothing of the database.
"""

import json
from typing import Any

from adr.export import croissant, trainer
from adr.export.counts import Counts
from adr.export.curves import file_of, svg, title_of
from adr.export.images import SUMS
from adr.export.leaked import leaks_words
from adr.export.leaving import RESERVOIR_FOLDER, SYNTHETIC_FOLDER
from adr.export.mixture import WEIGHTS
from adr.export.work import Format, Work
from adr.perspectives import PAPER_NAMES, described
from adr.plain_text import SENTENCE, code, plain

FILE = "README.md"
CURVES = "curves"
_START = {True: "has the lines that start the trainer", False: "has the lines that read it"}
METHOD = (
    "ADR, Adaptive Data Refinement (Song et al., CVPR 2025, arXiv 2503.12821): long-tail analysis from four "
    "perspectives, rebalancing of the head, synthesis for the tail."
)


def write(work: Work, format: Format, counts: list[Counts], manifest: dict[str, Any]) -> None:
    """Write the card and its curves into the export's folder."""
    for one in counts:
        with work.file(f"{CURVES}/{file_of(one.perspective)}") as out:
            out.write(svg(one).encode())
    with work.file(FILE) as out:
        present = {path.name for path in work.folder.iterdir()} | {"manifest.json"}
        out.write(text(format, counts, manifest, present).encode())


def text(format: Format, counts: list[Counts], manifest: dict[str, Any], present: set[str]) -> str:
    """The card in Markdown, with Hugging Face's front matter for their format. present: files beside the card."""
    parts = [
        _front(format, manifest),
        f"# {plain(manifest['recipe_name'] or 'Refined instruction data')}\n",
        _size(manifest),
        _epochs(manifest),
        _use(format, manifest),
        _made(manifest),
        _mixture(manifest),
        _curves(counts),
        _numbers(counts),
        _synthetic(manifest),
        _verdicts(manifest),
        _measured(manifest),
        leaks_words(manifest),
        _caveats(counts, manifest),
        _licences(manifest),
        _files(manifest, present),
    ]
    return "\n".join(part for part in parts if part)


def _front(format: Format, manifest: dict[str, Any]) -> str:
    """Hugging Face's front matter."""
    lines = ["---"]
    if manifest["options"].get("license"):
        lines.append(f"license: {json.dumps(manifest['options']['license'])}")
    if manifest["configuration"]:
        lines.append("configs:")
        for name, path in _configurations(format, manifest):
            lines += [f"- config_name: {name}", "  data_files:", "  - split: train", f"    path: {path}"]
    lines += ["task_categories:", "- image-text-to-text", "tags:", "- adr"]
    lines += ["- synthetic"] if manifest["counts"]["synthetic"] else []
    return "\n".join([*lines, "---\n"])


def _configurations(format: Format, manifest: dict[str, Any]) -> list[tuple[str, str]]:
    """(name, its file or files) of each set of rows that `datasets` can read by the card."""
    name = manifest["configuration"]
    if "mixture" not in manifest:
        return [(name, format.data_files or manifest["main"][0])]
    values = manifest["mixture"]["values"]
    return [
        (f"{name}-{one['name']}", (format.data_files or one["files"][0]).replace("*", one["name"], 1)) for one in values
    ]


def _size(manifest: dict[str, Any]) -> str:
    n, source = manifest["counts"], manifest["source"]
    said = (
        f"{n['rows']:,} rows for {manifest['format_title']}: {n['kept_instances'] - n['left_out_faulty']:,} of "
        f"{n['source_instances']:,} instances of {code(source.get('name', 'the source'))}"
    )
    if "epochs" in manifest:
        said += f" that at least one of {len(manifest['epochs']['each'])} epochs has"
    if n["copies"]:
        said += f", {n['copies']:,} extra copies of rare ones"
    retrieved = manifest.get("reservoir", {"rows": 0})
    made = n["synthetic"] - retrieved["rows"]
    if retrieved["rows"]:
        said += f", {retrieved['rows']:,} real rows of the reservoir {code(retrieved['name'])}"
    said += f", and {made:,} synthetic ({made / max(1, n['rows']):.1%} of all rows)."
    if "only" in manifest:
        only = manifest["only"]
        said += (
            f" It was limited to {only['instances']:,} instances ({code(only['words'])}), of which the run keeps "
            f"{only['kept']:,}."
        )
    if n["left_out_faulty"]:
        said += f" {n['left_out_faulty']:,} kept instances were left out because of errors (see `dropped.jsonl`)."
    return said + "\n"


def _epochs(manifest: dict[str, Any]) -> str:
    """What each epoch has, and how much is in every one of them or in none."""
    told = manifest.get("epochs")
    if told is None:
        return ""
    lines = [
        "## Epochs\n",
        "The recipe was drawn once for each epoch. The curves and numbers below are those of epoch 1, which has the "
        "recipe's own seed. A list holds the numbers of an epoch's rows in the main file, from 0, in the order in "
        f"which they are read. Accepted candidates are in every epoch. `{trainer.FILE}` says how to train on them.\n",
        "| epoch | seed | rows | list | file |",
        "|---|---|---|---|---|",
    ]
    for one in told["each"]:
        files = ", ".join(code(name) for name in one.get("main", ())[:1])
        lines.append(f"| {one['epoch']} | {one['seed']} | {one['rows']:,} | {code(one['list'])} | {files} |")
    if seen := told.get("instances"):
        lines.append(
            f"\nOf the source's instances {seen['in_every']:,} are in every epoch, {seen['at_least_once']:,} in at "
            f"least one, and {seen['never']:,} in none."
        )
    return "\n".join(lines) + "\n"


def _use(format: Format, manifest: dict[str, Any]) -> str:
    images = manifest["options"]["images"]
    root = "IMAGE_FOLDER" if images == "reference" else "OUT/images"
    lines = [
        "## Use\n",
        f"```\n{format.setting.format(out='OUT', root=root)}\n```\n",
        f"`OUT` is this folder; `{trainer.FILE}` {_START[format.name in trainer.TRAINERS]}.",
    ]
    if images == "reference" and format.part == "all":
        several = ", or the folder that holds all of theirs" if manifest["source"].get("sources") else ""
        lines.append(
            f"`IMAGE_FOLDER` is the image folder of the source{several}; its pictures are not part of this export."
        )
        for folder, what, there in _folders(manifest):
            if there:
                lines.append(
                    f"The {what} pictures are in `images`. Put them beside the others with "
                    f'`ln -s "$(realpath OUT/images/{folder})" IMAGE_FOLDER/{folder}`.'
                )
    elif images == "link":
        lines.append("The source's pictures in `images` are links, which only work on the machine that wrote them.")
    return "\n".join(lines) + "\n"


def _folders(manifest: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """(folder, what its pictures are, whether the export has it) of the pictures of candidates."""
    retrieved = int(manifest.get("reservoir", {"rows": 0})["rows"])
    made = manifest["synthesis"]["images"] - retrieved
    return [(SYNTHETIC_FOLDER, "synthetic", made > 0), (RESERVOIR_FOLDER, "retrieved", retrieved > 0)]


def _made(manifest: dict[str, Any]) -> str:
    recipe, source, index = manifest["recipe"], manifest["source"], manifest["index"]
    lines = [
        "## How it was made\n",
        METHOD,
        "",
        plain(recipe["in_words"], SENTENCE),
        "",
        f"The recipe has the fingerprint {code(recipe['fingerprint'])} and is in `manifest.json` in full. "
        f"The source has the SHA-256 {code(str(source.get('sha256')))}.",
    ]
    if index:
        how = index["extractor"] + (f" ({index['spacy_model']})" if index.get("spacy_model") else "")
        lines.append(
            f"Entities were found by {plain(how)}, objects taken from {plain(index['objects_from'])}; lexicon "
            f"{code(str(index['lexicon_fingerprint']))}, program {code(manifest['made_by']['code'])}."
        )
    return "\n".join(lines) + "\n"


def _mixture(manifest: dict[str, Any]) -> str:
    """What a trainer sees of each value of an export with weights."""
    mixture = manifest.get("mixture")
    if mixture is None:
        return ""
    lines = [
        "## Mixture\n",
        f"All rows before the mixture are here, in one file for each value of {plain(mixture['perspective'])}. “Times” "
        "says how often each row of a file is seen where the rows that the run keeps are seen once "
        f"({mixture['seen_rows']:,.0f} rows), and “share” its part of what is seen. With the trainer's setting an "
        f"epoch has about {mixture['epoch_rows']:,.0f} rows. All other numbers on this page count "
        "every row of the files.\n",
        "| value | rows | times | share | setting | rows in an epoch |",
        "|---|---|---|---|---|---|",
    ]
    for one in mixture["values"]:
        lines.append(
            f"| {plain(one['value']) if one['value'] is not None else one['kind']} | {one['rows']:,} | "
            f"{one['times']:.4g} | {one['share']:.2%} | {code(one['setting']) if one['setting'] else 'left out'} | "
            f"{one['epoch_rows']:,.0f} |"
        )
    return "\n".join(lines) + "\n"


def _curves(counts: list[Counts]) -> str:
    if not counts:
        return ""
    lines = ["## Curves\n", "How many instances have each entity, by its rank, before and after.\n"]
    lines += [f"![{plain(title_of(one.perspective))}]({CURVES}/{file_of(one.perspective)})" for one in counts]
    return "\n".join(lines) + "\n"


def _numbers(counts: list[Counts]) -> str:
    if not counts:
        return ""
    lines = [
        "## Numbers\n",
        "Counts are numbers of instances. Shares are shares of postings. The tail is the tail of the "
        "source, by the paper's rule. “Random” is a uniform random subset with as many instances as were kept.\n",
        "| perspective | τ | state | entities | lost | tail share | effective entities | most frequent |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in counts:
        for state, array in (
            ("before", one.before),
            ("after", one.after),
            ("with synthetic", one.refined),
            ("random", one.random),
        ):
            if state == "with synthetic" and not one.added:
                continue
            n, known = one.numbers(array), one.perspective in PAPER_NAMES
            name = one.perspective if known else plain(described(one.perspective).called)
            lines.append(
                f"| {name} | {one.tau:,.0f} | {state} | {n['entities']:,} | "
                f"{n['entities_lost']:,} | {n['tail_share']:.2%} | {n['effective_entities']:,.0f} | "
                f"{n['largest']:,} |"
            )
    return "\n".join(lines) + "\n"


def _synthetic(manifest: dict[str, Any]) -> str:
    made = manifest["synthesis"]
    if not made["rows"]:
        return "## Synthetic part\n\nThis export has no synthetic rows.\n"
    lines = [
        "## Synthetic part\n",
        f"{made['rows']:,} rows, {made['share']:.1%} of all. Each has a line in `synthetic.jsonl` with its parent, "
        "prompt, seed, model, scores, verdict and editor.\n",
        f"- Made by {_listed(made['generators'])}.",
        f"- Conversations by {_listed(made['conversations_by'])}.",
    ]
    if made["same_bytes"]:
        lines.append(
            "- The same plan makes the same bytes again with the same packages and kind of processor, if these agree: "
            f"{_listed(made['same_bytes'])}."
        )
    if reservoir := manifest.get("reservoir"):
        lines.append(
            f"- {reservoir['rows']:,} of them are real rows of the reservoir {code(reservoir['name'])}, retrieved with "
            f"their own conversations; its file has the SHA-256 {code(reservoir['sha256'])}."
        )
    lines += [f"- Accepted by {plain(who)}: {n:,}." for who, n in made["accepted_by"].items()]
    lines += [
        f"- Model {code(str(model['name']))}"
        + (f", fingerprint {code(model['fingerprint'])}" if "fingerprint" in model else "")
        + "."
        for model in made["models"]
    ]
    return "\n".join(lines) + "\n"


def _verdicts(manifest: dict[str, Any]) -> str:
    said = manifest["verdicts"]
    if not said["in_force"]:
        return ""
    lines = ["## Verdicts\n", "| by | accept | reject | unsure |", "|---|---|---|---|"]
    for kind, who in (("by_reviewer", "reviewer"), ("by_rule", "rule")):
        for name, n in said[kind].items():
            lines.append(
                f"| {who} {plain(name)} | {n.get('accept', 0):,} | {n.get('reject', 0):,} | {n.get('unsure', 0):,} |"
            )
    lines.append(
        f"\n{said['not_judged']:,} candidates have no verdict; they are not in this export, "
        "except where a rule above accepted them."
    )
    return "\n".join(lines) + "\n"


def _measured(manifest: dict[str, Any]) -> str:
    said = manifest.get("measured")
    return f"## Measured\n\n{plain(said[0].upper() + said[1:], SENTENCE)}\n" if said else ""


def _caveats(counts: list[Counts], manifest: dict[str, Any]) -> str:
    made, index = manifest["synthesis"], manifest["index"]
    lines = [
        "## What was not verified\n",
        "- Entities were found by rules and word lists, not by people. A mistake in the tail is kept as if it were "
        "rare.",
        ("- No model was trained on this dataset." if not manifest.get("measured") else "- No large model was trained.")
        + " The method's authors report average gains over their benchmarks. In their logs, rebalancing alone did not "
        "beat a random subset of the same size, so compare with one.",
    ]
    if index and index.get("objects_from") != "annotations" and not index.get("verified_by"):
        whose = "" if index.get("objects_from") == "text" else " of instances without annotations"
        lines.append(f"- Objects{whose} were taken from the text and not checked against the pictures.")
    if index and index.get("unread"):
        lines.append(f"- The text of {index['unread']:,} instances is in a language that the word list cannot read.")
    unseen = sum(n for who, n in made["accepted_by"].items() if who != "a person")
    if unseen:
        lines.append(f"- {unseen:,} synthetic rows were accepted by a rule; nobody looked at them.")
    if worded := made["rows"] - made["images"]:
        lines.append(
            f"- {worded:,} rows reword a conversation of the source with rarer synonyms and keep its picture. "
            "The method's authors found that such rewriting harms captioning."
        )
    if made["images"]:
        lines.append("- Nobody but the reviewers checked synthetic answers against their pictures.")
    warned = [f for f in manifest["lint"] if f["level"] == "warning"]
    lines += [f"- {plain(f['sentence'], SENTENCE)} ({f['rows']:,} rows)" for f in warned]
    lines += [
        f"- {f['rows']:,} rows had an error and were left out: {plain(f['sentence'], SENTENCE)}"
        for f in manifest["lint"]
        if f["level"] == "error"
    ]
    return "\n".join(lines) + "\n"


def _licences(manifest: dict[str, Any]) -> str:
    lines = [
        "## Licences\n",
        "Conversations and pictures of the source keep the source's licence. This export grants no licence, and "
        "selecting rows does not change it.",
    ]
    for model in manifest["synthesis"]["models"]:
        if model["name"] == "WordNet":
            lines.append("- WordNet: Princeton University's own licence, which permits any use with its notice.")
            continue
        own = (model["name"] or "").startswith("assets/models/")
        lines.append(
            f"- {code(str(model['name']))}: "
            + (
                "a starter model of ADR Workbench, trained on pictures that the project drew itself."
                if own
                else "see the licence on its model page, which may limit the use of what the model makes."
            )
        )
    return "\n".join(lines) + "\n"


def _files(manifest: dict[str, Any], present: set[str]) -> str:
    says = {
        "dropped.jsonl": "instances that were not exported, and why",
        "synthetic.jsonl": "where each synthetic row came from",
        WEIGHTS: "how often each row is seen, for a weighted sampler",
        trainer.FILE: "the lines that start the trainer, or read the data",
        croissant.FILE: "the same facts as Croissant metadata, with the columns",
        "report.html": "before and after, on one page",
        "manifest.json": "the facts above for programs, and the SHA-256 of every file",
        SUMS: "SHA-256 of the pictures in this folder (check with `sha256sum -c`)",
    }
    lines = ["## Files\n"] + [f"- {code(name)}" for name in manifest["main"][:20]]
    if len(manifest["main"]) > 20:
        lines.append(f"- … {len(manifest['main']) - 20} more shards")
    lines += [f"- `{name}`: {what}" for name, what in says.items() if name in present]
    return "\n".join(lines) + "\n"


def _listed(tally: dict[str, int]) -> str:
    return ", ".join(f"{plain(str(name))} ({n:,})" for name, n in tally.items())
