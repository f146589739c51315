"""The forms of records that are read: their names, their keys, who writes them, and one example of each. Data only.

`adr.ingest.talk` reads them in this order; docs/formats.md is made from this table.
"""

from dataclasses import dataclass

TALK_KEYS = ("conversations", "messages", "message", "conversation")
"""Keys of a list of turns, looked for in this order."""
IMAGE_KEYS = ("image", "images")
VIDEO_KEYS = ("video", "videos")


@dataclass(frozen=True)
class Form:
    """A form of records. keys: what a record of it holds (of TALK_KEYS, one).

    marks: whether the texts say where an image stands. In a form without markers the images stand before the first
    question, and its conversations are read with the markers placed there.
    """

    name: str
    title: str
    keys: tuple[str, ...]
    example: str
    marks: bool = False
    asks: str = ""  # for a question with one answer: the two keys
    answers: str = ""


FORMS: dict[str, Form] = {
    form.name: form
    for form in (
        Form(
            "llava",
            "LLaVA, ShareGPT: turns with `from` and `value`",
            ("conversations",),
            '{"id": "1", "image": "a.jpg", "conversations": [{"from": "human", "value": "<image>\\nWhat is it?"}, '
            '{"from": "gpt", "value": "A cat."}]}',
            marks=True,
        ),
        Form(
            "messages",
            "OpenAI, TRL, ms-swift: turns with `role` and `content`, a text or a list of parts",
            ("messages",),
            '{"messages": [{"role": "user", "content": "<image>What is it?"}, '
            '{"role": "assistant", "content": "A cat."}], "images": ["a.jpg"]}',
            marks=True,
        ),
        Form(
            "turns",
            "Other lists of turns: mixed keys, parts with `value` (LLaMA-Factory v1), one list inside another",
            ("messages",),
            '{"messages": [{"role": "user", "content": [{"type": "image_url", "value": "a.jpg"}, '
            '{"type": "text", "value": "What is it?"}]}, {"role": "assistant", "value": "A cat."}]}',
            marks=True,
        ),
        Form(
            "preference",
            "Preferences (LLaMA-Factory, TRL): a conversation or `prompt` whose answer stands in `chosen`",
            ("chosen",),
            '{"conversations": [{"from": "human", "value": "Is it a cat?"}], '
            '"chosen": {"from": "gpt", "value": "Yes."}, "rejected": {"from": "gpt", "value": "No."}}',
            marks=True,
        ),
        Form(
            "texts",
            "FineVision: `texts` with `user` and `assistant`",
            ("texts",),
            '{"images": ["a.jpg"], "texts": [{"user": "What is it?", "assistant": "A cat."}]}',
        ),
        Form(
            "query",
            "ms-swift 2: `query`, `response` and `history`",
            ("query", "response"),
            '{"query": "And now?", "response": "A dog.", "history": [["<image>What is it?", "A cat."]], '
            '"images": ["a.jpg"]}',
            asks="query",
            answers="response",
        ),
        Form(
            "question",
            "Questions and answers: `question`, `answer`",
            ("question", "answer"),
            '{"image": "a.jpg", "question": "What is it?", "answer": "A cat."}',
            asks="question",
            answers="answer",
        ),
        Form(
            "prefix",
            "PaliGemma: `prefix`, `suffix`",
            ("prefix", "suffix"),
            '{"image": "a.jpg", "prefix": "caption en", "suffix": "a cat on a mat"}',
            asks="prefix",
            answers="suffix",
        ),
        Form(
            "alpaca",
            "Alpaca: `instruction`, `input`, `output`, with `system` and `history`",
            ("instruction", "output"),
            '{"instruction": "Translate into French.", "input": "cat", "output": "chat"}',
            asks="instruction",
            answers="output",
        ),
        Form(
            "prompt",
            "TRL: `prompt`, `completion`",
            ("prompt", "completion"),
            '{"prompt": "What is it?", "completion": "A cat.", "images": ["a.jpg"]}',
            asks="prompt",
            answers="completion",
        ),
        Form(
            "caption",
            "Captions: `image`, `caption` (or `text`)",
            ("image", "caption"),
            '{"image": "a.jpg", "caption": "A cat on a mat."}',
        ),
        Form(
            "mapped",
            "Any other record, by a mapping that says which key holds what",
            (),
            '{"Q": "What is it?", "A": "A cat.", "IMG": "a.jpg"}',
        ),
    )
}
PAIRS = tuple(form for form in FORMS.values() if form.asks)
"""The forms of a question with one answer."""
