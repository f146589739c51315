"""Contrast in both themes, from the colours of the theme, of the palette and of the styles (WCAG 2: 3 : 1 for what is
drawn, 4.5 : 1 for text)."""

import re
import tomllib
from pathlib import Path

import pytest

from adr.ui.parts import palette

ROOT = Path(__file__).resolve().parents[2]
THEME = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text())["theme"]
STYLES = sorted((ROOT / "adr" / "ui").rglob("*.css"))
DRAWN = {
    "head": palette.HEAD_COLOR,
    "tail": palette.TAIL_COLOR,
    "after": palette.AFTER_COLOR,
    "random": palette.RANDOM_COLOR,
    **palette.PERSPECTIVE_COLORS,
}


def channels(color: str) -> list[float]:
    return [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]


def luminance(color: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in color]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: list[float], other: list[float]) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def over(share: float, above: list[float], below: list[float]) -> list[float]:
    return [share * a + (1 - share) * b for a, b in zip(above, below, strict=True)]


def test_contrast__black_on_white_is_21_and_a_colour_on_itself_1():
    assert contrast([0, 0, 0], [1, 1, 1]) == pytest.approx(21)
    assert contrast(channels("#1b2233"), channels("#1b2233")) == 1


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", DRAWN)
def test_palette__what_is_drawn_stands_out_3_to_1(theme, name):
    assert contrast(channels(DRAWN[name]), channels(THEME[theme]["backgroundColor"])) >= 3


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", DRAWN)
def test_palette__a_title_in_its_colour_can_be_read(theme, name):
    """Titles mix 60 % of their colour with the colour of text (curve_cards.css, chips.js)."""
    text, background = (channels(THEME[theme][key]) for key in ("textColor", "backgroundColor"))
    assert contrast(over(0.6, channels(DRAWN[name]), text), background) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", STYLES, ids=lambda path: path.stem)
def test_styles__soft_text_can_be_read(theme, path):
    """Text in part transparent, by opacity or by mixing, on both backgrounds; what is disabled or moving is exempt."""
    shares = []
    for rule in re.findall(r"[^{}]*\{[^{}]*\}", path.read_text()):
        if not re.search(r"disabled|\.off|\.moving", rule.split("{")[0]):
            shares += [float(share) for share in re.findall(r"[^-]opacity: (0?\.\d+)", rule)]
            found = re.findall(
                r"[ -](?:color|soft): color-mix\(in srgb, var\(--st-text-color\) (\d+)%, transparent", rule
            )
            shares += [int(share) / 100 for share in found]
    text = channels(THEME[theme]["textColor"])
    for share in shares:
        for key in ("backgroundColor", "secondaryBackgroundColor"):
            background = channels(THEME[theme][key])
            assert contrast(over(share, text, background), background) >= 4.5, f"{share} in {path.name}"


def test_styles__colours_of_the_theme_are_those_of_the_configuration():
    written = "".join(path.read_text() for path in STYLES)
    pairs = re.findall(r"light-dark\((#\w+), (#\w+)\)", written)
    known = {tuple(THEME[theme][key] for theme in ("light", "dark")) for key in THEME["light"] if key.endswith("Color")}
    assert pairs and set(pairs) <= known


def test_board__before_after_and_random_differ_without_colour():
    script = (ROOT / "adr" / "ui" / "rebalance" / "curve_slider.js").read_text()
    lines = re.findall(r"line\((?:now|one\.before|one\.random), tones\.\w+, ([\d.]+)(, \[[^]]*\])?\)", script)
    assert len(lines) == 3 == len(set(lines))
