"""How frequent English words are in present use, from the list of spacy-lookups-data.

WordNet's texts are of the 1960s: they never say "backpack". This list was counted on comments of the web, so it shows
which words anyone writes, and which are of another century ("camelopard"). Knows nothing of meanings.
"""

import gzip
import importlib.util
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from adr.errors import AdrError

LEAST = -18.5
"""Words with a lower log probability (natural, per word of text) are taken for words that nobody writes."""
_ENTRY = re.compile(r'"([a-z]+)":\s*(-[\d.]+)')


@cache
def frequency() -> Mapping[str, float]:
    """{word in lower case: natural logarithm of its probability}, for words of at least LEAST. AdrError where
    spacy-lookups-data is not installed."""
    found = importlib.util.find_spec("spacy_lookups_data")
    if found is None or not found.submodule_search_locations:
        raise AdrError("The word lists of spacy-lookups-data are not installed.", "Run: pip install spacy-lookups-data")
    path = Path(found.submodule_search_locations[0]) / "data" / "en_lexeme_prob.json.gz"
    words: dict[str, float] = {}
    # Line by line, so that other threads get their turn: json.load would hold them up for a second.
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for entry in filter(None, map(_ENTRY.search, lines)):
            if (value := float(entry[2])) >= LEAST:
                words[entry[1]] = value
    return words
