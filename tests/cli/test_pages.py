"""What verbs print for a person, word for word, at width 100 on worlds made by hand."""

import io
from collections.abc import Callable

import pytest

from adr.cli.output import console_of, page_text
from adr.cli.verbs import backwards, compare, curve, doctor, explain, meters, rebalance, run
from adr.doctor import DoctorReport, Problem
from adr.explore.distribution import curve as curve_of
from adr.export.export import ExportReport
from adr.index.report import IndexReport
from adr.ingest.ingest import IngestReport
from adr.pipeline import RunReport
from adr.rebalance import runs
from adr.rebalance.backwards import backwards_report, for_size
from adr.rebalance.compare import comparison_report
from adr.rebalance.engine import Engine
from adr.rebalance.explain import explain as explanation_of
from adr.rebalance.preview import CapEffect, Columns, Numbers
from adr.recipe import Recipe
from adr.recipe_mixture import Mixture
from adr.review.exchange import ExchangeReport
from adr.review.meters import Meter, MetersReport
from adr.synthesize.collect import CollectReport
from adr.synthesize.generate import GenerateReport
from adr.synthesize.plan import PlanReport
from tests.worlds.zoo import TAU, ZOO, draw_of, fill


@pytest.fixture
def printed(monkeypatch: pytest.MonkeyPatch) -> Callable:
    """The text of a page where there is no terminal."""
    monkeypatch.delenv("COLUMNS", raising=False)
    return lambda blocks: page_text(blocks, console_of(io.StringIO()))


# Keeps 1, 3 and 8, which have a dog, and 6, which has the poem; 7 has no entity at all.
BY_HAND = Recipe(
    name="dogs",
    perspectives=("token", "object"),
    tau={"token": 0, "object": 0},
    mute={"object": ["yak"]},
    protect={"object": ["dog"], "token": ["poem"]},
)


def test_rebalance__a_mixture_value_by_value(printed) -> None:
    """Seven cats, a dog that is no cat, two without a thing: a quarter dogs is four rows, of which 3 are not dogs; cats
    and the others share them as 7 : 2, that is 2.33 and 0.67, by largest remainder 2 and 1."""
    mixed = Recipe(min_passes=0, tau=TAU, mixture=Mixture("object", shares={"dog": 0.25, "yak": 0}))
    said = printed(rebalance.page(runs.rebalance(fill(ZOO), mixed)))
    assert "Run 1 keeps 4 of 10 instances.\n" in said
    assert "Why: the mixture (6), the recipe keeps everything (4)." in said
    table = said[said.index("object   before") :].splitlines()
    assert [line.split() for line in table[2:6]] == [
        ["dog", "1", "1", "1", "1", "25.0", "%"],
        ["yak", "0", "0", "0", "0", "0.0", "%"],
        ["cat", "7", "7", "2", "2", "50.0", "%"],
        ["(none)", "2", "2", "1", "1", "25.0", "%"],
    ]
    assert said.endswith("In the recipe but not in this dataset: object: yak.\n")


def test_rebalance__a_sentence_and_before_after_random_side_by_side(printed) -> None:
    """By hand, token: 13 postings before, of which the tail ('tree') has 1; 7 after, of which it has 1."""
    said = printed(rebalance.page(runs.rebalance(fill(ZOO), BY_HAND)))
    assert (
        said
        == """\
Run 1 keeps 4 of 10 instances (expected 4 ± 0 over all seeds).
Keeps an instance when at least one of token and object passes; thresholds τ: token 0, object 0;
muted: yak; protected: poem, dog. Seed 42.
Why: too few perspectives pass (5), enough perspectives pass (4), no entity in any perspective (1).

perspective                          before    after   random
─────────────────────────────────────────────────────────────
token           tail share            7.7 %   14.3 %    0.0 %
τ = 0           effective entities        3        4        3
                fall below 5              0        1        1
                entities lost             0        0        1

object          tail share            9.1 %    0.0 %    0.0 %
τ = 0           effective entities        2        2        2
                fall below 5              0        1        1
                entities lost             0        1        1

co-occurrence   tail share            0.0 %    0.0 %    0.0 %
not used        effective entities        2        1        1
                fall below 5              0        0        0
                entities lost             0        1        1

interrogation   tail share            0.0 %    0.0 %    0.0 %
not used        effective entities        2        2        2
                fall below 5              0        0        0
                entities lost             0        1        1

Random: a uniform subset of the same size. Tail: the tail before rebalancing (the paper's rule).
Kept by group: no entities 0 of 1, no token 0 of 1, no object 1 of 2.
In the recipe but not in this dataset: object: yak.
"""
    )


