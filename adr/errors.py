"""Errors shown to a person: one sentence and one next step. Knows nothing of pages or shells."""


class AdrError(Exception):
    """Something that the user can mend. `sentence` says what is wrong, `next_step` what to do about it.

    Raised in stages; shown by `adr.ui` and `adr.cli`. Any other exception is a bug and keeps its traceback.
    """

    def __init__(self, sentence: str, next_step: str = "") -> None:
        super().__init__(f"{sentence} {next_step}".strip())
        self.sentence = sentence
        self.next_step = next_step
