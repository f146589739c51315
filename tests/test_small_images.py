"""Small copies of pictures: right for every mode, refused above a bound, and within a bound for the whole process."""

import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from PIL import Image

from adr import small_images
from adr.small_images import NotAPicture, TooLarge, picture_size, small_image

ROOT = Path(__file__).resolve().parents[1]


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16", "CMYK"])
def test_small_image__every_mode(tmp_path, mode):
    file = tmp_path / ("a.tif" if mode == "CMYK" else "a.png")
    Image.new(mode, (400, 200)).save(file)
    small = small_image(file, 100)
    assert small.size == (100, 50) and small.mode == ("RGBA" if mode in ("LA", "RGBA") else "RGB")
    assert picture_size(file) == (400, 200)


def test_small_image__is_upright_and_keeps_its_colour(tmp_path):
    tall = Image.new("RGB", (400, 200), (200, 10, 10))
    exif = tall.getexif()
    exif[0x0112] = 6  # turned by 90 degrees
    tall.save(tmp_path / "a.jpg", exif=exif)
    small = small_image(tmp_path / "a.jpg", 100)
    assert small.size == (50, 100)
    assert small.getpixel((25, 50))[0] > 180


def test_small_image__a_large_one_is_thinned_the_same(tmp_path, monkeypatch):
    monkeypatch.setattr(small_images, "_LARGE", 1000)
    Image.new("RGBA", (800, 400), (0, 200, 0, 128)).save(tmp_path / "a.png")
    Image.new("P", (800, 400)).save(tmp_path / "p.png")
    assert small_image(tmp_path / "a.png", 100).getpixel((9, 9)) in ((0, 199, 0, 128), (0, 200, 0, 128))
    assert small_image(tmp_path / "p.png", 100).size == (100, 50)


def test_small_image__more_than_179_megapixels_are_refused(tmp_path):
    Image.new("1", (20_000, 10_000)).save(tmp_path / "a.png")
    for look in (lambda file: small_image(file, 100), picture_size):
        with pytest.raises(TooLarge):
            look(tmp_path / "a.png")


def test_small_image__what_takes_too_much_is_refused(tmp_path, monkeypatch):
    Image.new("RGB", (100, 100)).save(tmp_path / "a.png")
    monkeypatch.setattr(small_images, "MOST_BYTES", 50_000)
    with pytest.raises(TooLarge, match="when it is unpacked"):
        small_image(tmp_path / "a.png", 10)


def test_small_image__pictures_wait_for_one_another(tmp_path, monkeypatch):
    """Each takes 8 bytes per pixel, so 100,000 bytes hold one of 100 × 100 at a time."""
    Image.new("RGB", (100, 100)).save(tmp_path / "a.png")
    monkeypatch.setattr(small_images, "MOST_BYTES", 100_000)
    at_once, most, lock = 0, 0, threading.Lock()

    reduced = vars(small_images)["_reduced"]

    def slow(image, side):
        nonlocal at_once, most
        with lock:
            at_once += 1
            most = max(most, at_once)
        time.sleep(0.02)
        with lock:
            at_once -= 1
        return reduced(image, side)

    monkeypatch.setattr(small_images, "_reduced", slow)
    threads = [threading.Thread(target=small_image, args=(tmp_path / "a.png", 10)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert most == 1


MEASURED = """
import re, sys
from pathlib import Path
from PIL import Image
from adr.ui.parts.images import data_urls
from adr.workspace import Workspace
folder = Path(sys.argv[1])
workspace = Workspace.at(folder / "w")
Image.new("RGB", (64, 64)).save(folder / "warm.png")
data_urls(workspace, [folder / "warm.png"] * 3)
def peak(): return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
base = peak()
urls = data_urls(workspace, [folder / f"{n}.png" for n in range(4)])
print(sum(url is not None for url in urls), (peak() - base) // 1024)
"""


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the peak of a process is read from Linux's /proc")
def test_data_urls__four_pictures_of_169_megapixels_on_one_grid(tmp_path):
    """They are shown, one after the other: two at a time would take 1.35 GB above what the process takes anyway."""
    Image.new("RGB", (13_000, 13_000), (90, 30, 10)).save(tmp_path / "0.png", compress_level=1)
    for n in range(1, 4):
        (tmp_path / f"{n}.png").write_bytes((tmp_path / "0.png").read_bytes())
    ran = subprocess.run(
        [sys.executable, "-c", MEASURED, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=300
    )
    assert ran.returncode == 0, ran.stderr
    shown, megabytes = map(int, ran.stdout.split())
    assert shown == 4 and megabytes < 1200, ran.stdout


def test_picture_size__whatever_pillow_raises_is_not_a_picture(tmp_path):
    """A DDS header without a pixel format, of which Pillow raises NotImplementedError."""
    file = tmp_path / "a.png"
    file.write_bytes(b"DDS " + (124).to_bytes(4, "little") + bytes(120))
    for read in (lambda: picture_size(file), lambda: small_image(file, 96)):
        with pytest.raises(NotAPicture, match="NotImplementedError"):
            read()
