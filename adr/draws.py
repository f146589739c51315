"""The draw: one uniform number for (seed, entity, instance) from a keyed hash; the same on every machine and version.

Knows nothing of recipes, thresholds or tables. There is no random state anywhere: a draw is a function of its
arguments, written out here in full so that it can be repeated in any language:

    key      = blake2b(perspective + "\\0" + name, UTF-8, digest of 8 bytes), read as little-endian uint64
    mix(z)   = the splitmix64 finalizer: z ^= z >> 30; z *= 0xBF58476D1CE4E5B9; z ^= z >> 27;
               z *= 0x94D049BB133111EB; z ^= z >> 31                                   (all modulo 2^64)
    start    = mix(seed + 0x9E3779B97F4A7C15), the first number splitmix64 gives from that seed
    x        = mix(mix(key + start + (instance + 1) * 0x9E3779B97F4A7C15))
    draw     = (x >> 11) * 2^-53, in [0, 1)

Epoch e >= 2 of a recipe has the seed x >> 1 of the key ("epoch", "") and the instance e - 1: a whole number below 2^63.
"""

import hashlib

import numpy as np
import numpy.typing as npt

GAMMA = 0x9E3779B97F4A7C15
MIX_FIRST = 0xBF58476D1CE4E5B9
MIX_SECOND = 0x94D049BB133111EB
_WORD = (1 << 64) - 1


def draw_key(perspective: str, name: str) -> int:
    """The part of a draw that depends on the entity alone: a uint64 (written by index as `entity.draw_key`)."""
    digest = hashlib.blake2b(f"{perspective}\0{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest, "little")


# The last draw (alpha), the order of the random baseline, the order of caps, the seeds of epochs, and the sample that
# the Rebalance page shows of a large dataset. The mean rule has one draw per perspective, keyed by an empty name.
ALPHA_KEY = draw_key("alpha", "")
RANDOM_KEY = draw_key("random", "")
AT_MOST_KEY = draw_key("at_most", "")
EPOCH_KEY = draw_key("epoch", "")
SAMPLE_KEY = draw_key("sample", "")


def seed_start(seed: int) -> int:
    """The part of a draw that depends on the seed alone: the first number of splitmix64 from `seed`."""
    z = (seed + GAMMA) & _WORD
    z = ((z ^ (z >> 30)) * MIX_FIRST) & _WORD
    z = ((z ^ (z >> 27)) * MIX_SECOND) & _WORD
    return z ^ (z >> 31)


def draws(seed: int, keys: npt.ArrayLike, instances: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """The draw of every (key, instance), in [0, 1): float64 of the shape that keys and instances broadcast to.

    keys: uint64 draw keys of entities (or ALPHA_KEY, RANDOM_KEY); instances: positions in the source, from 0.
    """
    return np.asarray((_mixed(seed, keys, instances) >> np.uint64(11)) * 2.0**-53, dtype=np.float64)


def epoch_seed(seed: int, epoch: int) -> int:
    """The seed of an epoch, below 2^63. Epoch 1 is the run itself, with the recipe's own seed."""
    return seed if epoch == 1 else int(_mixed(seed, EPOCH_KEY, epoch - 1)) >> 1


def _mixed(seed: int, keys: npt.ArrayLike, instances: npt.ArrayLike) -> npt.NDArray[np.uint64]:
    """The 64 bits x behind a draw."""
    with np.errstate(over="ignore"):
        position = (np.asarray(instances).astype(np.uint64) + np.uint64(1)) * np.uint64(GAMMA)
        x = np.asarray(keys, dtype=np.uint64) + np.uint64(seed_start(seed)) + position
        for _ in range(2):
            x = (x ^ (x >> np.uint64(30))) * np.uint64(MIX_FIRST)
            x = (x ^ (x >> np.uint64(27))) * np.uint64(MIX_SECOND)
            x = x ^ (x >> np.uint64(31))
    return np.asarray(x, dtype=np.uint64)
