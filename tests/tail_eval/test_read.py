"""Logs of each form, written out: what is read, and what is refused."""

import json
import sys
import zipfile

import pytest

from adr.errors import AdrError
from adr.tail_eval.read import read_log


def lines(path, *records):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(record) + "\n" for record in records), encoding="utf-8")
    return path


def whole(path, value):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def pope(doc_id, said, right, score, **more):
    return {
        "doc_id": doc_id,
        "target": right,
        "input": "Is there a dog in the image?",
        "filtered_resps": [said],
        "doc_hash": f"h{doc_id}",
        "pope_accuracy": {"question_id": str(doc_id), "score": score, "prediction": said, "ground_truth": right},
        "pope_precision": {"question_id": str(doc_id), "score": score, "prediction": said, "ground_truth": right},
        **more,
    }


def samples(folder, *records, task="pope", date="20260101_000000", version=None, effective=None):
    name = f"{date}_samples_{task}.jsonl"
    lines(folder / name, *records)
    if version is not None:
        counts = {task: {"original": 3, "effective": effective or len(records)}}
        whole(folder / f"{date}_results.json", {"versions": {task: version}, "n-samples": counts, "results": {}})
    return folder / name


def test_lmms_eval__samples_of_a_folder(tmp_path):
    samples(tmp_path / "model", pope(0, "Yes", "yes", 1.0), pope(1, "No", "yes", 0.0), version="0.1")
    samples(
        tmp_path / "model",
        {
            "doc_id": 0,
            "target": "Yes",
            "input": "Is this code?",
            "filtered_resps": ["No"],
            "mme_perception_score": {"question_id": "code/0020.png", "category": "code", "score": 0.0},
        },
        task="mme",
    )
    log = read_log(tmp_path)
    assert log.form == "lmms-eval"
    assert [(i.task, i.item, i.version, i.prediction, i.target, i.score, i.picture) for i in log.items] == [
        ("mme", "0", "", "No", "Yes", 0.0, "code/0020.png"),
        ("pope", "0", "0.1", "Yes", "yes", 1.0, ""),
        ("pope", "1", "0.1", "No", "yes", 0.0, ""),
    ]
    assert log.items[1].question == "Is there a dog in the image?" and log.items[1].doc_hash == "h0"


def test_lmms_eval__task_named_numbers(tmp_path):
    one = {"doc_id": 0, "target": "['cat', 'a cat']", "input": "What?", "filtered_resps": ["dog"], "exact_match": 0.6}
    two = {"doc_id": 1, "target": "B", "filtered_resps": ["B"], "seed_image": {"pred": "B", "answer": "B"}}
    assert [i.score for i in read_log(samples(tmp_path, one, task="vqav2")).items] == [0.6]
    assert [i.target for i in read_log(samples(tmp_path, one, task="vqav2")).items] == [("cat", "a cat")]
    assert [i.score for i in read_log(samples(tmp_path, two | {"doc_id": 0}, task="seedbench")).items] == [1.0]


def test_lmms_eval__newest_of_two(tmp_path):
    samples(tmp_path, pope(0, "Yes", "no", 0.0), date="20260101_000000")
    samples(tmp_path, pope(0, "Yes", "yes", 1.0), date="20260102_000000")
    log = read_log(tmp_path)
    assert [i.score for i in log.items] == [1.0]
    assert log.notices == ("1 older files of samples were left aside.",)


def test_lmms_eval__old_logs_with_the_misspelt_key(tmp_path):
    old = {
        "model_configs": {"task": "mme", "metadata": [{"version": 0.0}]},
        "logs": [
            {
                "doc_id": 0,
                "doc": {"question_id": "celebrity/1.jpg", "question": "Is he there?", "answer": "Yes"},
                "target": "Yes",
                "filtered_resps": ["Yes"],
                "mme_percetion_score": {"question_id": "celebrity/1.jpg", "category": "celebrity", "score": 1.0},
            }
        ],
    }
    (item,) = read_log(whole(tmp_path / "mme.json", old)).items
    assert (item.task, item.version, item.question, item.score) == ("mme", "0.0", "Is he there?", 1.0)
    assert item.picture == "celebrity/1.jpg"


def test_lmms_eval__a_log_with_missing_items_is_refused(tmp_path):
    there = [pope(n, "Yes", "yes", 1.0) for n in (0, 1, 3)]
    with pytest.raises(AdrError, match="lacks 1 of 4 items: doc_id 2"):
        read_log(samples(tmp_path / "a", *there))
    with pytest.raises(AdrError, match="has 3 of the 10 items of pope"):
        read_log(samples(tmp_path / "b", *there, version="0.1", effective=10))
    with pytest.raises(AdrError, match="doc_id 1 twice"):
        read_log(samples(tmp_path / "c", there[0], there[1], there[1]))


