"""`make faults`: many kills of every stage, at moments of every kind; prints a table, and each fault that was found.

    python -m tests.faults [KILLS] [SEED]

Exit status 1 when anything was wrong after a kill.
"""

import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from signal import SIGKILL, SIGXFSZ

from tests.faults.harness import KINDS, Harness, Stage, Trial, stages
from tests.faults.world import World


def main(kills: int, seed: int) -> int:
    """Kill at least so often; returns the exit status."""
    folder = Path(tempfile.mkdtemp(prefix="adr-faults-"))
    started = time.monotonic()
    world = World(folder / "world")
    harness = Harness(world, seed)
    trials: list[Trial] = []
    try:
        world.build()
        world.plan_words()
        harness.ready()
        with suppress(KeyboardInterrupt):  # the table then shows what was done
            for trial in _trials(harness, stages(world), kills):
                trials.append(trial)
                print(f"\r{sum(t.signal == SIGKILL for t in trials)} kills", end="", file=sys.stderr, flush=True)
            print(file=sys.stderr)
    finally:
        harness.close()
    _print(trials, seed, time.monotonic() - started)
    if any(trial.faults for trial in trials):
        print(f"The last workspace is kept in {folder}.")
        return 1
    shutil.rmtree(folder)
    return 0


def _trials(harness: Harness, chosen: list[Stage], kills: int) -> Iterable[Trial]:
    """Stages and kinds in turn until there are enough SIGKILLs; writes that are cut off come on top."""
    done = 0
    while done < kills:
        for stage in chosen:
            for kind in stage.kinds:
                trial = harness.kill(stage, kind)
                done += trial.signal == SIGKILL
                yield _told(trial)
            yield _told(harness.fill(stage))


def _told(trial: Trial) -> Trial:
    """The trial, whose faults have been printed."""
    for fault in trial.faults:
        print(f"{trial.stage}, disturbed at {dict(trial.moment)}: {fault}", flush=True)
    return trial


def _print(trials: list[Trial], seed: int, seconds: float) -> None:
    heads = ("stage", *(f"by {kind}" for kind in KINDS), "disk full", "was done", "faults")
    print("| " + " | ".join(heads) + " |\n|---" + "|---:" * (len(heads) - 1) + "|")
    for name in [*dict.fromkeys(trial.stage for trial in trials), "all"]:
        of = [trial for trial in trials if name in (trial.stage, "all")]
        by = Counter(str(trial.moment["by"]) for trial in of if trial.signal or not trial.done)
        cells = [*(by[kind] for kind in (*KINDS, "full")), sum(t.done for t in of), sum(bool(t.faults) for t in of)]
        print(f"| {name} | " + " | ".join(map(str, cells)) + " |")
    killed, cut = (sum(trial.signal == number for trial in trials) for number in (SIGKILL, SIGXFSZ))
    print(f"{killed} kills (SIGKILL), {cut} writes cut off; {seconds:.0f} s; seed {seed}.")


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    sys.exit(main(*(given + [200, 1][len(given) :])))
