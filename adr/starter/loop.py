"""The training loop all stages share: a time budget, a learning rate over it, a running average, a checkpoint.

Progress is measured in minutes of training and not in steps, so that a busy machine trains less but still finishes its
schedule. Knows nothing of the models.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import torch
import torch.distributed as dist
from torch import nn

SAVE_EVERY_SECONDS = 120.0
_WARM_UP_STEPS = 200
_DECAY_FROM = 0.6
_MEET_EVERY = 10


def rate_at(share: float, step: int) -> float:
    """The factor on the learning rate after `share` of the time: a short warm-up, constant, then down to 2 %."""
    warm = min(1.0, (step + 1) / _WARM_UP_STEPS)
    if share <= _DECAY_FROM:
        return warm
    down = min(1.0, (share - _DECAY_FROM) / (1.0 - _DECAY_FROM))
    return warm * (0.02 + 0.98 * 0.5 * (1.0 + math.cos(math.pi * down)))


def autocast() -> AbstractContextManager[Any]:
    """Half precision where the processor computes in bfloat16; imitated elsewhere, it would take ten times as long."""
    return torch.autocast("cpu", torch.bfloat16, enabled=torch.ops.mkldnn._is_mkldnn_bf16_supported())


class Training:
    """A model under training with its optimizer, running average (EMA) and what has been spent on it so far."""

    def __init__(self, model: nn.Module, file: Path, rate: float, ema: float = 0.999, decay: float = 0.01) -> None:
        """Continues from `file` when it exists; parameters that have more rows by now keep their old ones."""
        self.model = model
        self.file = file
        self.rate = rate
        self.ema_decay = ema
        self.step = 0
        self.seconds = 0.0
        parameters = [p for p in model.parameters() if p.requires_grad]
        self.optimizer = torch.optim.AdamW(parameters, rate, betas=(0.9, 0.99), weight_decay=decay, fused=True)
        self.average: dict[str, torch.Tensor] = {k: v.detach().clone() for k, v in model.state_dict().items()}
        if file.exists():
            self._resume()

    def _resume(self) -> None:
        saved = torch.load(self.file, map_location="cpu", weights_only=True)
        grown = load_grown(self.model, saved["model"])
        for name, value in self.average.items():
            _copy_rows(value, saved["average"].get(name))
        if not grown and saved["optimizer"]:
            self.optimizer.load_state_dict(saved["optimizer"])
        self.step, self.seconds = saved["step"], saved["seconds"]

    def save(self) -> None:
        """Writes the checkpoint to a temporary name and renames it, so that a crash leaves the last one whole."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        temporary = self.file.with_suffix(".part")
        state = {
            "model": self.model.state_dict(),
            "average": self.average,
            "optimizer": self.optimizer.state_dict(),
            "step": self.step,
            "seconds": self.seconds,
        }
        torch.save(state, temporary)
        os.replace(temporary, self.file)

    def run(self, minutes: float, loss: Callable[[int], tuple[torch.Tensor, dict[str, float]]]) -> None:
        """Trains until `minutes` of training in all are spent; `loss(step)` returns the loss and figures to print.

        Where several processes train one model they take the mean of their weights every few steps (local SGD); the
        first one keeps the time, prints and saves.
        """
        started, spent_before, saved = time.monotonic(), self.seconds, time.monotonic()
        seen: dict[str, float] = {}
        first = not dist.is_initialized() or dist.get_rank() == 0
        spent = self.seconds
        while spent < minutes * 60:
            factor = rate_at(self.seconds / (minutes * 60), self.step)
            for group in self.optimizer.param_groups:
                group["lr"] = self.rate * factor
            with autocast():
                value, figures = loss(self.step)
            self.optimizer.zero_grad()
            value.backward()
            nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
            self.optimizer.step()
            self.step += 1
            self.seconds = spent_before + time.monotonic() - started
            if not dist.is_initialized():
                spent = self.seconds
            elif self.step % _MEET_EVERY == 0:
                spent = self._meet()
            self._follow()
            for name, figure in {"loss": value.item(), **figures}.items():
                seen[name] = 0.98 * seen.get(name, figure) + 0.02 * figure
            if first and self.step % 50 == 0:
                shown = "  ".join(f"{name} {figure:.4f}" for name, figure in seen.items())
                print(f"step {self.step}  {self.seconds / 60:.1f} min  rate {factor:.2f}  {shown}", flush=True)
            if first and time.monotonic() - saved > SAVE_EVERY_SECONDS:
                self.save()
                saved = time.monotonic()
        if first:
            self.save()

    @torch.no_grad()
    def _meet(self) -> float:
        """Takes the mean of the weights over the processes; returns the seconds spent by the first one's clock."""
        weights = [p for p in self.model.parameters() if p.requires_grad]
        clock = torch.tensor([self.seconds if dist.get_rank() == 0 else 0.0])
        flat = torch.cat([clock, *(w.flatten() for w in weights)])
        dist.all_reduce(flat)
        spent = flat[0].item()
        flat /= dist.get_world_size()
        start = 1
        for w in weights:
            w.copy_(flat[start : start + w.numel()].view_as(w))
            start += w.numel()
        return spent

    @torch.no_grad()
    def _follow(self) -> None:
        """Moves the running average towards the model; faster in the first steps."""
        decay = min(self.ema_decay, (1 + self.step) / (10 + self.step))
        mine, theirs = [], []
        for name, value in self.model.state_dict().items():
            if value.dtype.is_floating_point:
                mine.append(self.average[name])
                theirs.append(value)
            else:
                self.average[name].copy_(value)
        torch._foreach_lerp_(mine, theirs, 1.0 - decay)


def load_grown(model: nn.Module, state: dict[str, Any]) -> bool:
    """Loads `state` into `model`; a table that has more rows now (new words) keeps its old ones. True if any grew."""
    grown = False
    with torch.no_grad():
        for name, value in model.state_dict().items():
            grown |= _copy_rows(value, state.get(name))
    return grown


def _copy_rows(target: torch.Tensor, source: torch.Tensor | None) -> bool:
    if source is None:
        return True
    if target.shape == source.shape:
        target.copy_(source)
        return False
    target[: source.shape[0]].copy_(source)
    return True