def test_lmms_eval__totals_only_are_refused(tmp_path):
    with pytest.raises(AdrError, match="totals only"):
        read_log(whole(tmp_path / "results.json", {"results": {"pope": {"pope_accuracy": 0.9}}, "versions": {}}))


def test_lmms_eval__one_rule_for_yes_and_no(tmp_path):
    log = read_log(samples(tmp_path, pope(0, "There is a dog.", "yes", 1.0), pope(1, "No", "no", 1.0)))
    assert [i.score for i in log.items] == [0.0, 1.0]
    assert log.notices[0].startswith("1 yes/no answers are judged otherwise by the log")


SHEET = [
    ("index", "question", "A", "B", "answer", "prediction", "hit"),
    ("7", "What is it?", "a harp", "a dog", "A", "A. a harp", "1"),
    ("9", "What is that?", "a harp", "a dog", "B", "A", "0"),
]


def test_vlmevalkit__table(tmp_path):
    path = tmp_path / "llava" / "llava_MMBench_openai_result.tsv"
    path.parent.mkdir()
    path.write_text("\n".join("\t".join(row) for row in SHEET) + "\n", encoding="utf-8")
    log = read_log(path)
    assert log.form == "VLMEvalKit"
    assert [(i.item, i.task, i.score, i.answer) for i in log.items] == [
        ("7", "MMBench", 1.0, "a harp"),
        ("9", "MMBench", 0.0, "a dog"),
    ]


def test_vlmevalkit__raw_answers_without_a_judge(tmp_path):
    path = tmp_path / "POPE.csv"
    path.write_text("index,question,answer,prediction\n0,Is there a dog?,Yes,no\n1,Is there a cat?,No,No.\n")
    assert [i.score for i in read_log(path).items] == [0.0, 1.0]
    path.write_text("index,question,answer,prediction\n0,A dog?,Yes,Failed to obtain answer via API.\n")
    with pytest.raises(AdrError, match="no answer to 1 of 1 questions"):
        read_log(path)


def write_sheet(path):
    """The smallest .xlsx: text cells, and whole numbers as a sheet holds them."""
    rows = "".join(
        "<row>"
        + "".join(
            f"<c><v>{cell}</v></c>" if cell.isdigit() else f'<c t="inlineStr"><is><t>{cell}</t></is></c>'
            for cell in row
        )
        + "</row>"
        for row in SHEET
    )
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        '<sheet name="Sheet1" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{main}"><sheetData>{rows}</sheetData></worksheet>',
    }
    with zipfile.ZipFile(path, "w") as made:
        for name, text in parts.items():
            made.writestr(name, text)


def test_vlmevalkit__sheet(tmp_path):
    pytest.importorskip("python_calamine")
    write_sheet(tmp_path / "MMBench.xlsx")
    log = read_log(tmp_path / "MMBench.xlsx")
    assert [(i.item, i.score, i.answer) for i in log.items] == [("7", 1.0, "a harp"), ("9", 0.0, "a dog")]


def test_vlmevalkit__sheet_without_its_package(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "python_calamine", None)
    write_sheet(tmp_path / "MMBench.xlsx")
    with pytest.raises(AdrError) as refused:
        read_log(tmp_path / "MMBench.xlsx")
    assert "adr-workbench[sheets]" in refused.value.next_step


def answer(number, text):
    return {"question_id": number, "prompt": "?", "text": text, "answer_id": "x", "model_id": "m", "metadata": {}}


def test_llava__pope_with_questions_and_labels(tmp_path):
    """The label file counts its questions anew per category, so that its ids mean others."""
    log = lines(tmp_path / "answers.jsonl", answer(0, "Yes"), answer(1, "No"), answer(2, "Yes"))
    hint = "\nAnswer the question using a single word or phrase."
    asked = lines(
        tmp_path / "llava_pope_test.jsonl",
        {"question_id": 0, "image": "a.jpg", "text": f"Is there a dog?{hint}", "category": "random"},
        {"question_id": 1, "image": "b.jpg", "text": f"Is there a dog?{hint}", "category": "random"},
        {"question_id": 2, "image": "b.jpg", "text": f"Is there a cat?{hint}", "category": "popular"},
    )
    random = lines(
        tmp_path / "coco_pope_random.json",
        {"question_id": 1, "image": "a.jpg", "text": "Is there a dog?", "label": "yes"},
        {"question_id": 2, "image": "b.jpg", "text": "Is there a dog?", "label": "yes"},
    )
    popular = lines(
        tmp_path / "coco_pope_popular.json",
        {"question_id": 1, "image": "b.jpg", "text": "Is there a cat?", "label": "no"},
    )
    found = read_log(log, [asked, random, popular])
    assert [(i.item, i.task, i.picture, i.target, i.score) for i in found.items] == [
        ("0", "answers/random", "a.jpg", "yes", 1.0),
        ("1", "answers/random", "b.jpg", "yes", 0.0),
        ("2", "answers/popular", "b.jpg", "no", 0.0),
    ]


