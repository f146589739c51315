import numpy as np
from PIL import Image

from adr.prove.pixels import take_pixels


def test_take_pixels__in_the_order_given_with_grey_beside_and_once(tmp_path):
    """A picture of 4 × 2 red points and a broken file, 4 points a side: two rows of red between two of grey."""
    Image.new("RGB", (4, 2), (255, 0, 0)).save(tmp_path / "wide.png")
    (tmp_path / "broken.png").write_bytes(b"no picture")
    asked = {"b": str(tmp_path / "broken.png"), "a": str(tmp_path / "wide.png")}
    seen: list[tuple[int, int | None]] = []
    found = take_pixels(tmp_path / "features", asked, 4, lambda done, total, what: seen.append((done, total)))
    assert found.unreadable == {"b": str(tmp_path / "broken.png")} and seen[-1] == (2, 2)
    assert found.pictures.shape == (2, 4, 4, 3)
    assert found.pictures[1, :, 0].tolist() == [[128] * 3, [255, 0, 0], [255, 0, 0], [128] * 3]
    assert (np.asarray(found.pictures[0]) == 128).all()
    (tmp_path / "wide.png").unlink()
    again = take_pixels(tmp_path / "features", asked, 4)
    assert (again.pictures == found.pictures).all() and again.unreadable == found.unreadable
    assert take_pixels(tmp_path / "features", {"b": asked["b"]}, 4).pictures.shape[0] == 1
