"""COCO captions of the synthetic part: captions.json with one caption per picture, as pycocotools reads it."""

import json

from adr.conversation import MARKER
from adr.export.leaving import Accepted
from adr.export.lint import Rules
from adr.export.work import Format, Work
from adr.small_images import picture_size

FILE = "captions.json"


def write(work: Work) -> list[str]:
    """Write the captions file; returns [FILE]. A picture without a caption gets its conversation's first answer."""
    images, annotations = [], []
    for number, row in enumerate(work.leave.order.tolist(), 1):
        one = work.leave.candidate(row)
        name = one.images[0]
        width, height = picture_size(work.path_of(name))
        images.append({"id": number, "file_name": name, "width": width, "height": height})
        annotations.append({"id": number, "image_id": number, "caption": caption(one)})
        if number % 200 == 0:
            work.progress(number, work.leave.instances, "Writing")
    with work.file(FILE) as out:
        content = {
            "info": {"description": "Synthetic part of an ADR Workbench export"},
            "licenses": [],
            "images": images,
            "annotations": annotations,
        }
        out.write(json.dumps(content, ensure_ascii=False, indent=1).encode() + b"\n")
    return [FILE]


def caption(one: Accepted) -> str:
    """What the picture shows, as a sentence."""
    if one.caption:
        return one.caption
    return next((text.replace(MARKER, "").strip() for role, text in one.turns if role == "gpt"), "")


FORMAT = Format(
    name="coco",
    title="COCO captions",
    sentence="The synthetic part alone: pictures with one caption each.",
    setting='pycocotools.coco.COCO("{out}/captions.json"), pictures below {out}/images',
    rules=Rules(conversation=False, carries_ids=False),
    images=("reference",),
    write=write,
    keeps=lambda form: False,
    part="synthetic",
    data_files="",
)
