"""A few lines of Python per format that read an export with a public reader of that format into `rows`.

They are shown on the page and in docs/export.md, and a test runs them.
"""

import json

_JSON = """
import json
from pathlib import Path

out = Path({out})
rows = json.loads((out / "{main}").read_text(encoding="utf-8"))
print(len(rows), "rows; the first:", rows[0])
"""
_LINES = """
from datasets import load_dataset

rows = load_dataset("json", data_files={out} + "/{main}", split="train")
print(rows)
print(rows[0])
"""
SNIPPETS = {
    "llava": _JSON,
    "llama-factory": """
import json
from pathlib import Path
from datasets import load_dataset
from PIL import Image

out = Path({out})
media_dir = Path({media})  # LLaMA-Factory takes the same as its media_dir
info = json.loads((out / "dataset_info.json").read_text())["adr"]
rows = load_dataset("json", data_files=str(out / info["file_name"]), split="train")
print(rows)
row = next(row for row in rows if row["images"])
print(Image.open(media_dir / row["images"][0]).size, row[info["columns"]["messages"]])
""",
    "ms-swift": _LINES,
    "qwen-vl": """
import json
from pathlib import Path

out = Path({out})
entry = json.loads((out / "registry.json").read_text())["adr"]
with open(out / entry["annotation_path"], encoding="utf-8") as lines:
    rows = [json.loads(line) for line in lines]
print(len(rows), "rows; the first:", rows[0])
""",
    "internvl": """
import json
from pathlib import Path

out = Path({out})
meta = json.loads((out / "meta.json").read_text())["adr"]
with open(out / meta["annotation"], encoding="utf-8") as lines:
    rows = [json.loads(line) for line in lines]
assert len(rows) == meta["length"]
print(len(rows), "rows; the first:", rows[0])
""",
    "parquet": """
from datasets import load_dataset

rows = load_dataset("parquet", data_files={out} + "/data/*.parquet", split="train")
print(rows)  # id, images, messages
print(rows[0]["images"])  # decoded pictures, or paths if they were left outside
print(rows[0]["messages"])
""",
    "finevision": """
from datasets import load_dataset

rows = load_dataset("parquet", data_files={out} + "/data/*.parquet", split="train")
print(rows)  # images, texts, source and the source's ratings
print(rows[0]["images"], rows[0]["texts"][0]["user"], rows[0]["texts"][0]["assistant"])
""",
    "webdataset": """
from pathlib import Path
import webdataset

shards = sorted(str(path) for path in Path({out}).glob("adr-*.tar"))
rows = webdataset.WebDataset(shards, shardshuffle=False).decode("pil")
for sample in rows:
    print(sample["__key__"], sample["json"]["conversations"], sample.get("jpg", sample.get("png")))
    break
""",
    "coco": """
from pycocotools.coco import COCO

coco = COCO({out} + "/captions.json")
rows = coco.loadImgs(coco.getImgIds())
print(rows[0]["file_name"], coco.loadAnns(coco.getAnnIds(imgIds=[rows[0]["id"]]))[0]["caption"])
""",
    "selection": """
from datasets import load_dataset

rows = load_dataset("parquet", data_files={out} + "/selection.parquet", split="train")
kept = set(rows.filter(lambda row: row["kept"])["position"])
print(len(kept), "of", len(rows), "records stay; record n of the source stays when n is in `kept`")
""",
}


def code(format: str, out: str, main: str, media: str) -> str:
    """The lines for an export in this format, in the folder `out`, with `main` as its main data file and image paths
    that start from the folder `media`."""
    written = {name: json.dumps(folder, ensure_ascii=False) for name, folder in (("out", out), ("media", media))}
    return SNIPPETS[format].strip().format(main=main, **written)
