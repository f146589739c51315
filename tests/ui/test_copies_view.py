"""Dataset, Copies: the two jobs, the clusters, and the bound with pairs on both sides of it."""

from contextlib import closing

import numpy as np
from PIL import Image

from adr.embed.copies import copies, copies_report
from adr.store import Store
from tests.worlds.features import write_features
from tests.worlds.pages import finished


def said(at) -> str:
    return "\n".join(str(one.value) for kind in ("markdown", "caption") for one in at.get(kind))


def test_copies__looked_for_on_the_page(small_workspace, page):
    """Instances 0 and 5 of the six have the same picture; no two have the same conversation."""
    at = page("Dataset", view="copies")
    assert not at.exception
    assert "Copies have not been looked for" in said(at) and "**0 of 4 pictures**" in said(at)
    at.checkbox(key="copies by looks").set_value(False).run()
    at.button(key="look for copies").click().run()
    finished(at, small_workspace)
    at = page("Dataset", view="copies", copies="picture")
    assert not at.exception
    assert "1 cluster with 2 instances; the largest has 2." in said(at) and "**Cluster 0:** 2 instances" in said(at)
    assert "compared by their bytes" in said(at)


def test_copies__pictures_are_embedded_on_the_page(small_workspace, page):
    """Three of the four pictures are on disk; the shipped model looks at them in its process."""
    at = page("Dataset", view="copies")
    at.button(key="embed pictures").click().run()
    at = finished(at, small_workspace)
    assert not at.exception and "**3 of 4 pictures** looked at by starter-clip." in said(at)


def test_copies__the_bound_is_moved_and_used(small_workspace, page):
    """A picture, a part of it, and the same scene with another thing in it: one pair of three is the same."""
    scene = Image.fromarray(np.random.default_rng(1).integers(0, 256, (8, 12, 3), np.uint8)).resize((240, 160))
    folder = small_workspace.folder / "pictures"
    scene.save(folder / "street.png")
    scene.crop((8, 6, 234, 155)).save(folder / "sofa.png")
    scene.paste("navy", (90, 50, 150, 110))
    scene.save(folder / "yard.png")
    write_features(small_workspace, dict.fromkeys(("street.png", "sofa.png", "yard.png"), (1, 0)))
    with closing(Store(small_workspace.database)) as store:
        report = copies(store, looks=True, same_difference=0.0)
        assert report.overlaid == 3
    at = page("Dataset", view="copies", copies="picture")
    assert not at.exception and "**3 of 4 pictures**" in said(at)
    assert "**The same:** 0 pairs;" in said(at) and "**Not the same:** 3 pairs;" in said(at)
    assert at.button(key="use difference").disabled
    at.slider(key="same difference").set_value(0.3).run()
    assert "**The same:** 1 pair;" in said(at)
    at.button(key="use difference").click().run()
    finished(at, small_workspace)
    with closing(Store(small_workspace.database)) as store:
        assert copies_report(store).same_difference == 0.3