def test_llava__seed_bench(tmp_path):
    log = lines(tmp_path / "seed.jsonl", answer("101_0", "A"), answer("102_0", "C"))
    asked = whole(
        tmp_path / "SEED-Bench.json",
        {
            "questions": [
                {"question_id": "101_0", "question": "What?", "answer": "A", "choice_a": "a harp", "data_id": "p1"},
                {"question_id": "102_0", "question": "Who?", "answer": "B", "choice_b": "a nun", "data_id": "p2"},
            ]
        },
    )
    assert [(i.score, i.answer, i.picture) for i in read_log(log, [asked]).items] == [
        (1.0, "a harp", "p1"),
        (0.0, "a nun", "p2"),
    ]


def test_llava__vqa_results_with_annotations(tmp_path):
    log = whole(tmp_path / "results.json", [{"question_id": 5, "answer": "two"}])
    people = [{"answer": word} for word in ["two", "2", "one", "three", "3", "4", "5", "6", "7", "8"]]
    asked = whole(
        tmp_path / "annotations.json", {"annotations": [{"question_id": 5, "image_id": 1, "answers": people}]}
    )
    assert read_log(log, [asked]).items[0].score == pytest.approx(2 / 3)


def test_llava__without_right_answers_is_refused(tmp_path):
    with pytest.raises(AdrError, match="does not say whether 1 of 1 items were right"):
        read_log(lines(tmp_path / "answers.jsonl", answer(0, "Yes")))


def test_questions__a_log_that_lacks_some_is_refused(tmp_path):
    log = lines(tmp_path / "answers.jsonl", answer(0, "Yes"))
    asked = lines(tmp_path / "asked.jsonl", *({"question_id": n, "text": "A dog?", "label": "yes"} for n in range(10)))
    with pytest.raises(AdrError, match="lacks 9 of the 10 questions"):
        read_log(log, [asked])
    with pytest.raises(AdrError, match="says nothing of 1 items"):
        read_log(lines(tmp_path / "more.jsonl", answer(99, "Yes")), [asked])


def test_mme__text_files_of_a_folder(tmp_path):
    (tmp_path / "color.txt").write_text("a.jpg\tIs it red?\tYes\tYes\na.jpg\tIs it blue?\tNo\tYes\n")
    (tmp_path / "count.txt").write_text("b.jpg\tAre there two?\tYes\tNo.\n")
    log = read_log(tmp_path)
    assert log.form == "MME"
    assert [(i.task, i.score, i.picture) for i in log.items] == [
        ("mme/color", 1.0, "color/a.jpg"),
        ("mme/color", 0.0, "color/a.jpg"),
        ("mme/count", 0.0, "count/b.jpg"),
    ]
    assert log.clusters.tolist() == [0, 0, 1]


def test_minimal__lines_and_table(tmp_path):
    one = lines(
        tmp_path / "a.jsonl", {"item": 1, "score": 0.5, "question": "A dog?", "cluster": 4, "entities": ["dog"]}
    )
    (item,) = read_log(one).items
    assert (item.item, item.score, item.picture, item.objects) == ("1", 0.5, "4", ("dog",))
    (tmp_path / "b.csv").write_text("item,score\n1,1\n2,0\n")
    assert [i.score for i in read_log(tmp_path / "b.csv").items] == [1.0, 0.0]


@pytest.mark.parametrize(
    ("record", "says"),
    [
        ({"item": 1, "score": 7}, "gives item 1 the score 7"),
        ({"item": 1, "score": True}, "gives item 1 the score True"),
        ({"item": 1, "score": None}, "does not say whether 1 of 2 items"),
        ({"item": 2, "score": 1}, "has item 2 of items twice"),
        ({"item": 1, "score": 1, "seed": 3}, "holds 2 arms or seeds"),
    ],
)
def test_minimal__what_is_refused(tmp_path, record, says):
    with pytest.raises(AdrError, match=says):
        read_log(lines(tmp_path / "a.jsonl", record, {"item": 2, "score": 1}))


def test_read__unknown_and_broken_files(tmp_path):
    for text, says in (
        ("", "is empty"),
        ('{"a": 1}\n{"b": 2}\n', "no form of a log that is known"),
        ('[{"question_id": 1, ', "is not whole JSON"),
        ('{"item": 1, "score": 1}\n{"item": 2, "sc', "Line 2 is not whole JSON"),
    ):
        path = tmp_path / "log.json"
        path.write_text(text)
        with pytest.raises(AdrError, match=says):
            read_log(path)
    with pytest.raises(AdrError, match="There is no file or folder"):
        read_log(tmp_path / "nothing")
