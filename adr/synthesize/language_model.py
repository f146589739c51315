"""A language model behind an OpenAI-compatible URL: what it is asked, and reading questions and answers from its reply.

The key comes from OPENAI_API_KEY and is never written down. Knows nothing of plans, pictures on disk or tables.
"""

import json
import os
import re
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from adr.conversation import MARKER
from adr.errors import AdrError
from adr.models import require
from adr.settings import setting

Pair = tuple[str, str]
Messages = list[dict[str, Any]]

TIMEOUT = 120.0
RETRIES = 3
AT_ONCE = 4
_MOST_TOKENS = 1024
# Temperature of the first answer (the paper's), and of the second one after an answer that failed its check.
FIRST, AGAIN = 0.0, 0.7


@dataclass(frozen=True)
class Answer:
    """What came back: the text, or None with the reason. cut: it ended because it became too long."""

    text: str | None
    cut: bool = False
    reason: str = ""


class LanguageModel:
    """A model that answers; made by `load_language_model`. timeout: seconds an answer may take; retries: after
    time-outs, overload (429) and server faults, with growing pauses; at_once: concurrent requests."""

    def __init__(
        self, url: str, model: str = "", *, timeout: float = TIMEOUT, retries: int = RETRIES, at_once: int = AT_ONCE
    ) -> None:
        import openai

        self.url, self.at_once = url.rstrip("/"), at_once
        self._client: Any = openai.OpenAI(
            base_url=self.url, api_key=os.environ.get("OPENAI_API_KEY") or "none", timeout=timeout, max_retries=retries
        )
        self._refused: set[str] = set()  # options that this server does not accept
        self.name = model or self._only_one()

    def answers(self, asked: Sequence[Messages], temperature: float = FIRST) -> list[Answer]:
        """An answer to each request, in order. AdrError when the server cannot be reached, or refuses the key or the
        model."""
        if not asked:
            return []
        with ThreadPoolExecutor(self.at_once) as pool:
            return list(pool.map(lambda messages: self._answer(messages, temperature), asked))

    def _answer(self, messages: Messages, temperature: float) -> Answer:
        import openai

        for _ in range(4):
            options = self._options(temperature)
            try:
                said = self._client.chat.completions.create(model=self.name, messages=messages, **options)
                choice = said.choices[0] if said.choices else None
                if choice is None or not (choice.message.content or "").strip():
                    return Answer(None, reason="the answer is empty")
                return Answer(choice.message.content, choice.finish_reason == "length")
            except openai.BadRequestError as error:
                if not self._without(str(error)):
                    return Answer(None, reason=f"the server refused the request ({error.status_code})")
            except openai.APITimeoutError:
                return Answer(None, reason="no answer in time")
            except openai.APIConnectionError as error:
                raise AdrError(
                    f"The language model's server {self.url} cannot be reached.",
                    "Start it, or set ADR_LANGUAGE_MODEL_URL to where it runs.",
                ) from error
            except (openai.AuthenticationError, openai.PermissionDeniedError) as error:
                raise AdrError(
                    f"The language model's server {self.url} refuses the key ({error.status_code}).",
                    "Set OPENAI_API_KEY to a key of that server.",
                ) from None
            except openai.NotFoundError as error:
                raise AdrError(
                    f"The server {self.url} knows no model {self.name!r}, or nothing under this address.",
                    "Check ADR_LANGUAGE_MODEL; the URL usually ends in /v1.",
                ) from error
            except openai.APIStatusError as error:
                return Answer(None, reason=f"the server failed ({error.status_code})")
            except (openai.OpenAIError, ValueError) as error:
                return Answer(None, reason=f"the answer cannot be read ({type(error).__name__})")
        return Answer(None, reason="the server refused the request")

    def _options(self, temperature: float) -> dict[str, Any]:
        tokens = "max_completion_tokens" if "max_tokens" in self._refused else "max_tokens"
        options = {tokens: _MOST_TOKENS, "temperature": temperature}
        return {name: value for name, value in options.items() if name not in self._refused}

    def _without(self, said: str) -> bool:
        """Leave out the option that the server's error names from all further requests; whether it names one."""
        named = [name for name in ("max_tokens", "max_completion_tokens", "temperature") if name in said]
        self._refused |= {named[0]} if named else set()
        return bool(named)

    def _only_one(self) -> str:
        """The name of the server's model, when it has only one; AdrError otherwise."""
        import openai

        try:
            names: list[str] = [model.id for model in self._client.models.list()]
        except openai.APIConnectionError as error:
            raise AdrError(
                f"The language model's server {self.url} cannot be reached.",
                "Start it, or set ADR_LANGUAGE_MODEL_URL to where it runs.",
            ) from error
        except (openai.OpenAIError, ValueError, TypeError):
            names = []
        if len(names) != 1:
            known = f" It has {', '.join(names[:5])}." if names else ""
            raise AdrError(f"No language model is named.{known}", "Set ADR_LANGUAGE_MODEL to the model's name.")
        return names[0]


