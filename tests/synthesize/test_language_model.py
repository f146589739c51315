"""The language model's client: a scripted server for awkward answers, and `transformers serve` with a real model."""

import json
import os
import socket
import subprocess
import sys
import time
import traceback
import urllib.request

import pytest
from PIL import Image

from adr.conversation import FAULTS
from adr.errors import AdrError
from adr.synthesize.conversations import Request, by_language_model, by_rewriting, load_writer
from adr.synthesize.language_model import Answer, LanguageModel, conversation_messages, read_pairs
from adr.synthesize.turn_style import TurnStyle
from tests.worlds.language_server import GOOD, scripted
from tests.worlds.talk import slot, talk
from tests.worlds.tiny_texts import speaker

PAIRS = [("What is shown?", "An accordion on a table."), ("Is there a dog?", "No.")]
STYLE = TurnStyle({2: 1.0})
SECRET = "sk-not-to-be-written-anywhere"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch):
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    monkeypatch.setenv("no_proxy", "127.0.0.1,localhost")


def written(*script, **options):
    """What becomes of one request for a conversation about an accordion, and how often the server was asked."""
    with scripted(*script) as (url, asked):
        model = LanguageModel(url, "m", **({"timeout": 20, "retries": 2} | options))
        one = by_language_model([Request(slot(), 1, Image.new("RGB", (8, 8)))], model, STYLE, ["An accordion."])[0]
        return one, len(asked)


# -- what it answers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (GOOD, PAIRS),
        (f"Sure! Here they are:\n```json\n{GOOD}\n```\nI hope this helps.", PAIRS),
        (json.dumps({"conversation": json.loads(GOOD)}), PAIRS),
        (json.dumps([{"role": r, "content": t} for q, a in PAIRS for r, t in (("user", q), ("assistant", a))]), PAIRS),
        (f"<think>The user wants an accordion. Question: is it?</think>\n{GOOD}", PAIRS),
        (GOOD[:-1], PAIRS),  # the bracket was cut off
        (GOOD[:-20], PAIRS[:1]),  # half of the second was
        (
            "Question: What is shown?\nAnswer: An accordion on a table.\n===\nQuestion: Is there a dog?\nAnswer: No.",
            PAIRS,
        ),
        ("Question: What is shown? Answer: An accordion on a table. Question: Is there a dog? Answer: No.", PAIRS),
        (
            "**Question 1:** What is shown?\n**Answer 1:** An accordion on a table.\n\n2. Question: Is there a dog?\n"
            "Answer: No.\n\nLet me know if you need more!",
            PAIRS,
        ),
        ("Q: What is shown?\nA: An accordion on a table.\nQ: Is there a dog?\nA: No.", PAIRS),
        ('[{"question": "What?", "answer": "<image> A cat"}]', [("What?", "A cat")]),
        ('[{"question": "How many?", "answer": 2}]', [("How many?", "2")]),
        ("Question: One?\nQuestion: Two?\nAnswer: Both.", "turns_do_not_alternate"),
        ("Answer: Both.\nQuestion: One?", "turns_do_not_alternate"),
        ("I cannot help with that.", "unreadable_reply"),
        ("[]", "unreadable_reply"),
        ('{"question": 3}', "unreadable_reply"),
        ("<think>For ever and ever", "no_reply"),
    ],
)
def test_read_pairs__each_form(text, expected):
    assert read_pairs(Answer(text)) == expected
    assert not isinstance(expected, str) or expected in FAULTS


def test_read_pairs__without_what_was_cut_off():
    text = "Question: What is shown?\nAnswer: An accordion on a table.\nQuestion: Is there a dog?\nAnswer: No, but ther"
    assert read_pairs(Answer(text, cut=True)) == PAIRS[:1]
    assert read_pairs(Answer(text[: text.index("Answer: No")], cut=True)) == PAIRS[:1]
    assert read_pairs(Answer(None, reason="no answer in time")) == "no_reply"


