"""How exchanges go: sixty in the manner of public datasets, each with the style that a person would write down."""

import json
from pathlib import Path

import pytest

from adr.index.perspectives.style import STYLES, names, style
from tests.worlds.batches import batch

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data"
BRIEFLY = "\nAnswer the question using a single word or phrase."
LETTER = "\nAnswer with the option's letter from the given choices directly."
REGION = "Please provide the bounding box coordinate of the region this sentence describes: "
STREET = (
    "The image shows a busy street in a city. Several cars are parked along both sides of the road, and a yellow taxi "
    "is driving towards the viewer. On the left, a woman with a red umbrella waits at the crossing, while two men talk "
    "in front of a shop. Tall brick buildings with many windows rise behind them, and a traffic light shows green."
)
"""65 words."""
RUNNING = (
    "There are 3 boxes with 4 apples each. First multiply the boxes by the apples, which gives 12. Then take away the "
    "2 that were eaten. So the answer is 10."
)
REAL = [
    # VQAv2, GQA, OKVQA, TextVQA and OCR-VQA as LLaVA prompts them
    ("What color is the bus?" + BRIEFLY, "Red", "word or phrase"),
    ("How many people are in the boat?" + BRIEFLY, "3", "word or phrase"),
    ("Which kind of furniture is to the left of the lamp?" + BRIEFLY, "Bed", "word or phrase"),
    (
        "What is the name of the bakery on the sign?" + BRIEFLY,
        "the corner bakery and cafe of st. john",
        "word or phrase",
    ),
    ("What sport can you use this for?" + BRIEFLY, "Motocross", "word or phrase"),
    ("Who wrote this book?" + BRIEFLY, "Donna Leon", "word or phrase"),
    ("What is the title of this book?", "The Hitchhiker's Guide to the Galaxy", "word or phrase"),
    ("Is the man wearing a helmet?" + BRIEFLY, "Yes", "yes/no"),
    ("Is this book related to Travel?" + BRIEFLY, "No", "yes/no"),
    # POPE and HallusionBench
    ("Is there a snowboard in the image?" + BRIEFLY, "no", "yes/no"),
    ("Is there a dining table in the image? Please answer yes or no.", "There is none", "yes/no"),
    ("Does the curve rise after 2010?", "No, it falls between 2010 and 2015.", "yes/no"),
    # A-OKVQA, ScienceQA, AI2D, MMBench, SEED
    ("What is the man waiting for?\nA. bus\nB. train\nC. delivery\nD. cab" + LETTER, "A", "multiple choice"),
    ("Which is the main persuasive appeal in this ad?\nA. logos\nB. ethos\nC. pathos" + LETTER, "C", "multiple choice"),
    ("What does the arrow point to? (A) root (B) stem (C) leaf", "(B) stem", "multiple choice"),
    ("Which animal eats the grass?\nChoices: rabbit, hawk, snake.", "rabbit", "multiple choice"),
    ("Choose the correct option. The larva becomes a\nA) pupa\nB) egg", "A) pupa", "multiple choice"),
    ("Is the sky cloudy?\nA. Yes\nB. No" + LETTER, "B", "multiple choice"),
    # RefCOCO and VG in LLaVA, Qwen-VL, Shikra, Molmo, PaliGemma
    (REGION + "man on the left.", "[0.12, 0.33, 0.48, 0.91]", "coordinates"),
    (REGION + "zebra in front", "[0.0, 0.26, 0.7, 1.0]", "coordinates"),
    ("Where is the red umbrella?", "The umbrella is at [0.25, 0.25, 0.5, 0.75].", "coordinates"),
    (
        "Find the sheep in this picture.",
        "<|object_ref_start|>sheep<|object_ref_end|><|box_start|>(12,34),(56,78)<|box_end|>",
        "coordinates",
    ),
    ("Point to the dogs.", '<point x="12.5" y="30.1" alt="dogs">dogs</point>', "coordinates"),
    ("detect cat", "<loc0123><loc0456><loc0789><loc1000> cat", "coordinates"),
    ("Where should I click to log in?", "(0.52, 0.81)", "coordinates"),
    (
        "Please provide a short description for this region: [0.1, 0.2, 0.3, 0.4].",
        "Woman with a red bag.",
        "short description",
    ),
    # LLaVA pretraining (LCS-558K), TextCaps, COCO captions
    (
        "Render a clear and concise summary of the photo.",
        "a large wooden table on a white background",
        "short description",
    ),
    ("Give a brief description of the image.", "the new logo for the company", "short description"),
    ("", "two dogs on the beach", "short description"),
    (
        "Provide a one-sentence caption for the provided image.\nReference OCR token: STOP, 7TH",
        "A red stop sign at the corner of 7th street.",
        "short description",
    ),
    ("Write a terse but informative summary of the picture.", "a cup of tea", "short description"),
    ("What is happening in this picture?", "A man is repairing the roof of a small house.", "short description"),
    ("Describe this image in one sentence.", "A cat sleeps on a keyboard.", "short description"),
    ("Share a concise interpretation of the image provided.", "map of the old town", "short description"),
    # LLaVA detail_23k, ShareGPT4V, ALLaVA
    ("Describe the following image.", STREET, "detailed description"),
    ("What do you see happening in this image?", STREET, "detailed description"),
    ("Explain the various aspects of the image before you.", STREET, "detailed description"),
    ("Walk through the important details of the image.", STREET, "detailed description"),
    ("Analyze the image in a comprehensive and detailed manner.", STREET, "detailed description"),
    ("Can you elaborate on the elements of the picture provided?", STREET, "detailed description"),
    (
        "Describe the image in detail.",
        "A woman in a blue coat walks two small dogs along a wet path between tall trees in the early morning light.",
        "detailed description",
    ),
    ("", STREET, "detailed description"),
    # Spot the Difference, NLVR2, Birds-to-Words
    ("What are the differences between the two images?", "The red car is missing in the second one.", "comparison"),
    ("Compare the two birds.", "The first bird has a longer beak than the second.", "comparison"),
    ("What do both pictures have in common?", "Both of them show a bridge at night.", "comparison"),
    ("Which one is taller?", "The tower on the right is taller than the church.", "comparison"),
    ("How is the left chart different from the right one?", "It has one more bar, for the year 2019.", "comparison"),
    # ScienceQA with solutions, Geo170K, MathV360K, LLaVA-CoT, how-to answers
    ("How many apples are left? Think step by step.", RUNNING, "step by step"),
    ("How many apples are left?", RUNNING, "step by step"),
    (
        "What is the angle at C?\nA. 40\nB. 50",
        "Step 1: The sum of the angles is 180. Step 2: 180 - 90 - 50 = 40. Answer: A",
        "step by step",
    ),
    ("What is x?", "<think>The two sides are equal, so x is 5.</think> 5", "step by step"),
    ("How do I fix this tyre?", "1. Take off the wheel.\n2. Remove the tube.\n3. Patch the hole.", "step by step"),
    # DocVQA-like extraction, CORD, chart to table, tool calls
    ("Extract the total as JSON.", '{"total": "12.40"}', "prescribed form"),
    ("Convert the chart into a table.", "| Year | Sales |\n|---|---|\n| 2019 | 4 |", "prescribed form"),
    ("Write the formula in LaTeX.", "x^2 + y^2 = z^2", "prescribed form"),
    ("Use the following template: Name: ..., Price: ...", "Name: Tea, Price: 3", "prescribed form"),
    ("What is the weather in Oslo?", '{"name": "weather", "arguments": {"city": "Oslo"}}', "prescribed form"),
    # LLaVA conversation_58k and complex_reasoning_77k, ShareGPT, VisDial-like
    ("What is the man doing?", "The man is riding a horse along the beach.", "free-form answer"),
    ("Why might the street be empty?", "It may be early in the morning, before the shops open.", "free-form answer"),
    ("What is next to the table?", "There is a chair with a striped cushion.", "free-form answer"),
    (
        "Write a poem about this lake.",
        "Still water holds the evening sky,\nand one late swallow passes by.",
        "free-form answer",
    ),
    (
        "Is the man happy?",
        "Yes, he seems to be. He is smiling at the woman beside him, holds a glass in his raised hand, and leans back "
        "in his chair in a way that looks relaxed and at ease with everyone around the table.",
        "free-form answer",
    ),
]


