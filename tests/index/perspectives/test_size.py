"""Pictures in bands of their longer side."""

import pytest

from adr.index.perspectives.size import names
from tests.worlds.batches import batch


@pytest.mark.parametrize(
    ("size", "expected"),
    [
        ((1, 223), "below 224"),
        ((224, 224), "224 to 335"),
        ((335, 10), "224 to 335"),
        ((336, 336), "336 to 671"),
        ((640, 480), "336 to 671"),
        ((480, 672), "672 to 1,343"),
        ((1344, 1), "1,344 or more"),
        ((20_000, 20_000), "1,344 or more"),
        (None, "cannot be opened"),
    ],
)
def test_names__the_longer_side_decides(size, expected):
    assert names(batch(images=[["a.jpg"]], pictures=[size])) == [[expected]]


def test_names__no_picture_has_no_size():
    assert names(batch(images=[[], ["a.jpg", "b.jpg"]], pictures=[None, (300, 200)])) == [[], ["224 to 335"]]