def load_language_model() -> LanguageModel:
    """The language model named in the settings; AdrError when none is named."""
    require("openai", "A language model")
    url = setting("ADR_LANGUAGE_MODEL_URL")
    if not url:
        raise AdrError(
            "No language model is set.",
            "Set ADR_LANGUAGE_MODEL_URL to the address of an "
            "OpenAI-compatible server, such as http://localhost:8000/v1, and ADR_LANGUAGE_MODEL.",
        )
    if not re.match(r"https?://[^/\s]+", url):
        raise AdrError(f"{url} is not a server address.", "Start ADR_LANGUAGE_MODEL_URL with http:// or https://.")
    return LanguageModel(url, setting("ADR_LANGUAGE_MODEL"))


# -- requests ----------------------------------------------------------------------------------------------------------

_SYSTEM = (
    "You write training conversations between a person and an assistant that sees a picture. "
    "You reply with JSON and nothing else."
)
_FORM = '[{"question": "...", "answer": "..."}]'


def conversation_messages(
    caption: str, things: Sequence[str], absent: Sequence[str], pairs: int, brief: bool, image: str | None = None
) -> Messages:
    """The request for a conversation about a picture of `things` that `caption` describes. absent: things that are not
    in it; image: the picture itself as a data URL, for models that accept images."""
    length = "a word or a short phrase" if brief else "one or two full sentences"
    text = (
        f"A picture is described so: {caption}\n\n"
        f"Write {pairs} question{'s' if pairs > 1 else ''} that a person could ask about this picture, each with the "
        "answer of an assistant who looks at it.\n"
        f"- At least one answer uses the word{'s' if len(things) > 1 else ''} {' and '.join(things)}.\n"
        "- Say nothing that the description leaves open. Do not mention the description.\n"
        f"- Every answer is {length}.\n"
        "- Ask in different ways: what, where, how many, yes or no, or a request.\n"
        + (
            f"- One question may ask about something that is not there, such as {absent[0]}; the answer then says so.\n"
            if absent
            else ""
        )
        + f"\nReply with a JSON array of this form: {_FORM}"
    )
    if image is None:
        return _messages(text)
    return _messages([{"type": "image_url", "image_url": {"url": image}}, {"type": "text", "text": text}])


def rewrite_messages(
    turns: Sequence[Mapping[str, str]], synonyms: Mapping[str, Sequence[str]], keep: Sequence[str]
) -> Messages:
    """The request to reword a conversation, with rare synonyms to choose from. keep: words that must stay."""
    said = [t["text"].replace(MARKER, "").strip() for t in turns if t["role"] in ("human", "gpt")]
    pairs = [{"question": q, "answer": a} for q, a in zip(said[::2], said[1::2], strict=False)]
    words = "\n".join(f"- {word}: {', '.join(names)}" for word, names in synonyms.items())
    return _messages(
        "Put this conversation about a picture into other words. Keep its meaning, and who asks and who answers.\n\n"
        f"{json.dumps(pairs, ensure_ascii=False)}\n\n"
        f"Where a synonym fits the sense, use it in place of the word before it; use at least one:\n{words}\n\n"
        f"Do not replace {', '.join(keep) or 'numbers'}. Reply with a JSON array of this form: {_FORM}"
    )