# -- a scripted server -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("first", "fault"),
    [
        ("", "no_reply"),
        ("What a nice picture!", "unreadable_reply"),
        ("Question: One?\nQuestion: Two?", "turns_do_not_alternate"),
        (GOOD.replace("accordion", "piano"), "entity_not_mentioned"),
        (GOOD.replace("on a table", "on a table" + " and a table" * 1000), "too_long"),
        (GOOD.replace("No.", "As an AI language model I cannot see."), "leftover_prompt"),
        (GOOD.replace("No.", ""), "empty_turn"),
        (json.dumps([{"question": f"What {i}?", "answer": "An accordion."} for i in range(30)]), "too_many_turns"),
    ],
)
def test_by_language_model__a_fault_is_asked_for_once_more(first, fault):
    """Good the second time: taken. Bad twice: set aside with the reason."""
    good, times = written(first, GOOD)
    assert (good.fault, times, good.turns[1]["text"]) == (None, 2, "An accordion on a table.")
    assert good.turns[0] == {"role": "human", "text": "<image>\nWhat is shown?"} and good.by == "language_model"
    bad, times = written(first)
    assert (bad.fault, times) == (fault, 2) and fault in FAULTS


def test_by_language_model__overload_and_faults_of_the_server():
    good, times = written((429, "{}"), (500, "{}"), GOOD)
    assert (good.fault, times) == (None, 3)
    bad, times = written((503, "{}"), retries=1)
    assert (bad.fault, bad.turns, times) == ("no_reply", [], 4)  # twice, each with one retry
    odd, _ = written((200, b"<html>gateway</html>"), retries=0)
    assert odd.fault == "no_reply"


def test_by_language_model__no_answer_in_time():
    """On a busy machine an answer that comes at once may be late as well, and is asked for again."""
    good, times = written(60.0, GOOD, timeout=0.5, retries=9)
    assert good.fault is None and times >= 2


def test_answers__options_that_a_server_does_not_know():
    refusal = (400, json.dumps({"error": {"message": "Unknown 'max_tokens'; use 'max_completion_tokens'"}}))
    warm = (400, json.dumps({"error": {"message": "Unsupported value: 'temperature' must be 1"}}))
    with scripted(refusal, warm, GOOD) as (url, asked):
        model = LanguageModel(url, "m", retries=0)
        for _ in range(2):
            assert [a.text for a in model.answers([[{"role": "user", "content": "Hi"}]])] == [GOOD]
    assert len(asked) == 4  # what was refused once is not asked for again
    assert "max_tokens" in asked[0]["body"] and "max_tokens" not in asked[-1]["body"]
    assert asked[-1]["body"]["max_completion_tokens"] == 1024 and "temperature" not in asked[-1]["body"]


def test_answers__in_order_and_not_too_many_at_once():
    """Twelve requests, each answered after 0.1 s, three at a time: at no moment are more than three under way."""
    with scripted(0.1) as (url, asked):
        model = LanguageModel(url, "m", at_once=3, retries=0)
        started = time.monotonic()
        answers = model.answers([[{"role": "user", "content": str(i)}] for i in range(12)])
        assert len(answers) == len(asked) == 12
        assert time.monotonic() - started >= 0.4  # four rounds at least
    assert {a["body"]["messages"][0]["content"] for a in asked} == {str(i) for i in range(12)}


@pytest.mark.parametrize(
    ("answer", "sentence"),
    [
        ((401, json.dumps({"error": {"message": f"bad key {SECRET}"}})), "refuses the key"),
        ((403, "{}"), "refuses the key"),
        ((404, json.dumps({"error": {"message": "no such model"}})), "knows no model 'm'"),
    ],
)
def test_answers__what_a_person_must_mend(answer, sentence, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", SECRET)
    with scripted(answer) as (url, asked), pytest.raises(AdrError, match=sentence) as told:
        LanguageModel(url, "m", retries=0).answers([[{"role": "user", "content": "Hi"}]])
    assert asked[0]["key"] == f"Bearer {SECRET}"
    assert SECRET not in "".join(traceback.format_exception(told.value))


def test_answers__nobody_there():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}/v1"
    with pytest.raises(AdrError, match="cannot be reached"):
        LanguageModel(url, "m", retries=0).answers([[{"role": "user", "content": "Hi"}]])
    with pytest.raises(AdrError, match="cannot be reached"):
        LanguageModel(url, retries=0)


