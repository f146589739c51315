"""`adr prove`: design an experiment on whether refinement helps, run its trainings, show what they say."""

import argparse
from collections.abc import Iterator

from adr.cli.arguments import count, path, path_or_none, share
from adr.cli.blocks import Block, headline, note, sentence, table
from adr.cli.opened import opened
from adr.cli.phrases import perspective_words, reasons
from adr.cli.verbs import prove_external as external
from adr.errors import AdrError
from adr.figures import counted
from adr.progress import Progress
from adr.prove.arms import ARMS
from adr.prove.design import LEARNING_RATES, MODELS, MOST_QUESTIONS, PRIMARY, QUICK_SEEDS, SEEDS, DesignOptions, design
from adr.prove.external import ExternalReport
from adr.prove.external_logs import ExternalResults
from adr.prove.proof import ProofReport, proof_report, run_proof
from adr.prove.scores import GROUPS
from adr.prove.split import HOLD_OUT

WAYS = ("design", "run", "show", *external.WAYS)


def arguments(parser: argparse.ArgumentParser) -> None:
    """What to do, and what the design is to hold."""
    parser.add_argument(
        "way",
        choices=WAYS,
        help="fix an experiment, which trains nothing; train what is left of it; show where it stands",
    )
    parser.add_argument("--proof", type=count, metavar="N", help="the number of the experiment [the latest]")
    parser.add_argument("--processes", type=count, metavar="N", help="run: processes, a core each [all cores but one]")
    asked = parser.add_argument_group("design")
    asked.add_argument("--run", dest="of_run", type=count, metavar="R", help="the run whose recipe is tried")
    asked.add_argument("--plan", type=count, metavar="P", help="only candidates of this plan [all plans of the run]")
    asked.add_argument("--quick", action="store_true", help="five arms and three seeds")
    asked.add_argument("--arms", type=_words, metavar="A,B,…", help=f"some of {', '.join(ARMS)} [all]")
    asked.add_argument(
        "--seeds", type=count, metavar="N", help=f"repeats of every arm [{SEEDS}, or {QUICK_SEEDS} with --quick]"
    )
    asked.add_argument(
        "--hold-out", type=share, default=HOLD_OUT, metavar="S", help="share of the pictures for the test [%(default)s]"
    )
    asked.add_argument("--test", type=path, metavar="FILE", help="a test set in any form that `ingest` reads")
    asked.add_argument("--test-images", type=path, metavar="DIR", help="the image folder of the test set")
    asked.add_argument(
        "--leave-out-copies", action="store_true", help="leave out test rows whose picture is in the dataset too"
    )
    asked.add_argument(
        "--primary",
        type=_questions,
        metavar="ARM:ARM:GROUP,…",
        help="the questions that are answered, at most two [refined_synthetic:original:tail,refined:random:tail]",
    )
    asked.add_argument("--model", choices=MODELS, default="probe", help="what is trained [%(default)s]")
    asked.add_argument(
        "--features",
        type=str,
        metavar="MODEL",
        help="open_clip model that sees the pictures, or the weights to fine-tune",
    )
    asked.add_argument("--anyway", action="store_true", help="use that model even if it does not suit the pictures")
    asked.add_argument("--steps", type=count, metavar="N", help="steps of every training [chosen by one of `original`]")
    asked.add_argument(
        "--learning-rates", type=_rates, metavar="X,Y", help="factors of the model's own learning rate [1,0.1]"
    )
    external.add_arguments(parser)


def act(options: argparse.Namespace, progress: Progress) -> ProofReport | ExternalReport | ExternalResults:
    """Fix it, run it, or look at it; or hand it to an outside trainer, and read what comes back."""
    if options.way in external.WAYS:
        return external.export_or_read(options, progress)
    with opened(options) as (workspace, store):
        if options.way == "design":
            number, _ = design(store, workspace, _design_options(options), progress)
            return proof_report(store, workspace, number)
        if options.way == "run":
            return run_proof(store, workspace, options.proof, processes=options.processes, progress=progress)
        return proof_report(store, workspace, options.proof)