@pytest.mark.parametrize(("question", "answer", "expected"), REAL)
def test_style__exchanges_in_the_manner_of_public_datasets(question, answer, expected):
    assert style(question, answer) == expected


def test_style__the_examples_have_every_style():
    assert len(REAL) >= 60 and {expected for *_, expected in REAL} == set(STYLES)


OTHERWISE = [
    ("Is it a good idea to use this as a table?", "Yes, it is.", "yes/no"),
    ("Is it day? Reply yes or no, as JSON.", '{"day": "yes"}', "prescribed form"),
    ("Generate the LaTeX code.", "x = 5", "prescribed form"),
    ("Who won?", "No one won the game, it was a draw.", "free-form answer"),
    ("请详细描述这张图片。", "一只橘猫躺在沙发上。", "short description"),
    ("这两只猫有什么区别？", "左边的猫是橘色的，右边的是黑色的。", "comparison"),
    ("Where is the cat? Reply with its coordinates.", "There is no cat in this picture.", "free-form answer"),
    ("How many people have rated the app?", "(2,172)", "word or phrase"),
    ("What does the sign say?", "No parking", "word or phrase"),
    ("What is the selected unit?", "<no answer>", "word or phrase"),
    ("What are the given options?", "GPS Map Camera, Camera", "word or phrase"),
    ("What is the description of the setting?", "It shares your location with your friends.", "free-form answer"),
    (
        "What is the list of sports?",
        "Football, tennis, ice hockey, volleyball, handball and motor sport",
        "word or phrase",
    ),
    ("Is there a dog?", "Yes there is a brown dog.", "yes/no"),
    ("图中有什么？", "一只橘猫躺在沙发上。", "free-form answer"),
    ("这是公交车吗？", "是的。", "yes/no"),
    ("这是什么？", "是一只猫", "word or phrase"),  # "is a cat": no yes
    ("车是什么颜色？", "红色", "word or phrase"),
    ("Ist das ein Hund?", "Nein, das ist eine Katze.", "yes/no"),
    ("What number does the player wear?", "No. 5", "word or phrase"),
    ("Which river flows through the water?", "The Rhine flows through the city.", "free-form answer"),
    ("What does the table in the picture show?", "It shows the sales of four years.", "free-form answer"),
    ("What different colors are there?", "There are red, green and blue ones.", "free-form answer"),
    (
        "What is shown?",
        "A man [0.1, 0.2, 0.3, 0.4] sits on a bench in the middle of a large park.",
        "short description",
    ),
    ("Which picture shows the short dog?", "The one on the left shows it.", "free-form answer"),
]


