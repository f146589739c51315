"""Where a judge stands: what it was asked, how it compares with people, and the rules by which it counts."""

from dataclasses import dataclass

from adr.judge.ask import AskReport
from adr.review.calibration import PRECISION, Calibration, calibration
from adr.review.judge_rule import JudgeRule, judge_rules
from adr.store import Store


@dataclass(frozen=True)
class JudgeReport:
    """asked: what the call asked; calibration: the judge compared with people; rules: of all judges, newest first."""

    asked: AskReport
    calibration: Calibration
    rules: tuple[JudgeRule, ...]


def judge_report(store: Store, asked: AskReport, precision: float = PRECISION) -> JudgeReport:
    """The standing of the judge that was asked."""
    found = calibration(store, asked.judge, precision, asked.plan)
    return JudgeReport(asked, found, tuple(judge_rules(store)))
