"""Has a process do what a folder asks for, and waits for it. Knows nothing of what it finds."""

from adr.embed.picture_folder import Found, PictureFolder
from adr.errors import AdrError
from adr.process import Command, Event, how, relay
from adr.progress import Progress


def do_in_process(command: Command, doing: str, each: str, total: int, progress: Progress) -> None:
    """Wait until the process has done everything; it is ended when `progress` raises.

    doing: such as 'Reading pictures'; each: what it does so many of per second. AdrError when the process ends
    unexpectedly; what it has done is kept.
    """
    done, said = 0, doing

    def hear(event: Event) -> None:
        nonlocal done, said
        done = event.get("done", done)
        if "rate" in event:
            said = f"{doing}, {event['rate']:,.0f} {each} per second"
        progress(done, total, said)

    progress(0, total, said)
    (code,) = relay([command], hear)
    if code:
        raise AdrError(
            f"{doing} ended unexpectedly ({how(code)}); what was done is kept.",
            f"Run it again: it goes on from there. If it happens again, look into {command.log}.",
        )


def read_pictures(module: str, folder: PictureFolder[Found], total: int, progress: Progress) -> None:
    """The same for the process `python -m MODULE FOLDER`, which reads the `total` pictures that the folder asks for."""
    do_in_process(Command(module, [str(folder.folder)], folder.log), "Reading pictures", "pictures", total, progress)
