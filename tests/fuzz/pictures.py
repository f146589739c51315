"""Pictures: a small copy, or none. Whatever the bytes are, no reader of pictures raises."""

import io
from pathlib import Path
from random import Random

from PIL import Image, PngImagePlugin

from adr.index.looking import opened
from adr.small_images import NotAPicture, picture_size, small_image
from adr.ui.parts.images import thumbnail
from adr.workspace import Workspace
from tests.fuzz.mutations import spoiled
from tests.fuzz.outcome import Case

_FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP", "TIFF", "PPM", "ICO", "TGA", "PCX", "ICNS", "DDS", "SGI", "JPEG2000")


def _encoded() -> dict[str, bytes]:
    """A picture in many formats and modes, as bytes."""
    found = {}
    whole = Image.radial_gradient("L").resize((96, 64))
    colored = Image.merge("RGBA", (whole, whole.rotate(90), whole.rotate(180), whole))
    for form in _FORMATS:
        for mode in ("RGB", "RGBA", "P", "L", "1", "CMYK", "I;16"):
            out = io.BytesIO()
            try:
                (whole.convert("I").convert(mode) if mode == "I;16" else colored.convert(mode)).save(out, form)
            except (OSError, ValueError, KeyError):  # a format without this mode, or one that this Pillow lacks
                continue
            found[f"{form} {mode}"] = out.getvalue()
    for name, more in (("progressive", {"progressive": True}), ("exif", {"exif": _exif()})):
        out = io.BytesIO()
        colored.convert("RGB").save(out, "JPEG", **more)
        found[f"JPEG {name}"] = out.getvalue()
    frames, text = io.BytesIO(), io.BytesIO()
    colored.save(frames, "GIF", save_all=True, append_images=[colored.rotate(30)] * 3)
    comments = PngImagePlugin.PngInfo()
    comments.add_text("a", "b" * 100_000, zip=True)
    colored.save(text, "PNG", pnginfo=comments)
    return {**found, "GIF animated": frames.getvalue(), "PNG with texts": text.getvalue()}


def _exif() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    return exif


class Pictures:
    """A folder with one picture at a time."""

    def __init__(self, folder: Path) -> None:
        self._workspace = Workspace.at(folder / "workspace")
        self._folder, self._sound = folder, _encoded()
        self._number = 0

    def made(self, chance: Random) -> Case:
        """A picture with spoiled bytes, or with another size in its header."""
        name = chance.choice(sorted(self._sound))
        data = self._sound[name]
        if chance.random() < 0.4:
            at = chance.randrange(min(len(data), 64))
            return Case(
                f"{name}, header",
                data[:at] + bytes([chance.randrange(256)]) * chance.choice((1, 2, 4)) + data[at + 4 :],
            )
        return Case(name, spoiled(chance, data, tuple(self._sound.values())))

    def tried(self, case: Case) -> str:
        """What pages, reports, workers and the index read of it."""
        self._number += 1
        file = self._folder / f"{self._number}.png"
        file.write_bytes(case.data)
        for read in (lambda: picture_size(file), lambda: small_image(file, 96)):
            try:
                read()
            except (OSError, NotAPicture):
                pass
        opened(str(file), 64)
        small = thumbnail(self._workspace, file)
        file.unlink()
        return "refused" if small is None else "taken"

    def close(self) -> None:
        """Nothing is held."""
