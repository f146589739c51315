"""Numbers as a person reads them, the same on pages, on the command line and in sentences. Knows nothing of stages."""

import math


def number_words(value: float, digits: int = 4) -> str:
    """'40,600', '37.25', '0.0432', '∞': thousands separated, at least `digits` significant digits, no exponent."""
    if math.isinf(value):
        return "∞" if value > 0 else "−∞"
    if value == round(value):
        return f"{value:,.0f}"
    places = min(12, max(0, digits - 1 - math.floor(math.log10(abs(value)))))
    written = f"{value:,.{places}f}"
    return written.rstrip("0").rstrip(".") if "." in written else written


def signed(value: float | None, places: int = 1) -> str:
    """A difference with its sign: '+3.9', '−0.4', '0.0'; empty for None."""
    if value is None:
        return ""
    written = f"{value:+.{places}f}".replace("-", "−")
    return written[1:] if float(f"{value:.{places}f}") == 0 else written


def share_words(value: float, places: int = 1) -> str:
    """A share from 0 to 1 as a percentage: '12.3 %'."""
    return f"{100 * value:.{places}f} %"


def brief(value: float) -> str:
    """A number of at least 0 in at most four characters below 10 ** 9: '0.31', '3.2', '950', '1.2k', '34k'."""
    for size, unit in ((1e6, "M"), (1e3, "k")):
        if value >= 0.9995 * size:
            shown = value / size
            return f"{shown:.1f}{unit}".replace(".0", "") if shown < 9.95 else f"{shown:,.0f}{unit}"
    if value == int(value) or value >= 9.95:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 0.95 else f"{value:.2f}"


def size_words(count: int) -> str:
    """A number of bytes as people say it: '2.5 MB'."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:,.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:,.1f} {unit}"


def time_words(seconds: float) -> str:
    """A time as people say it: '12 s', '3 min', '1.5 h'; at least a second."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{round(seconds / 60)} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def counted(count: int, one: str, many: str | None = None) -> str:
    """A count with its noun: '1 candidate', '1,200 candidates'; many: the plural when it is not `one` plus s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"
