"""Draws: known values, the written-out definition, and that they look uniform and independent."""

import hashlib

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adr.draws import ALPHA_KEY, RANDOM_KEY, draw_key, draws, epoch_seed, seed_start

WORD = (1 << 64) - 1


def mix(z: int) -> int:
    z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & WORD
    z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & WORD
    return z ^ (z >> 31)


def by_definition(seed: int, perspective: str, name: str, instance: int) -> float:
    key = int.from_bytes(hashlib.blake2b(f"{perspective}\0{name}".encode(), digest_size=8).digest(), "little")
    start = mix((seed + 0x9E3779B97F4A7C15) & WORD)
    x = mix(mix((key + start + (instance + 1) * 0x9E3779B97F4A7C15) & WORD))
    return (x >> 11) * 2.0**-53


def test_draw_key__known_values() -> None:
    assert draw_key("token", "cat") == 0x1C1C8B60812032EB
    assert ALPHA_KEY == 7057646406433862231
    assert RANDOM_KEY == 266356752312063450
    assert draw_key("token", "cat") != draw_key("object", "cat")


def test_seed_start__is_the_published_first_number_of_splitmix64() -> None:
    assert seed_start(0) == 0xE220A8397B1DCDAF


def test_draws__known_values() -> None:
    keys = [draw_key("token", "cat")]
    assert draws(42, keys, [0, 1, 2]).tolist() == [0.757520403127306, 0.6606713499499811, 0.7262261526748154]
    assert draws(7, keys, [665297]).tolist() == [0.4900317508665447]


@settings(deadline=None)
@given(st.integers(0, 2**63 - 1), st.text(min_size=1), st.integers(0, 2**31 - 1))
def test_draws__equal_the_definition_and_lie_in_range(seed: int, name: str, instance: int) -> None:
    drawn = draws(seed, [draw_key("object", name)], [instance])[0]
    assert drawn == by_definition(seed, "object", name, instance)
    assert 0 <= drawn < 1


def test_epoch_seed__is_the_recipes_own_and_then_a_hash_of_it() -> None:
    assert epoch_seed(42, 1) == 42
    key = int.from_bytes(hashlib.blake2b(b"epoch\0", digest_size=8).digest(), "little")
    start = mix((42 + 0x9E3779B97F4A7C15) & WORD)
    x = mix(mix((key + start + 2 * 0x9E3779B97F4A7C15) & WORD))  # epoch 2 takes the place of instance 1
    assert epoch_seed(42, 2) == x >> 1 == 7517945604287630567
    seeds = {epoch_seed(seed, epoch) for seed in range(1000) for epoch in range(2, 102)}
    assert len(seeds) == 100_000
    assert all(0 <= seed < 2**63 for seed in seeds)


def test_draws__broadcast_keys_against_instances() -> None:
    keys = np.array([[draw_key("token", "cat")], [draw_key("token", "dog")]], dtype=np.uint64)
    table = draws(1, keys, np.arange(3))
    assert table.shape == (2, 3)
    assert table[1, 2] == by_definition(1, "token", "dog", 2)


@pytest.mark.parametrize("seed", [0, 1, 42])
def test_draws__are_uniform_and_unrelated(seed: int) -> None:
    positions = np.arange(200_000)
    cat, dog = (draws(seed, [draw_key("token", name)], positions) for name in ("cat", "dog"))
    observed = np.bincount((cat * 20).astype(int), minlength=20)
    assert ((observed - 10_000) ** 2 / 10_000).sum() < 60  # chi-square, 19 degrees of freedom
    for other in (dog, np.roll(cat, 1), draws(seed + 1, [draw_key("token", "cat")], positions)):
        assert abs(np.corrcoef(cat, other)[0, 1]) < 0.012  # five standard errors
