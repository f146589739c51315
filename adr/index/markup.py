"""Texts without markup: JSON keys, code, LaTeX commands, HTML attributes, function calls and OCR dumps are taken out.

Knows nothing of words. Only texts that hold one of a few telling marks are looked at, because most hold none. Tags
without attributes (<image>, <ref>) and addresses are left to `token`, which skips them among the words.
"""

import re
from bisect import bisect_right

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_TELLING = (b"`", b"\\", b"{", b"=", b"OCR")

_FENCE = re.compile(r"```[ \t]*([\w+#-]*)[^\S\n]*\n?(.*?)(?:```|\Z)", re.DOTALL)
_PROSE = frozenset({"", "json", "text", "txt", "markdown", "md", "plaintext"})
"""Fenced blocks in these "languages" can hold words that are meant."""
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[A-Za-z!][\w:-]*(?:\s+[\w:@.-]+(?:\s*=\s*(?:\"[^\"]*\"|'[^']*'|[^\s>\"']+))?)*\s*/?>")
_LABELLED = re.compile(r"([{,]\s*)(?:\"[^\"\n]{1,80}\"|'[^'\n]{1,80}')\s*:")
_CALL = re.compile(r"\b[A-Za-z_][\w.]*\((?=[^()\n]*=)[^\n]*?\)(?=\W|\Z)")
_NEWLINE = re.compile(r"\\[nrt](?![a-z])|\\n(?=[A-Z])")
_ENVIRONMENT = re.compile(
    r"\\(?:begin|end|label|ref|eqref|cite|includegraphics|usepackage|documentclass)\s*(?:\[[^\]]*\])?\{[^{}]*\}"
)
_DUMP = re.compile(r"(?:\breference )?\bOCR tokens?\s*:[^\n]*", re.IGNORECASE)
_COMMAND = re.compile(r"\\[A-Za-z]+\*?")


def without_markup(texts: pa.Array) -> pa.Array:
    """The same texts (strings without nulls), with full stops where markup was, so that it joins nothing."""
    at = _telling(texts)
    if not len(at):
        return texts
    cleaned = [_cleaned(text) for text in texts.take(pa.array(at)).to_pylist()]
    mask = np.zeros(len(texts), dtype=bool)
    mask[at] = True
    cleaned_texts: pa.Array = pc.replace_with_mask(texts, pa.array(mask), pa.array(cleaned, texts.type))
    return cleaned_texts


def _telling(texts: pa.Array) -> np.ndarray:
    """Which texts (numbers, ascending) hold a mark that markup of these kinds cannot do without."""
    texts = texts.cast(pa.large_string())
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    if texts.buffers()[2] is None or offsets[-1] == offsets[0]:
        return np.zeros(0, dtype=np.int64)
    data = texts.buffers()[2].slice(int(offsets[0]), int(offsets[-1] - offsets[0])).to_pybytes()
    ends = (offsets[1:] - offsets[0]).tolist()
    found = set()
    for mark in _TELLING:
        at = data.find(mark)
        while at >= 0:
            text = bisect_right(ends, at)
            found.add(text)
            at = data.find(mark, ends[text])
    return np.array(sorted(found), dtype=np.int64)


def _cleaned(text: str) -> str:
    """One text without its markup."""
    text = _DUMP.sub("\n", text)
    text = _FENCE.sub(lambda fence: f"\n{fence[2]}\n" if fence[1].lower() in _PROSE else "\n", text)
    text = _HIDDEN.sub(" . ", text)
    text = _TAG.sub(lambda tag: " . " if "=" in tag[0] else tag[0], text)
    text = _LABELLED.sub(r"\1. ", text)
    text = _CALL.sub(" . ", text)
    text = _NEWLINE.sub("\n", text)
    return _COMMAND.sub(" ", _ENVIRONMENT.sub(" . ", text))
