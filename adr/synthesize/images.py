"""Facts about a picture that need no model: faults, a slightly altered copy, whether it is a copy.

Knows nothing of entities, prompts or files.
"""

import numpy as np
from PIL import Image, ImageEnhance

# Faults that make a picture useless, whatever it is meant to show.
FAULTS = ("blank", "dark", "flat")
# Bits of the perceptual hash. Measured on 553 pictures of the demo world: different pictures are at least 8 of 63 bits
# apart; re-encoded, resized or slightly cropped copies are 0 to 8 apart, unrelated pictures about 31.
SAME_BITS = 6
LIKE_BITS = 20
# The cosine from which a picture is a copy whatever its hash (mirrored, turned), and the lowest cosine that makes it a
# copy together with a similar hash.
SAME_COSINE = 0.995
LIKE_COSINE = 0.96


def faults(image: Image.Image) -> list[str]:
    """Plain faults: 'blank' (one colour), 'flat' (tiny contrast), 'dark' (mean below 20 of 255)."""
    gray = np.asarray(image.convert("L"), np.float32)
    colors = np.asarray(image.convert("RGB"), np.float32)
    spread = max(float(gray.std()), float(colors.std(axis=(0, 1)).max()))
    found = []
    if spread < 2:
        found.append("blank")
    elif spread < 8:
        found.append("flat")
    if float(gray.mean()) < 20:
        found.append("dark")
    return found


def altered(image: Image.Image) -> Image.Image:
    """A copy cropped by 4 % on every side and 8 % brighter. Its likeness to the original is the bar for copies."""
    width, height = image.size
    margin = max(1, round(min(width, height) * 0.04))
    inner = image.convert("RGB").crop((margin, margin, width - margin, height - margin))
    return ImageEnhance.Brightness(inner.resize((width, height), Image.Resampling.BICUBIC)).enhance(1.08)


def is_copy(cosine: float | None, own: float | None, bits: int) -> bool:
    """Whether two pictures are (nearly) the same: by the hash alone, by the embedding alone when it is almost the same,
    or by both. cosine: of their embeddings; own: cosine of the picture with its `altered` copy, so that the bar suits
    every model; bits: by how many their hashes differ."""
    if bits <= SAME_BITS:
        return True
    if cosine is None:
        return False
    return cosine >= SAME_COSINE or (cosine >= max(LIKE_COSINE, own or 0.0) and bits <= LIKE_BITS)
