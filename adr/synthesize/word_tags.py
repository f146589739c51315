"""The most frequent part of speech of an English word, from the Brill lexicon that TextBlob contains.

The lexicon was counted on news and fiction, so it also shows which words are in general use.
"""

import importlib.util
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from adr.errors import AdrError


@cache
def tags() -> Mapping[str, str]:
    """{word: its most frequent tag of the Penn Treebank}. AdrError where TextBlob is not installed."""
    found = importlib.util.find_spec("textblob")
    if found is None or not found.submodule_search_locations:
        raise AdrError("The word lists of textblob are not installed.", "Run: pip install textblob")
    path = Path(found.submodule_search_locations[0]) / "en" / "en-lexicon.txt"
    pairs = (line.split() for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith(";;;"))
    return {pair[0]: pair[1] for pair in pairs if len(pair) > 1}
