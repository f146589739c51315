"""The main directions of features (PCA), found on the training pictures alone. Knows nothing of pairs or models."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

_SAMPLE = 8_192
_ITERATIONS = 2


@dataclass(frozen=True)
class Eigen:
    """The main directions of the training pictures' features: mean, scale (d) and directions (d, components)."""

    mean: Floats
    scale: Floats
    directions: Floats

    def __call__(self, features: NDArray[Any]) -> Floats:
        """(n, components): uncorrelated over the training pictures, with a mean variance of 1."""
        import torch  # whose number of threads is settled, so that the bits are the same each time

        centred = torch.from_numpy(((features - self.mean) / self.scale).astype(np.float32))
        found: Floats = (centred @ torch.from_numpy(self.directions)).numpy()
        return found


def main_directions(features: NDArray[Any], most: int, seed: int = 0) -> Eigen:
    """The `most` directions in which the features (n, d) vary most, by subspace iteration on at most 8,192 of them."""
    import torch

    rows = features[spread(len(features), _SAMPLE)].astype(np.float32)
    mean, scale = rows.mean(axis=0), rows.std(axis=0) + 1e-4
    there = torch.from_numpy((rows - mean) / scale)
    wide = min(most + 16, *there.shape)
    basis = torch.randn(there.shape[1], wide, generator=torch.Generator().manual_seed(seed))
    for _ in range(_ITERATIONS):
        basis, _ = torch.linalg.qr(there.T @ (there @ basis))
    _, found, turned = torch.linalg.svd(there @ basis, full_matrices=False)
    count = min(most, wide)
    mean_deviation = float(found[:count].square().mean().sqrt()) / len(rows) ** 0.5 + 1e-6
    return Eigen(mean, scale, (basis @ turned[:count].T / mean_deviation).numpy())


def spread(count: int, most: int) -> NDArray[np.int64]:
    """`most` of the numbers 0 … count − 1, as far apart as can be; all when there are no more."""
    return np.linspace(0, count - 1, min(count, most)).astype(np.int64)
