"""Outlines of a picture, as a ControlNet takes them, by Pillow and NumPy. Knows nothing of pipelines.

`canny` gives thin white lines (for ControlNets trained on Canny edges). `soft` gives graded outlines (for soft-edge
ControlNets such as HED's, whose detector, the paper's B, is a neural network).
"""

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageFilter

from adr.errors import AdrError

KINDS = ("canny", "soft")


def edges(image: Image.Image, kind: str = "canny") -> Image.Image:
    """The outlines of `image` as an RGB picture of the same size, white on black; AdrError for an unknown kind."""
    if kind == "canny":
        return canny(image)
    if kind == "soft":
        return soft(image)
    raise AdrError(f"There are no edges of kind {kind!r}.", f"Choose one of {', '.join(KINDS)}.")


def soft(image: Image.Image) -> Image.Image:
    """The strength of the gradient; the strongest 1 % of pixels are white."""
    strength, _ = _gradient(image)
    top = float(np.percentile(strength, 99)) or 1.0
    return _image(np.clip(strength / top, 0, 1) * 255)


def canny(image: Image.Image, low: float = 40, high: float = 90) -> Image.Image:
    """Canny's edges (1986): blur, take the gradient, thin it to ridges, keep weak ridges (≥ low) that are connected to
    strong ones (≥ high)."""
    strength, angle = _gradient(image)
    ridge = _thin(strength, angle)
    strong, weak = ridge >= high, ridge >= low
    kept = strong
    while True:
        grown = _spread(kept) & weak
        if (grown == kept).all():
            break
        kept = grown
    return _image(kept * 255.0)


def _gradient(image: Image.Image) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Sobel gradient of the blurred gray picture: strength (255 is a sharp step from black to white) and angle."""
    gray = np.asarray(image.convert("L").filter(ImageFilter.GaussianBlur(1.0)), np.float32)
    p = np.pad(gray, 1, mode="edge")
    x = (p[:-2, 2:] + 2 * p[1:-1, 2:] + p[2:, 2:] - p[:-2, :-2] - 2 * p[1:-1, :-2] - p[2:, :-2]) / 4
    y = (p[2:, :-2] + 2 * p[2:, 1:-1] + p[2:, 2:] - p[:-2, :-2] - 2 * p[:-2, 1:-1] - p[:-2, 2:]) / 4
    return np.hypot(x, y), np.arctan2(y, x)


def _thin(strength: npt.NDArray[np.float32], angle: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    """Strength where it is greatest across the edge, 0 elsewhere."""
    p = np.pad(strength, 1)
    middle = (slice(1, -1), slice(1, -1))
    octant = np.round(angle / (np.pi / 4)).astype(int) % 4
    out = np.zeros_like(strength)
    for way, (dy, dx) in enumerate(((0, 1), (1, 1), (1, 0), (1, -1))):
        ahead = p[1 + dy : p.shape[0] - 1 + dy, 1 + dx : p.shape[1] - 1 + dx]
        behind = p[1 - dy : p.shape[0] - 1 - dy, 1 - dx : p.shape[1] - 1 - dx]
        here = (octant == way) & (p[middle] >= ahead) & (p[middle] > behind)
        out[here] = strength[here]
    return out


def _spread(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.bool_]:
    p = np.pad(mask, 1)
    height, width = mask.shape
    out = np.zeros_like(mask)
    for dy in range(3):
        for dx in range(3):
            out |= p[dy : dy + height, dx : dx + width]
    return out


def _image(values: npt.NDArray[np.floating]) -> Image.Image:
    gray = Image.fromarray(values.astype(np.uint8))
    return Image.merge("RGB", (gray, gray, gray))
