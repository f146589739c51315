"""The faults of pictures that `adr pictures` finds, by name. Knows no picture."""

PICTURE_FAULTS = {
    "unreadable": "a picture cannot be opened",
    "blank": "a picture is blank",
    "dark": "a picture is dark",
    "blurred": "a picture is blurred",
    "tiny": "a picture is tiny",
    "odd_aspect": "a picture is more than four times as long as wide",
}
"""{name: what is said of an instance with such a picture}."""
