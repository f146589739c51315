"""When two pictures are taken for the same one."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from adr.picture_hash import near_pairs
from adr.prove.picture_facts import KnownPictures, facts_of
from tests.worlds.proving import draw


def test_facts_of__the_same_pixels_in_another_file(tmp_path):
    png = draw(1, tmp_path / "1.png")
    Image.open(png).save(tmp_path / "1.bmp")
    one, other = facts_of(png.read_bytes()), facts_of((tmp_path / "1.bmp").read_bytes())
    assert one.sha256 != other.sha256 and one.pixels == other.pixels and one.perceptual == other.perceptual


def test_facts_of__what_is_no_picture_has_its_bytes_only():
    facts = facts_of(b"no picture")
    assert (facts.pixels, facts.perceptual) == ("", None) and len(facts.sha256) == 64


def test_near_pairs__differ_in_at_most_four_bits():
    hashes = np.array([0b0, 0b1111, 0b11111, 1 << 62, (1 << 63) - 1], dtype=np.uint64)
    assert near_pairs(hashes) == [(0, 1), (0, 3), (1, 2)]
    assert near_pairs(np.zeros(0, dtype=np.uint64)) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.integers(0, 2**63 - 1), max_size=12, unique=True), st.integers(0, 6), st.data())
def test_near_pairs__finds_all_of_them_and_no_others(drawn, bits, data):
    near = [one ^ sum(1 << bit for bit in data.draw(st.sets(st.integers(0, 62), max_size=7))) for one in drawn]
    hashes = drawn + near
    expected = [
        (i, j)
        for i in range(len(hashes))
        for j in range(i + 1, len(hashes))
        if (hashes[i] ^ hashes[j]).bit_count() <= bits
    ]
    assert near_pairs(np.array(hashes, dtype=np.uint64), bits) == expected


def test_known_pictures__reads_again_what_has_changed_and_nothing_else(tmp_path):
    first, second = draw(1, tmp_path / "1.png"), draw(2, tmp_path / "2.png")
    kept = tmp_path / "kept.parquet"
    before = KnownPictures(kept).of([first, second, tmp_path / "gone.png"])
    assert set(before) == {first, second}
    draw(3, second, size=80)
    (tmp_path / "1.png").with_suffix(".copy").write_bytes(first.read_bytes())
    after = KnownPictures(kept).of([first, second])
    assert after[first] == before[first] and after[second] != before[second]


def test_known_pictures__a_damaged_file_is_made_again(tmp_path):
    picture, kept = draw(1, tmp_path / "1.png"), tmp_path / "kept.parquet"
    kept.write_bytes(b"damaged")
    assert KnownPictures(kept).of([picture])[picture] == facts_of(picture.read_bytes())
    assert kept.read_bytes()[:4] == b"PAR1"
