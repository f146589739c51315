"""The parameters that pages read from their addresses, and what somebody may write in place of a number."""

NUMBERS = (
    *(
        "--1",
        "-",
        "-1",
        "1e9",
        "nan",
        "inf",
        "-inf",
        "٣",
        "²",
        "1.5",
        "0x10",
        "1_000",
        " 7 ",
        "9" * 14,
        "9" * 19,
        "9" * 400,
    ),
    *("9" * 5000, "", "\x00", "%", "1e999%", "nan%", "-3%", "true", "null", "[]"),
)
# The parameters of each page that hold numbers, choices or packed values.
READ = {
    "Dataset": ("view", "page", "instance", "kind", "reason"),
    "Explore": ("perspective", "instance", "entity", "page", "tail", "least", "most", "rows", "size", "view", "which"),
    "Rebalance": (
        "token",
        "object",
        "pair",
        "asking",
        "seed",
        "need",
        "alpha",
        "use",
        "rule",
        "repeat",
        "caps",
        "mixture",
        "part",
    ),
    "Synthesize": ("plan", "run", "entities"),
    "Review": ("look", "candidate", "queue", "order", "concept", "score", "second", "filled", "plan"),
    "Export": ("view", "run", "export", "format"),
    "Prove": ("proof", "against", "measure", "budget"),
}
