"""What is said about a training picture, and the words and tokens this needs.

The grammar is small on purpose: a kind, perhaps a colour, perhaps a place, in a few framings. Knows nothing of models.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np

from adr.starter.images import Described

CONTEXT = 32
FRAMES = ("{}", "{}", "a photo of {}", "a drawing of {}", "a picture of {}", "an image of {}", "an illustration of {}")
"""How a caption begins; the bare form twice as often."""

_COMMON_WORDS = (
    "a an the and or of in on at by with near next to beside behind under over front left right middle "
    "background photo photograph picture drawing image illustration painting cartoon sketch close up view "
    "scene there is are one two three four several many some it its this that small large big little bright "
    "dark plain simple colorful detailed high quality standing sitting lying flying parked placed no not "
    "without people nobody empty blurry low bad shows showing used for made from "
)


def with_article(name: str) -> str:
    """`name` after "a" or "an", by its first letter, as the demo world says it."""
    return ("an " if name[:1] in "aeiou" else "a ") + name


def caption(what: Described, rng: np.random.Generator) -> str:
    """One of the many ways to say what is in a picture; names every thing in it, sometimes its colour and the place."""
    from adr.demo.backgrounds import BACKGROUNDS

    if len(what.things) == 1 and rng.random() < 0.1:
        return what.things[0]
    parts = []
    for thing, colour in zip(what.things, what.colours, strict=True):
        parts.append(with_article(f"{colour} {thing}" if rng.random() < 0.4 else thing))
    text = parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + " and " + parts[-1]
    text = FRAMES[rng.integers(len(FRAMES))].format(text)
    if what.background and rng.random() < 0.4:
        text += " " + BACKGROUNDS[what.background].where
    return text


def world_words() -> list[str]:
    """Every word that a prompt about the demo world is likely to hold, sorted."""
    from adr.demo.backgrounds import BACKGROUNDS
    from adr.demo.things import COLOURS, THINGS

    text = [*THINGS, *(t.theme for t in THINGS.values()), *(t.many for t in THINGS.values()), *COLOURS, *BACKGROUNDS]
    text += [b.where for b in BACKGROUNDS.values()]
    return sorted({*_COMMON_WORDS.split(), *re.findall(r"[a-z]+", " ".join(text).lower())})


def build_tokenizer(folder: Path) -> Any:
    """A `CLIPTokenizer` in which each of `world_words()` is one token and any other word is pieces of bytes.

    Saved in `folder`. Tokens that an earlier one there had keep their ids and new ones are added at the end, so that a
    text encoder that has learnt the old ones only grows.
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, trainers
    from transformers import CLIPTokenizer

    learner = Tokenizer(models.BPE(end_of_word_suffix="</w>"))
    learner.normalizer = normalizers.Lowercase()
    learner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    trainer = trainers.BpeTrainer(
        vocab_size=100_000,
        min_frequency=0,
        end_of_word_suffix="</w>",
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet(),
        show_progress=False,
    )
    learner.train_from_iterator(world_words(), trainer)
    learnt = json.loads(learner.to_str())["model"]
    merges: Any = [tuple(m) if isinstance(m, list) else tuple(m.split(" ")) for m in learnt["merges"]]
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokens = ["<|startoftext|>", "<|endoftext|>", *alphabet, *(c + "</w>" for c in alphabet)]
    tokens += ["".join(m) for m in merges]
    old = folder / "vocab.json"
    vocabulary: dict[str, int] = json.loads(old.read_text("utf-8")) if old.exists() else {}
    for token in tokens:
        vocabulary.setdefault(token, len(vocabulary))
    tokenizer = CLIPTokenizer(vocab=vocabulary, merges=merges, model_max_length=CONTEXT)
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save_pretrained(str(folder))
    old.write_text(json.dumps(vocabulary, ensure_ascii=False, indent=0), "utf-8")
    pairs = "\n".join(" ".join(m) for m in merges)
    (folder / "merges.txt").write_text(f"#version: 0.2\n{pairs}\n", "utf-8")
    return tokenizer


def load_tokenizer(folder: Path) -> Any:
    """The tokenizer that `build_tokenizer` saved."""
    from transformers import CLIPTokenizer

    return CLIPTokenizer.from_pretrained(str(folder))


def tokenize(tokenizer: Any, texts: list[str]) -> Any:
    """Token ids (n, CONTEXT), ended and filled with the end token."""
    return tokenizer(texts, padding="max_length", truncation=True, max_length=CONTEXT, return_tensors="pt").input_ids