def test_load_writer__from_the_settings(monkeypatch):
    """Without a name the server's only model is taken; a model that sees gets the picture."""
    with scripted(GOOD) as (url, asked):
        monkeypatch.setenv("ADR_LANGUAGE_MODEL_URL", url)
        monkeypatch.setenv("ADR_LANGUAGE_MODEL_SEES", "yes")
        for variable in ("ADR_LANGUAGE_MODEL", "ADR_CAPTIONER_MODEL", "OPENAI_API_KEY"):
            monkeypatch.delenv(variable, raising=False)
        one = load_writer("language_model")([Request(slot(), 1, Image.new("RGB", (8, 8)))])[0]
    assert one.fault is None and one.caption == "A photo of accordion."
    body = asked[0]["body"]
    assert body["model"] == "the-one" and body["temperature"] == 0
    image, text = body["messages"][1]["content"]
    assert image["image_url"]["url"].startswith("data:image/png;base64,")
    assert "uses the word accordion" in text["text"] and "A photo of accordion." in text["text"]


def test_conversation_messages__says_what_is_wanted():
    text = conversation_messages("A cat and a dog.", ["cat", "dog"], ["bus"], 1, True)[1]["content"]
    assert "Write 1 question that" in text and "the words cat and dog" in text and "such as bus" in text
    assert "a word or a short phrase" in text


# -- rewriting ---------------------------------------------------------------------------------------------------------


def test_by_rewriting__uses_a_synonym_or_is_set_aside():
    turns = talk("What is the accordion on?\n<image>", "The accordion is on a sofa.")
    words = {"sofa": ["couch", "lounge"], "accordion": ["squeezebox"]}
    request = Request(slot(turns=turns, words=words), 1, Image.new("RGB", (8, 8)))
    used = json.dumps([{"question": "Where is the accordion?", "answer": "Two accordions lie on couches."}])
    unused = json.dumps([{"question": "Where is the accordion?", "answer": "The accordion is on a sofa."}])
    with scripted(used) as (url, asked):
        one = by_rewriting([request], LanguageModel(url, "m"))[0]
    assert one.fault is None and one.by == "rewrite"
    assert one.turns[0]["text"] == "Where is the accordion?\n<image>"
    said = asked[0]["body"]["messages"][1]["content"]
    assert "- sofa: couch, lounge" in said and "squeezebox" not in said and "<image>" not in said
    with scripted(unused) as (url, asked):
        model = LanguageModel(url, "m")
        assert by_rewriting([request], model)[0].fault == "no_synonym" and len(asked) == 2
        nothing = by_rewriting([Request(slot(turns=turns), 1, request.image)], model)[0]
        assert nothing.fault == "no_synonym" and len(asked) == 2  # nobody is asked where there is none
        assert nothing.turns == [dict(t) for t in turns]


# -- a real server -----------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def served(tmp_path_factory):
    """`transformers serve` with a model whose weights are set so that it says `GOOD`."""
    folder = speaker(tmp_path_factory.mktemp("model") / "speaker", GOOD)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    log = (folder / "serve.log").open("w")
    server = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "transformers.cli.transformers",
            "serve",
            str(folder),
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--device",
            "cpu",
        ],
        stdout=log,
        stderr=subprocess.STDOUT,
        env=os.environ | {"HF_HUB_OFFLINE": "1", "HF_HOME": str(folder / "hub"), "OMP_NUM_THREADS": "1"},
    )
    try:
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        until = time.monotonic() + 300
        while time.monotonic() < until:
            assert server.poll() is None, (folder / "serve.log").read_text()[-2000:]
            try:
                direct.open(f"http://127.0.0.1:{port}/health", timeout=2)
                break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail("the server did not start: " + (folder / "serve.log").read_text()[-2000:])
        yield f"http://127.0.0.1:{port}/v1", str(folder)
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()
        log.close()


@pytest.mark.models
def test_load_writer__a_real_server(served, monkeypatch):
    url, name = served
    monkeypatch.setenv("ADR_LANGUAGE_MODEL_URL", url)
    monkeypatch.setenv("ADR_LANGUAGE_MODEL", name)
    for variable in ("ADR_LANGUAGE_MODEL_SEES", "ADR_CAPTIONER_MODEL"):
        monkeypatch.delenv(variable, raising=False)
    write = load_writer("language_model")
    requests = [Request(slot(), seed, Image.new("RGB", (8, 8))) for seed in range(3)]
    requests.append(Request(slot("piano"), 3, Image.new("RGB", (8, 8))))
    found = write(requests)
    assert [one.fault for one in found] == [None, None, None, "entity_not_mentioned"]
    assert [t["text"] for t in found[0].turns] == [
        "<image>\nWhat is shown?",
        "An accordion on a table.",
        "Is there a dog?",
        "No.",
    ]
