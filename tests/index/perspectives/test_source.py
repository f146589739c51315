"""Where a record comes from: its own column, then the folder of its image, then the ingested source."""

import pytest

from adr.index.perspectives.source import names
from tests.worlds.batches import batch


@pytest.mark.parametrize(
    ("record", "path", "expected"),
    [
        ('{"id": 1, "source": "vqav2", "image": "coco/1.jpg"}', "coco/1.jpg", "vqav2"),
        ('{"dataset":"chart qa"}', "coco/1.jpg", "chart qa"),
        ('{"data_source": "a/b.json"}', "coco/1.jpg", "a/b.json"),
        ('{"dataset": "late", "source": "first"}', "coco/1.jpg", "first"),
        ('{"source": " ", "dataset": "second"}', "coco/1.jpg", "second"),
        ('{"source": 7, "dataset": null}', "coco/1.jpg", "coco"),  # no text
        ('{"meta": {"source": "inner"}}', "coco/1.jpg", "coco"),  # not the record's own
        ('{"conversations": [{"from": "human", "value": "say \\\\"source\\\\": \\\\"x\\\\""}]}', "coco/1.jpg", "coco"),
        ('{"source": "two\\nlines  here"}', "coco/1.jpg", "two lines here"),
        ('{"source": "' + "x" * 300 + '"}', "coco/1.jpg", "x" * 200),
        ('{"source": "half \\ud800"}', "coco/1.jpg", "half \ufffd"),
        (None, "coco/1.jpg", "coco"),
    ],
)
def test_names__the_column_of_the_record_comes_first(record, path, expected):
    assert names(batch(raw=[record], images=[[path]], source=["mix"])) == [[expected]]


@pytest.mark.parametrize(
    ("path", "prefix", "expected"),
    [
        ("coco/train2017/000000033471.jpg", "", "coco"),
        ("gqa/images/1.jpg", "", "gqa"),
        ("ocr_vqa/images/0140434003.jpg", "", "ocr_vqa"),
        ("textvqa/train_images/a.jpg", "", "textvqa"),
        ("vg/VG_100K_2/2.jpg", "", "vg"),
        ("@second/coco/1.jpg", "@second/", "coco"),
        ("@second/1.jpg", "@second/", "mix"),
        ("./coco/1.jpg", "", "coco"),
        ("1.jpg", "", "mix"),
        ("/images/1.jpg", "", "images"),
        ("https://example.com/a/1.jpg", "", "example.com"),
        ("data:image/png;base64,iVBORw0KGgo/a", "", "mix"),
        ("train-00000-of-00002.parquet/3-0.png", "", "mix"),
        ("ai2d/train-00000.parquet/3-0.png", "", "ai2d"),
        ("data/train-00000.parquet/3-0.png", "", "mix"),
        ("data/1.jpg", "", "data"),
    ],
)
def test_names__then_the_first_folder_of_the_image(path, prefix, expected):
    given = batch(raw=['{"id": 1}'], images=[[path, "other/2.jpg"]], prefix=[prefix], source=["mix"])
    assert names(given) == [[expected]]


def test_names__an_instance_without_a_picture_is_of_the_ingested_source():
    assert names(batch(raw=['{"id": 1}', '{"source": "chat"}'], source=["mix", "mix"])) == [["mix"], ["chat"]]