def test_explain__kept_with_the_draws_behind_it(printed) -> None:
    store = fill(ZOO)
    runs.rebalance(store, Recipe(tau=TAU, min_passes=2))
    zebra, pair = draw_of(42, "object", "zebra", 4), draw_of(42, "co_occurrence", "cat + zebra", 4)
    assert (round(zebra, 4), round(pair, 4)) == (0.2651, 0.6743)  # in one instance each: below τ, so both pass
    assert (
        printed(explain.page(explanation_of(store, 1, 4)))
        == """\
Kept: passes object from τ = 0.2651, by “zebra”, co-occurrence from τ = 0.6743, by “cat + zebra”.
Instance 4 in run 1: 2 perspectives pass, 2 needed. Over all seeds it is kept with a probability of
100.0 %.

perspective     passes     τ   from τ   by             chance
─────────────────────────────────────────────────────────────
token           no         2    3.631   animal         25.0 %
object          yes      1.5   0.2651   zebra         100.0 %
co-occurrence   yes        1   0.6743   cat + zebra   100.0 %
interrogation   no         1    never                   0.0 %

perspective     entity        instances     τ   probability    draw   from τ
────────────────────────────────────────────────────────────────────────────
token           animal                8     2        25.0 %   0.454    3.631
object          zebra                 1   1.5       100.0 %   0.265   0.2651
                cat                   7   1.5        21.4 %   0.346    2.419
co-occurrence   cat + zebra           1     1       100.0 %   0.674   0.6743
"""
    )


def test_explain__an_instance_without_entities_and_caps_by_hand(printed) -> None:
    store = fill(ZOO)
    runs.rebalance(store, BY_HAND)
    assert (
        printed(explain.page(explanation_of(store, 1, 7)))
        == """\
Dropped: it has no entity in any of the recipe's perspectives.
Instance 7 in run 1: 0 perspectives pass, 1 needed. Over all seeds it is kept with a probability of
0.0 %.

perspective   passes   τ   from τ   by   chance
───────────────────────────────────────────────
token         no       0    never         0.0 %
object        no       0    never         0.0 %
"""
    )
    protected = printed(explain.page(explanation_of(store, 1, 3)))
    assert "object        yes      0   always   dog     100.0 %\n" in protected
    assert "object        dog              3   ∞ (protected)       100.0 %   0.734    2.201\n" in protected


def test_compare__a_against_b(printed) -> None:
    """A keeps 1, 3 and 8, B keeps 0, 3 and 6; of the three dogs B keeps the one of 3."""
    a = Recipe(perspectives=("object",), tau={"object": 0}, protect={"object": ["dog"]})
    b = Recipe(perspectives=("token",), tau={"token": 0}, protect={"token": ["grass", "poem"]})
    assert (
        printed(compare.page(comparison_report(Engine(fill(ZOO)), a, b, top=1)))
        == """\
A keeps 3 and B keeps 3 instances; both keep 1, only A 2, only B 2.
They agree on 20.0 % of what either keeps.
A: Keeps an instance when the object perspective passes; thresholds τ: object 0; protected: dog.
Seed 42.
B: Keeps an instance when the token perspective passes; thresholds τ: token 0; protected: grass,
poem. Seed 42.

perspective                          before          A          B
─────────────────────────────────────────────────────────────────
token           τ                             not used          0
                tail share            7.7 %     16.7 %      0.0 %
                effective entities        3          3          3
                entities lost             0          1          2

object          τ                                    0   not used
                tail share            9.1 %      0.0 %      0.0 %
                effective entities        2          2          2
                entities lost             0          1          1

co-occurrence   τ                             not used   not used
                tail share            0.0 %      0.0 %      0.0 %
                effective entities        2          1          0
                entities lost             0          1          2

interrogation   τ                             not used   not used
                tail share            0.0 %      0.0 %      0.0 %
                effective entities        2          1          3
                entities lost             0          2          0

perspective     entity       before   A   B   B − A
───────────────────────────────────────────────────
token           animal            8   3   2      −1
object          dog               3   3   1      −2
co-occurrence   cat + dog         2   2   0      −2
interrogation   what color        4   0   1      +1

Instances that only A keeps: 1 and 1 more.
Instances that only B keeps: 0 and 1 more.
"""
    )


def test_curve__head_and_tail_in_a_sentence(printed) -> None:
    """Seven cats, three dogs, one zebra: cats are the first whose 7 of 11 postings reach 60 %."""
    assert (
        printed(curve.page(curve_of(fill(ZOO), "object", tail_share=0.4, top=3)))
        == """\
object: 3 entities in 10 instances, 11 postings.
The most frequent entity (head, τ = 7) has 63.6 % of the postings; the other 2 (tail) have 36.4 %.

Gini                  0.364
effective entities    2
in one instance only  1 entity

most frequent   instances   rarest   instances
──────────────────────────────────────────────
cat                     7   zebra            1
dog                     3   dog              3
zebra                   1   cat              7
"""
    )


