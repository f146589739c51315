"""Texts that try to be something other than text: markup, links, icons, formulas, escapes, marks that reorder."""

HOST = "http://198.51.100.7"  # an address that is kept for documentation; a request to it is caught before it leaves

HOSTILE = (
    f"![i]({HOST}/a.png)",
    f"[l]({HOST}/b)",
    f"{HOST}/c and www.evil.example and a@evil.example",
    f"<img src='{HOST}/d.png' onerror='window.hit=1'><script>window.hit=1</script><b>bold</b>",
    f"`tick` ![i]({HOST}/e.png) `tick``",
    "$\\frac{x^2}{y}$ and $$z$$",
    ":material/home: :red[red] :blue-badge[b] :smile: :streamlit: :rainbow[r]",
    "**bold** _it_ ~~gone~~ # head",
    "- item",
    "1. item",
    "> quote",
    "| a | b |",
    f"x\n\n![i]({HOST}/f.png)\n\n# heading",
    "\x1b[31mred\x1b[0m\x07\x00",
    "abc\u202edcba\u2066x\u200b",
    "a -- b -> c <- d <-> e >= f <= g ~= h",
    "&lt;b&gt; &amp; \\* \\",
    "W" * 20_000,
)

MADE_FROM_TEXT = (
    "[src*='198.51.100.7']",
    "[href*='198.51.100.7']",
    "[href*='evil.example']",
    ".katex",
    "[style*='198.51.100.7']",
)
"""Elements that only a text which was read as markup can have made."""
