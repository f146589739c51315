"""Where Debian's wordnet-base lies, the table of its files that it leaves out, and both as NLTK reads them."""

import re
import shutil
from pathlib import Path

WORDNET = Path("/usr/share/wordnet")  # Debian's wordnet-base
# WordNet's 45 lexicographer files, in their order; Debian leaves the table out.
LEXNAMES = tuple(
    re.findall(
        r"\S+",
        """
adj.all adj.pert adv.all noun.Tops noun.act noun.animal noun.artifact noun.attribute noun.body noun.cognition
noun.communication noun.event noun.feeling noun.food noun.group noun.location noun.motive noun.object
noun.person noun.phenomenon noun.plant noun.possession noun.process noun.quantity noun.relation noun.shape
noun.state noun.substance noun.time verb.body verb.change verb.cognition verb.communication verb.competition
verb.consumption verb.contact verb.creation verb.emotion verb.motion verb.perception verb.possession
verb.social verb.stative verb.weather adj.ppl
""",
    )
)
PART = {"noun": 1, "verb": 2, "adj": 3, "adv": 4}


def write_wordnet(folder: Path) -> None:
    """Make `folder` one for `nltk.data.path`, with the WordNet of Debian's wordnet-base."""
    files = folder / "corpora" / "wordnet"
    files.mkdir(parents=True)
    for path in WORDNET.iterdir():
        if path.is_file():
            shutil.copyfile(path, files / path.name)
    (files / "index.sense").touch()  # not in wordnet-base either; only sense keys are looked up in it
    (files / "lexnames").write_text(
        "".join(f"{i:02d}\t{name}\t{PART[name.split('.')[0]]}\n" for i, name in enumerate(LEXNAMES))
    )