@pytest.mark.parametrize(("question", "answer", "expected"), OTHERWISE)
def test_style__other_languages_and_words_that_only_look_like_cues(question, answer, expected):
    assert style(question, answer) == expected


def test_names__most_exchanges_decide_and_of_equals_the_first():
    yes, red = ("Is it red?", "Yes"), ("What color is it?", "Red")
    talk = batch(
        turns=[
            [("human", yes[0]), ("gpt", yes[1]), ("human", red[0]), ("gpt", red[1])],
            [("human", yes[0]), ("gpt", yes[1])] + 2 * [("human", red[0]), ("gpt", red[1])],
            [("system", "Be brief."), ("human", "<image>\n" + red[0]), ("gpt", red[1])],
            [("human", "<image>"), ("gpt", "A dog on a mat.")],
            [("gpt", "Hello!"), ("human", "Hi")],
            [("human", red[0]), ("gpt", " ")],
            [],
        ]
    )
    assert names(talk) == [["yes/no"], ["word or phrase"], ["word or phrase"], ["short description"], [], [], []]


ROWS = [
    ("amber.json", "amber-1005", "yes/no"),
    ("amber.json", "amber-1006", "yes/no"),
    ("screenqa_short.json", "validation-31", "word or phrase"),
    ("screenqa_short.json", "validation-46", "word or phrase"),
    ("pope_llava13b_captions.json", "i1-0", "detailed description"),
]


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared data are not here")
@pytest.mark.parametrize(("file", "row", "expected"), ROWS)
def test_names__rows_of_the_shared_data(file, row, expected):
    records = json.loads((SHARED / file).read_text(encoding="utf-8"))
    record = next(record for record in records if record["id"] == row)
    talk = [(turn["from"], turn["value"]) for turn in record["conversations"]]
    assert names(batch(turns=[talk])) == [[expected]]
