"""Fine-tuning of a pretrained vision-language model from a local folder, for those who have a GPU.

Everything but the picture's encoder is trained. Knows nothing of arms or files.
"""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from adr.errors import AdrError
from adr.models import loading, require
from adr.prove.model import Fitted, Pairs, Scored
from adr.prove.training import Batches, tenths, warm
from adr.prove.words import is_short, normalised, words_of

_DEV = 200
_DEV_CHECKS = 5
_TOGETHER = 8
_SPOKEN = 16
_GREY = 128
_NOT_COUNTED = -100


@dataclass(frozen=True)
class FineTune:
    """folder: of the weights; device: as torch names it, in bfloat16 on a GPU. together: how many pairs go through the
    model at once; a larger batch is taken in parts."""

    folder: Path
    device: str = "cpu"
    rate: float = 3e-5
    decay: float = 0.01
    together: int = _TOGETHER

    def fit(
        self,
        train: Pairs,
        dev: Pairs,
        test: Pairs,
        features: NDArray[Any],
        *,
        steps: int,
        batch: int,
        learning_rate: float,
        seed: int,
        adjust: dict[str, float] | None = None,
        blind: bool = False,
    ) -> Fitted:
        """See `Model.fit`. features: pictures (n, side, side, 3) of bytes. AdrError for logit adjustment: the model
        speaks in parts of words."""
        import torch

        if adjust:
            raise AdrError("Fine-tuning has no logit adjustment.", "Leave the arm 'logit_adjusted' out.")
        started = time.monotonic()
        with torch.random.fork_rng():
            torch.manual_seed(seed)
            tuned = Tuned(self, features, blind)
            loss, curve = tuned.train(train, dev, steps, batch, self.rate * learning_rate, seed)
            likely, named = tuned.likelihoods(test)
            said = tuned.said(test)
        right = [
            float(normalised(text) == normalised(answer)) if is_short(answer) else np.nan
            for text, answer in zip(said, test.answer, strict=True)
        ]
        scored = Scored(test.pair, np.array(right), likely, named, said)
        return Fitted(scored, loss, curve, time.monotonic() - started)


@dataclass(frozen=True)
class _Told:
    """An answer as tokens: the text that follows the prompt, and which tokens are the answer's or an entity word's."""

    tokens: list[int]
    answer: list[bool]
    named: list[bool]


