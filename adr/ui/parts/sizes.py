"""Numbers of bytes in words."""


def size_words(count: int) -> str:
    """A number of bytes as people say it: '2.5 MB'."""
    size, unit = float(count), "bytes"
    for larger in ("kB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1000, larger
    return f"{size:,.0f} {unit}" if unit == "bytes" or size >= 100 else f"{size:,.1f} {unit}"
