"""Has a process read the pictures that a folder asks for, and waits for it. Knows nothing of what it finds."""

from adr.embed.picture_folder import Found, PictureFolder
from adr.errors import AdrError
from adr.process import Command, Event, how, relay
from adr.progress import Progress


def read_pictures(module: str, folder: PictureFolder[Found], total: int, progress: Progress) -> None:
    """Wait until the process `python -m MODULE FOLDER` has read everything; it is ended when `progress` raises.

    total: pictures that the folder asks for. AdrError when the process ends unexpectedly; what it has read is kept.
    """
    done, said = 0, "Reading pictures"

    def hear(event: Event) -> None:
        nonlocal done, said
        done = event.get("done", done)
        if "rate" in event:
            said = f"Reading pictures, {event['rate']:,.0f} per second"
        progress(done, total, said)

    progress(0, total, said)
    (code,) = relay([Command(module, [str(folder.folder)], folder.log)], hear)
    if code:
        raise AdrError(
            f"Reading pictures ended unexpectedly ({how(code)}); what was read is kept.",
            f"Run it again: it goes on from there. If it happens again, look into {folder.log}.",
        )