class Tuned:
    """The model with its processor, while it is trained and asked."""

    def __init__(self, recipe: FineTune, pictures: NDArray[Any], blind: bool) -> None:
        require("transformers", "Fine-tuning")
        self._recipe, self._pictures, self._blind = recipe, pictures, blind
        with loading(str(recipe.folder), "model"):
            import torch
            from transformers import AutoModelForImageTextToText, AutoProcessor

            where = {"local_files_only": True}
            self.model = AutoModelForImageTextToText.from_pretrained(recipe.folder, dtype=torch.float32, **where)
            self._processor = AutoProcessor.from_pretrained(recipe.folder, **where)
        self.model.to(torch.device(recipe.device))  # type: ignore[arg-type]
        self.tokenizer = self._processor.tokenizer
        self.tokenizer.padding_side = "left"
        if self.tokenizer.pad_token is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        if hasattr(self._processor.image_processor, "do_image_splitting"):
            self._processor.image_processor.do_image_splitting = False  # one view of a picture, not seventeen
        for name, value in self.model.named_parameters():
            value.requires_grad_("vision" not in name)

    def train(
        self, train: Pairs, dev: Pairs, steps: int, batch: int, rate: float, seed: int
    ) -> tuple[list[float], list[tuple[int, float]]]:
        """The loss of each tenth of the steps, and the dev curve."""
        import torch

        order = Batches(train.weight, batch, seed)
        learned = [value for value in self.model.parameters() if value.requires_grad]
        optimizer = torch.optim.AdamW(learned, lr=rate, weight_decay=self._recipe.decay)
        checks = {steps} | {steps * part // _DEV_CHECKS for part in range(1, _DEV_CHECKS)}
        losses, curve = [], []
        few = np.linspace(0, len(dev.pair) - 1, min(len(dev.pair), _DEV)).astype(np.int64)
        for step in range(steps):
            optimizer.param_groups[0]["lr"] = rate * warm(step)
            losses.append(self._step(train, next(order), optimizer, learned))
            if step + 1 in checks and len(few):
                curve.append((step + 1, float(np.nanmean(self.likelihoods(dev, few)[0]))))
        return tenths(losses), curve

    def _step(self, train: Pairs, rows: NDArray[np.int64], optimizer: Any, learned: list[Any]) -> float:
        import torch

        self.model.train()
        optimizer.zero_grad()
        total = 0.0
        for part in _parts(rows, self._recipe.together):
            each, wanted, _ = self._each(train, part)
            loss = ((each * wanted).sum(dim=1) / wanted.sum(dim=1).clamp(min=1)).sum() / len(rows)
            loss.backward()
            total += float(loss.detach())
        torch.nn.utils.clip_grad_norm_(learned, 1.0)
        optimizer.step()
        return total

    def likelihoods(
        self, pairs: Pairs, rows: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Nats per word of the answers, and of their entity words; NaN without such words."""
        import torch

        rows = np.arange(len(pairs.pair)) if rows is None else rows
        likely, named = [np.zeros(0)], [np.zeros(0)]
        self.model.eval()
        for part in _parts(rows, self._recipe.together):
            with torch.no_grad():
                each, _, told = self._each(pairs, part)
            values = each.double().cpu().numpy()
            words = [len(words_of(pairs.answer[row])) for row in part]
            entities = [len([w for e in pairs.entity_words[row] for w in words_of(e)]) for row in part]
            likely.append(_per_word(values, [one.answer for one in told], words))
            named.append(_per_word(values, [one.named for one in told], entities))
        return np.concatenate(likely), np.concatenate(named)

    def said(self, pairs: Pairs) -> list[str]:
        """The model's own answers to the questions whose answer is short; '' for the others."""
        import torch

        short = np.array([row for row, answer in enumerate(pairs.answer) if is_short(answer)], np.int64)
        said = [""] * len(pairs.answer)
        self.model.eval()
        for part in _parts(short, self._recipe.together):
            given = self.asked(pairs, part)[1].to(self._recipe.device)
            with torch.no_grad(), self._precise():
                found = self.model.generate(
                    **given, max_new_tokens=_SPOKEN, do_sample=False, pad_token_id=self.tokenizer.pad_token_id
                )
            texts = self.tokenizer.batch_decode(found[:, given["input_ids"].shape[1] :], skip_special_tokens=True)
            for row, text in zip(part, texts, strict=True):
                said[row] = text.strip()
        return said

    def _each(self, pairs: Pairs, rows: NDArray[np.int64]) -> tuple[Any, Any, list[_Told]]:
        """(n, longest): the cross-entropy of each token that follows a prompt; (n, longest): 1 where there is one; and
        the answers."""
        import torch

        prompts, given = self.asked(pairs, rows)
        told = [self._told(prompt, pairs, row) for prompt, row in zip(prompts, rows, strict=True)]
        given = self._with_answers(given, told).to(self._recipe.device)
        labels = given.pop("labels")
        with self._precise():
            logits = self.model(**given, use_cache=False).logits
        longest = max(len(one.tokens) for one in told)
        each = torch.nn.functional.cross_entropy(
            logits[:, -longest - 1 : -1].float().transpose(1, 2),
            labels[:, -longest:],
            ignore_index=_NOT_COUNTED,
            reduction="none",
        )
        return each, labels[:, -longest:] != _NOT_COUNTED, told

    def asked(self, pairs: Pairs, rows: NDArray[np.int64]) -> tuple[list[str], Any]:
        """The prompts, and what the processor makes of them and the pictures, padded on the left."""
        prompts = [self._prompt(pairs.question[row]) for row in rows]
        images = [[self._picture(pairs.picture[row])] for row in rows]
        return prompts, self._processor(text=prompts, images=images, padding=True, return_tensors="pt")

    def _picture(self, row: int) -> Any:
        """The picture; a grey one for a pair without, and for all when the model is blind."""
        from PIL import Image

        if row < 0 or self._blind:
            return Image.new("RGB", tuple(self._pictures.shape[1:3]), (_GREY, _GREY, _GREY))
        return Image.fromarray(np.asarray(self._pictures[row], np.uint8))

    def _prompt(self, question: str) -> str:
        question = question.replace("<image>", "").strip()
        if not self._processor.chat_template:
            return f"{self._image_token}{question}\n"
        prompt: str = self._processor.apply_chat_template([_user(question)], add_generation_prompt=True)
        return prompt

    @property
    def _image_token(self) -> str:
        token = getattr(self._processor, "image_token", "<image>")
        return str(getattr(token, "content", token))

    def _told(self, prompt: str, pairs: Pairs, row: int) -> _Told:
        """What the model is to say after the prompt, as its chat template writes it."""
        answer = pairs.answer[row].strip()
        whole = prompt + answer + (self.tokenizer.eos_token or "")
        if self._processor.chat_template:
            said = {"role": "assistant", "content": [{"type": "text", "text": answer}]}
            question = pairs.question[row].replace("<image>", "").strip()
            written = self._processor.apply_chat_template([_user(question), said])
            whole = written if written.startswith(prompt) else whole
        tail = whole[len(prompt) :]
        found = self.tokenizer(tail, add_special_tokens=False, return_offsets_mapping=True)
        begin = tail.find(answer)
        end = begin + len(answer)
        spans = [
            (match.start(), match.end())
            for word in pairs.entity_words[row]
            for match in re.finditer(re.escape(word), tail[:end], re.IGNORECASE)
        ]
        offsets = found["offset_mapping"]
        return _Told(
            found["input_ids"],
            [begin < stop and start < end for start, stop in offsets],
            [any(a < stop and start < b for a, b in spans) for start, stop in offsets],
        )

    def _with_answers(self, given: Any, told: Sequence[_Told]) -> Any:
        """The processor's tensors with the answers behind the prompts, padded on the right, and their labels."""
        import torch

        longest = max(len(one.tokens) for one in told)
        tokens = torch.full((len(told), longest), self.tokenizer.pad_token_id)
        there = torch.zeros_like(tokens)
        for row, one in enumerate(told):
            tokens[row, : len(one.tokens)] = torch.tensor(one.tokens)
            there[row, : len(one.tokens)] = 1
        asked = given["input_ids"]
        behind = {"input_ids": tokens, "attention_mask": there, "token_type_ids": there}
        for name, value in list(given.items()):
            if value.shape == asked.shape and name != "input_ids":
                given[name] = torch.cat([value, behind.get(name, torch.zeros_like(tokens)).to(value.dtype)], dim=1)
        labels = torch.where(there.bool(), tokens, _NOT_COUNTED)
        given["labels"] = torch.cat([torch.full_like(asked, _NOT_COUNTED), labels], dim=1)
        given["input_ids"] = torch.cat([asked, tokens], dim=1)
        return given

    def _precise(self) -> Any:
        import torch

        gpu = self._recipe.device.startswith("cuda")
        return torch.autocast("cuda", torch.bfloat16, enabled=gpu) if gpu else torch.autocast("cpu", enabled=False)


def _user(question: str) -> dict[str, Any]:
    return {"role": "user", "content": [{"type": "image"}, {"type": "text", "text": question}]}


def _parts(rows: NDArray[np.int64], size: int) -> list[NDArray[np.int64]]:
    return [rows[start : start + size] for start in range(0, len(rows), size)]


def _per_word(values: NDArray[np.float64], of: Sequence[Sequence[bool]], words: Sequence[int]) -> NDArray[np.float64]:
    """The sum over the tokens of each row in `of`, divided by the number of words; NaN without any."""
    sums = [float(row[: len(mine)][np.array(mine, bool)].sum()) for row, mine in zip(values, of, strict=True)]
    there = [any(mine) and count > 0 for mine, count in zip(of, words, strict=True)]
    return np.array([s / w if t else np.nan for s, w, t in zip(sums, words, there, strict=True)])