def test_backwards__the_answer_and_its_recipe(printed) -> None:
    """Zebra protected: instance 4 stays whatever τ is; no other τ is needed to keep one instance."""
    recipe = Recipe(perspectives=("object",), tau={"object": 2}, protect={"object": ["zebra"]})
    engine = Engine(fill(ZOO))
    assert (
        printed(backwards.page(backwards_report(engine, for_size(engine, recipe, 1))))
        == """\
τ object 0 keeps 1 instance.

perspective     τ
─────────────────────────
token           1
object          0   moved
co-occurrence   1
interrogation   1

[rebalance]
seed = 42
min_passes = 1          # this many perspectives must pass
alpha = 1.0
perspectives = ["object"]
pass_rule = "any"
repeat = 1
unread = "keep"

[rebalance.tau]
token = 1.0
object = 0.0
co_occurrence = 1.0
interrogation = 1.0

[rebalance.protect]
object = ["zebra"]
"""
    )


def test_doctor__problems_advice_and_what_there_is(printed) -> None:
    report = DoctorReport(
        workspace="/data/adr",
        problems=[Problem("The source /data/llava.json is not there any more.", "Put it back, or go on without.")],
        advice=[Problem("No spaCy pipeline is installed.", "Install one: `python -m spacy download en_core_web_sm`.")],
        holds={"instance": 665298, "run": 2},
        installed={"duckdb": "2.0.1", "torch": None},
        models={"ADR_SCORER_MODEL": "ViT-L-14/openai", "language model": None},
        device="cuda, float16",
        free_bytes=66_600_000_000,
    )
    assert (
        printed(doctor.page(report))
        == """\
1 problem in /data/adr.
• The source /data/llava.json is not there any more. Put it back, or go on without.

Advice:
• No spaCy pipeline is installed. Install one: `python -m spacy download en_core_web_sm`.

rows              instance 665,298, run 2
device            cuda, float16
free disk space   66.6 GB
packages          1 of 2 installed
ADR_SCORER_MODEL  ViT-L-14/openai
language model    not found
"""
    )


def numbers(tail_share: float, effective: float, below: int = 0, lost: int = 0) -> Numbers:
    return Numbers(
        entities=5,
        postings=9,
        head_share=1 - tail_share,
        tail_share=tail_share,
        gini=0.5,
        effective_entities=effective,
        singletons=1,
        losing=below,
        lost=lost,
        below_k=below,
    )


LARGE = RunReport(
    ingest=IngestReport(
        source="/data/llava.json",
        images=None,
        form="llava",
        layout="array",
        instances=665298,
        rejected={"invalid_json": 1, "no_conversation": 0},
        warnings={"no_image_folder": 624610},
        text_only=40688,
        annotations=0,
        bytes=1_031_000_000,
        sha256="ab",
        seconds=102.4,
    ),
    index=IndexReport(
        instances=665298,
        postings={"object": 3_100_000},
        entities={"object": 9000},
        unread=12,
        extractor="lexicon",
        spacy_model=None,
        objects_from="text",
        verified_by=None,
        seconds=60.2,
    ),
    rebalance=runs.RebalanceReport(
        run=3,
        name="paper",
        kept=581204,
        dropped=84094,
        repeated=0,
        expected=581102.6,
        expected_sd=231.7,
        reasons={"passes": 581204, "below_min_passes": 84094},
        tau={"object": 40612.7},
        groups={"no_object": {"instances": 1200, "kept": 7}},
        perspectives={
            "object": Columns(40612.7, 88, numbers(0.1, 1250.2), numbers(0.1234, 1400.7, 3, 1), numbers(0.1, 1249, 9))
        },
        caps=(CapEffect("object", "person", 500, 888, 500),),
        unused=(),
        fingerprint="f",
        in_words="Keeps an instance when the object perspective passes; thresholds: object 40,612.7. Seed 42.",
        seconds=1.0,
    ),
    plan=PlanReport(
        plan=1,
        run=3,
        slots=1000,
        candidates=2000,
        budget=84094,
        entities=700,
        lacking=8000,
        missing=90000,
        filled=1000,
        pool=500000,
        parents=400,
        generator="text-to-image",
        model="m",
    ),
    generate=GenerateReport(
        plan=1,
        candidates=2000,
        made=1990,
        collected=1980,
        finished=1990,
        failed={"out_of_memory": 10},
        left=0,
        seconds_each=0.52,
        seconds=1040,
    ),
    collect=CollectReport(
        plan=1,
        collected=1990,
        candidates=1990,
        chosen=1000,
        failed={},
        flags={"near_duplicate": 4, "blank": 9},
        tail={"object": {"lacking": 8000, "lacking_after": 7400, "missing": 90000, "missing_after": 89000}},
        set_aside={},
    ),
    verdicts=ExchangeReport(verdicts=1, known=2, refused={"unknown_candidate": 1}, examples=("Row 2: who is this?",)),
    export=ExportReport(
        export=1,
        run=3,
        format="llava",
        folder="/data/out",
        instances=581205,
        synthetic=1,
        left_out=0,
        images=1,
        bytes=901_000_000,
        sha256="3a02",
        files={"llava.json": "3a02", "card": "00"},
        main=["llava.json"],
        warnings={"repeated_ids": 4},
    ),
    reused=("ingest", "index"),
    notices=("The index was made with other word lists.",),
)