def _design_options(options: argparse.Namespace) -> DesignOptions:
    if options.of_run is None:
        raise AdrError("A design needs a run, whose recipe is tried.", "Name it with --run; `adr runs` lists them.")
    return DesignOptions(
        run=options.of_run,
        plan=options.plan,
        test=path_or_none(options.test),
        test_images=path_or_none(options.test_images),
        leave_out_copies=options.leave_out_copies,
        hold_out=options.hold_out,
        arms=tuple(options.arms) if options.arms else None,
        quick=options.quick,
        seeds=options.seeds,
        learning_rates=tuple(options.learning_rates or LEARNING_RATES),
        model=options.model,
        features=options.features,
        anyway=options.anyway,
        steps=options.steps,
        primary=options.primary or PRIMARY,
    )


def _words(text: str) -> list[str]:
    """Words with commas between them."""
    return [word.strip() for word in text.split(",") if word.strip()]


def _questions(text: str) -> tuple[tuple[str, str, str], ...]:
    """Primary questions ARM:AGAINST:GROUP with commas between them; anything else is an error that argparse reports."""
    found = tuple(tuple(word.split(":")) for word in _words(text))
    for one in found:
        if len(one) != 3 or not {one[0], one[1]} <= set(ARMS) or one[2] not in GROUPS:
            raise argparse.ArgumentTypeError(
                f"give two arms and a group of {', '.join(GROUPS)}, such as refined_synthetic:random_synthetic:tail"
            )
    if not 0 < len(found) <= MOST_QUESTIONS:
        raise argparse.ArgumentTypeError("give one or two questions; more make each harder to answer")
    return tuple((one[0], one[1], one[2]) for one in found)


def _rates(text: str) -> list[float]:
    """Positive numbers with commas between them; anything else is an error that argparse reports."""
    found = [float(word) for word in _words(text)]
    if not found or min(found) <= 0:
        raise argparse.ArgumentTypeError("give numbers above 0, such as 1,0.1")
    return found


def page(report: ProofReport | ExternalReport | ExternalResults) -> Iterator[Block]:
    """Where the experiment stands, its arms, what was left out, and what the results say."""
    if not isinstance(report, ProofReport):
        yield from external.external_page(report)
        return
    yield headline(
        f"Experiment {report.proof} on run {report.run}: {report.finished:,} of {counted(report.trials, 'training')} "
        "finished."
    )
    yield sentence(
        f"Fixed as {report.fingerprint[:12]}: {counted(len(report.arms), 'arm')} × {counted(report.seeds, 'seed')}, "
        f"model {report.model}, {counted(report.test_questions, 'test question')}."
    )
    yield table(
        ["arm", "instances", "synthetic", "questions"],
        [(one.arm, *(f"{n:,.0f}" for n in (one.instances, one.synthetic, one.questions))) for one in report.arms],
        words=(0,),
    )
    yield from _notes(report)
    if report.in_words:
        yield sentence(report.in_words)
    if report.finished < report.trials:
        yield note("Next: adr prove run" if not report.finished else "The same command goes on: adr prove run")


def _notes(report: ProofReport) -> Iterator[Block]:
    """What is not as designed, and what the experiment cannot tell."""
    for said in report.departures:
        yield sentence(f"Not as designed: {said}")
    rare = [f"{perspective_words(p)} {n:,}" for p, n in report.untestable.items() if n]
    if rare:
        yield note(f"Too rare to be tested on this data, entities: {', '.join(rare)}.")
    if report.left_out:
        yield note(f"Left out of the experiment: {reasons(report.left_out)}.")
    if report.planted:
        yield note(f"{counted(report.planted, 'tail instance')} kept for the arm “planted” alone.")
