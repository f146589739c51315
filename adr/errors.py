"""Errors shown to a person: one sentence and one next step. Knows nothing of pages or shells."""

_LONGEST = 2000  # characters of a sentence


class AdrError(Exception):
    """Something that the user can mend. `sentence` says what is wrong, `next_step` what to do about it.

    Raised in stages; shown by `adr.ui` and `adr.cli`. Any other exception is a bug and keeps its traceback.
    """

    def __init__(self, sentence: str, next_step: str = "") -> None:
        if len(sentence) > _LONGEST:  # a value from a file can be of any length
            sentence = f"{sentence[: _LONGEST - 500]} … {sentence[-500:]}"
        super().__init__(f"{sentence} {next_step}".strip())
        self.sentence = sentence
        self.next_step = next_step


class WorkspaceInUse(AdrError):
    """Another process owns the database of a workspace. pid: its number, None when it is not known."""

    def __init__(self, database: object, pid: int | None) -> None:
        who = "another process" if pid is None else f"process {pid}"
        super().__init__(
            f"The workspace {database} is in use by {who}.",
            "Close the app (or the command) that has it open, then try again.",
        )
        self.pid = pid