def test_run__each_stage_as_its_own_verb_says_it(printed) -> None:
    assert (
        printed(run.page(LARGE))
        == """\
581,205 rows (1 synthetic) written to /data/out.
The index was made with other word lists.

── ingest (done before)
665,298 instances read from llava.json; 1 record set aside.

source                        /data/llava.json
images                        no image folder
form                          llava, array, 1.0 GB
text only                     40,688
objects named by annotations  0
time                          2 min

set aside because              records
──────────────────────────────────────
the record is not valid JSON         1

Instances with images that were read without an image folder: 624,610.

── index (done before)
665,298 instances indexed in 60 s: nouns by word lists, objects from text.

perspective   entities    postings
──────────────────────────────────
object           9,000   3,100,000

── rebalance
Run 3 keeps 581,204 of 665,298 instances (expected 581,103 ± 232 over all seeds).
Keeps an instance when the object perspective passes; thresholds: object 40,612.7. Seed 42.
Why: enough perspectives pass (581,204), too few perspectives pass (84,094).

perspective                        before    after   random
───────────────────────────────────────────────────────────
object        tail share           10.0 %   12.3 %   10.0 %
τ = 40,613    effective entities    1,250    1,401    1,249
              fall below 5              0        3        9
              entities lost             0        1        0

Random: a uniform subset of the same size. Tail: the tail before rebalancing (the paper's rule).
Kept by group: no object 7 of 1,200.

perspective   entity   at most   by the keep rule   kept
────────────────────────────────────────────────────────
object        person       500                888    500

── plan
Plan 1: 2,000 candidates in 1,000 slots for 700 of 8,000 tail entities that lack instances.
They add 1,000 of 90,000 instances that the tail of run 3 lacks.

budget     84,094 slots
parents    400 of 500,000 in the pool
generator  text-to-image
model      m

Next: adr generate --plan 1

── generate
Plan 1: 1,990 candidates made in 17 min, 0.52 s each; 1,990 of 2,000 are finished.
1,980 candidates collected: they can be reviewed.
Not made: out of memory (10).
Next: adr collect --plan 1 looks for near duplicates among them.

── collect
Plan 1: 1,990 candidates collected, 1,990 in all, 1,000 of them the best of their slots.
Flags: blank (9), near duplicate (4).

                                when all                   when all
the tail lacks   entities   are accepted   instances   are accepted
───────────────────────────────────────────────────────────────────
object              8,000          7,400      90,000         89,000

── verdicts
1 verdict; 2 were already there.
Set aside: unknown candidate (1).
Row 2: who is this?

── export
581,205 rows (1 synthetic) of run 3 written to /data/out.

format   LLaVA · LLaVA-NeXT
data     llava.json
SHA-256  3a02
files    2, 901 MB
images   1 copied or linked

Some ids occur in more than one row (repair them if your tools join by id). (4 rows)
"""
    )


def test_meters__rates_as_percent_and_none_where_nothing_was_judged(printed) -> None:
    meter = {"plan": 1, "entity": 0, "perspective": "co_occurrence", "rejected": 1, "waiting": 0, "filled": 3}
    report = MetersReport(
        plan=None,
        candidates=1200,
        accepted=2,
        rejected=1,
        unsure=0,
        left=1197,
        rate=61.2,
        minutes_left=19.6,
        meters=(
            Meter(**meter, name="cat + dog", target=3.0, have=1, accepted=2, to_go=0, rate=2 / 3, state="filled"),
            Meter(**meter, name="bus + dog", target=4.5, have=3, accepted=0, to_go=2, rate=None, state="short"),
        ),
    )
    assert (
        printed(meters.page(report))
        == """\
1 of 2 concepts filled.
1,200 candidates: 2 accepted, 1 rejected, 0 unsure, 1,197 left at 61 per minute.

entity      perspective     have   accepted   rejected   waiting   wanted     rate   state    plan
──────────────────────────────────────────────────────────────────────────────────────────────────
cat + dog   co-occurrence      1          2          1         0        3   66.7 %   filled      1
bus + dog   co-occurrence      3          0          1         0      4.5        –   short       1
"""
    )