def _messages(content: "str | list[dict[str, Any]]") -> Messages:
    return [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": content}]


# -- answers -----------------------------------------------------------------------------------------------------------

_MARK = re.compile(
    r"(?:(?:^|\n|={3,})[ \t]*(?:\d+[.)]\s*)?[*_#]*(?P<line>question|answer|user|human|assistant|q|a)"
    r"|(?<=[\s.?!])[*_]*(?P<glued>question|answer))\s*\d*[*_]*\s*:[*_]*\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\n\s*\n\s*(?:i hope|let me know|feel free|these (?:questions|pairs)|note:|please let).*\Z", re.I | re.S
)
_THOUGHT = re.compile(r"<think>.*?(</think>|\Z)", re.S | re.I)
_OBJECT = re.compile(r"\{[^{}]*\}")


def read_pairs(answer: Answer) -> "list[Pair] | str":
    """The questions and answers in a model's reply, or the fault: 'no_reply', 'unreadable_reply' (neither JSON nor
    blocks of Question: and Answer:), 'turns_do_not_alternate'.

    Prose before and after is left out, and so is a pair that a cut-off answer left unfinished.
    """
    if answer.text is None:
        return "no_reply"
    text = _THOUGHT.sub("", answer.text).strip()
    if not text:
        return "no_reply"
    return _from_json(text) or _from_blocks(text, answer.cut) or "unreadable_reply"


def _from_json(text: str) -> list[Pair] | None:
    for opening, closing in (("[", "]"), ("{", "}")):
        start, end = text.find(opening), text.rfind(closing)
        if 0 <= start < end:
            try:
                read = json.loads(text[start : end + 1])
            except ValueError:
                continue
            pairs = _pairs_in(read)
            if pairs:
                return pairs
    whole = [pair for part in _OBJECT.findall(text) if (pair := _pair(_loaded(part)))]
    return whole or None


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None


def _pairs_in(read: Any) -> list[Pair] | None:
    """Pairs in a list of question-answer objects or of turns, or in the only list that an object holds."""
    if isinstance(read, dict):
        one = _pair(read)
        lists = [value for value in read.values() if isinstance(value, list)]
        return [one] if one else _pairs_in(lists[0]) if len(lists) == 1 else None
    if not isinstance(read, list) or not all(isinstance(item, dict) for item in read):
        return None
    pairs = [pair for item in read if (pair := _pair(item))]
    if pairs:
        return pairs
    said = [str(item.get("content", item.get("value", item.get("text", "")))).strip() for item in read]
    roles = [str(item.get("role", item.get("from", ""))).lower() in ("user", "human") for item in read]
    alternate = bool(said) and roles == [True, False] * (len(roles) // 2)
    return list(zip(said[::2], said[1::2], strict=True)) if alternate else None


def _pair(item: Any) -> Pair | None:
    if not isinstance(item, dict):
        return None
    keys = {str(key).lower(): value for key, value in item.items()}
    question, answer = keys.get("question", keys.get("q")), keys.get("answer", keys.get("a"))
    if not isinstance(question, str) or not isinstance(answer, (str, int, float)):
        return None
    return _clean(question), _clean(str(answer))


def _from_blocks(text: str, cut: bool) -> "list[Pair] | str | None":
    """Pairs from blocks of Question: and Answer:, even when they run together on one line."""
    marks = list(_MARK.finditer(text))
    if not marks:
        return None
    asks = [(mark["line"] or mark["glued"]).lower() in ("question", "user", "human", "q") for mark in marks]
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    said = [_clean(_CLOSING.sub("", text[mark.end() : end])) for mark, end in zip(marks, ends, strict=True)]
    if cut and len(said) > 2:
        said, asks = said[: len(said) - (2 - len(said) % 2)], asks[: len(asks) - (2 - len(asks) % 2)]
    if len(asks) % 2 or asks != [True, False] * (len(asks) // 2):
        return "turns_do_not_alternate"
    return list(zip(said[::2], said[1::2], strict=True))


def _clean(text: str) -> str:
    """The text without horizontal rules, code fences and `<image>`."""
    text = re.sub(r"\s*(={3,}|-{3,}|```\w*)\s*", "\n", text.replace(MARKER, ""))
    return text.strip().strip("*_").strip()
