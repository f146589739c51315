"""What the bytes of generated pictures depend on besides model, prompt, parent and seed. Opens no picture."""

import json
from collections import Counter
from collections.abc import Iterable


def same_bytes(parameters: Iterable[str | None]) -> dict[str, int]:
    """{what it takes to make the same bytes again: pictures}, from the parameters of candidates as JSON texts; what has
    no device is no generated picture and does not count. Versions of packages and the kind of processor come on top."""
    read = (json.loads(text) for text in parameters if text)
    return dict(sorted(Counter(_takes(one) for one in read if one.get("device")).items()))


def _takes(parameters: dict[str, object]) -> str:
    """'any number of threads', 'threads: 4', or on a GPU 'cuda, up to 1 of 255'."""
    device = str(parameters["device"]).partition(":")[0]
    if device != "cpu":
        return f"{device}, up to 1 of 255"
    if parameters.get("batch", 1) != 1 and parameters.get("threads") == 1:
        return "any number of threads"
    return f"threads: {parameters.get('threads', 'not known')}"
