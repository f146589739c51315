"""Sixty questions of public datasets with the form a person would write down, and what the rules read in a turn."""

import numpy as np
import pyarrow as pa

from adr.index import interrogation, token
from adr.index.forms import Forms
from adr.index.interrogation import Interrogations
from adr.index.lexicon import Lexicon
from adr.index.markup import without_markup
from adr.index.words import cut


def asked(*turns: str) -> list[list[str]]:
    """The forms of each turn, taken as human turns, without repeats."""
    lexicon = Lexicon.english()
    forms = Forms(lexicon, [], interrogation.ASKED, interrogation.LOOKS_ON)
    questions = Interrogations(lexicon)
    found = questions.asked(
        token.read(cut(without_markup(pa.array(list(turns)))), forms), forms, np.ones(len(turns), dtype=bool)
    )
    names = questions.names.listed()
    return [sorted({names[form] for form in found.form[found.turn == turn]}) for turn in range(len(turns))]


REAL = [
    ("<image>\nIs there direct contact between the cat and bicycle?", "be there"),
    ("<image>\nIs the cat black in this image?", "be"),
    ("<image>\nIs the candle burning in this image?", "be"),
    ("<image>\nAre there two ships in this image?", "be there"),
    ("<image>\nDoes the woman lie down in this image?", "do"),
    ("<image>\nDoes the horse lie prone in this image?", "do"),
    ("<image>\nIs there a cloud in this image?", "be there"),
    ("<image>\nAre there three alarms in this image?", "be there"),
    ("<image>\nGenerate a short caption of the image.", "describe"),
    ("<image>\nProvide a brief description of the given image.", "describe"),
    ("<image>Please describe this image", "describe"),
    ("<image>Who are they?", "who"),
    ("<image>Who is he?", "who"),
    ("What are they doing?<image>", "what do"),
    ("Why is he on the ground?", "why"),
    ("What has he accomplished?", "what"),
    ("What is the default search engine?", "what"),
    ('How many notifications are in "My Favourites"?', "how many"),
    ("<image>\nWhat is the profile name?", "what"),
    ('Who wrote the post "Linework Process for Scene"?', "who"),
    ("When were the observations last updated?", "when"),
    ("<image>\nHow many weeks ago was the video uploaded?", "how many"),
    ("What day is it on February 4?", "what day"),
    ("Which day is on December 16, 2016?", "which"),
    ("What's the invitation code?", "what"),
    ('Which company powers "Flitto"?', "which"),
    ("<image>\nWhat application is asking for permission?", "what application"),
    ("<image>\nThrough which applications can content be shared?", "which"),
    ("<image>\nWhat percentage is the estimated blood alcohol content?", "what percentage"),
    ("What language is shown here?", "what language"),
    ("<image>\nAre there any downloads?", "be there"),
    ("What is the number of minutes after which the nightlight will turn off?", "how many"),
    ("Which different colors are available for women's jackets?", "which"),
    ("How many calories are there in 40 grams of chocolate cake?", "how many"),
    ("At which quiz number are we right now?", "which"),
    ("What are the names of the cocktails with black pepper?", "what name"),
    ("What is the name of the application?", "what name"),
    ("What is the date of birth of Ezekiel Elliott?", "what"),
    ("<image>\nThrough what application can we sign up?", "what application"),
    ("From whom are you protected?", "who"),
    ("For how many nights is the hotel booking?", "how many"),
    ('How many people support "Caynax" at $2.99?', "how many"),
    ('How much percent off will we get with the "JCPenney" credit card?', "how much"),
    ("How old is Keira Knightley?", "how old"),
    ("How far away is San Francisco from San Juan?", "how far"),
    ("How long has the audio been playing?", "how long"),
    ("How can we sign up?", "how"),
    ("Where can you follow?", "where"),
    ("Whose birthday is it?", "whose"),
    ("What is the gender of Liam?", "what gender"),
    ("What is the color of the jacket?", "what color"),
    ("What kind of photos will be rejected?", "what kind"),
    ("What type of size is mentioned?", "what type"),
    ("What's the selected day of next week for which the alarm is set for 8:30 AM?", "what"),
    ("Bryan Leach sent an email at what time?", "what time"),
    ("Is the shipping free?", "be"),
    ("Did anybody view the profile?", "do"),
    ("Has the upgrade been applied?", "have"),
    ("Can we reset password?", "can"),
    ("Will it rain again tomorrow?", "will"),
    ('Name the singer of "020_3"?', "name"),
    ("Tell me about the story categories.", "tell"),
    ("Define the name of application.", "define"),
]


def test_real__there_are_sixty() -> None:
    assert len({question for question, _ in REAL}) >= 60
