"""The parents of one entity of a plan, chosen by hand."""

import pandas as pd
import streamlit as st

from adr.image_folder import ImageFolder
from adr.synthesize import outlook
from adr.synthesize.plan_file import PlanSettings
from adr.ui.frame import Frame
from adr.ui.parts.image_grid import Tile, image_grid
from adr.ui.parts.images import data_urls
from adr.ui.synthesize.planning import change
from adr.ui.synthesize.state import state

_PARENTS = 60  # instances to choose from, at most


def parents_view(here: Frame, number: int, settings: PlanSettings, rows: pd.DataFrame) -> None:
    """Choose the parents of one entity."""
    names = dict(zip(rows["entity"].tolist(), rows["name"].tolist(), strict=True))
    entity = st.selectbox(
        "Choose the parents of",
        list(names),
        index=None,
        format_func=names.__getitem__,
        key=f"parents_of {number}",
        placeholder="Choose the parents of an entity",
    )
    if entity is None:
        return
    found = outlook.possible_parents(here.store, number, int(entity), _PARENTS)
    if not found:
        st.caption("No instance with it has its own picture on disk; text-to-image can fill it without a parent.")
        return
    key, being_chosen = (number, int(entity)), state().parents
    before = settings.parents.get(int(entity))
    chosen = set(being_chosen.get(key, before if before is not None else [p.instance for p in found]))
    folder = ImageFolder.of(here.store)
    urls = data_urls(here.workspace, [folder.file(parent.image) if folder else None for parent in found])
    tiles = [
        Tile(
            id=str(p.instance),
            title=f"instance {p.instance}",
            image=url,
            chosen=p.instance in chosen,
            note=f"{p.slots} planned" if p.slots else "",
            badge="parent" if p.instance in chosen else "",
        )
        for p, url in zip(found, urls, strict=True)
    ]
    picked = image_grid(tiles, key=f"parents {number} {entity}", least=110)
    if picked is not None:
        being_chosen[key] = sorted(chosen ^ {int(picked)})
        st.rerun(scope="fragment")
    use = f"Use {len(chosen)} of {len(found)} as parents"
    if st.button(use, key=f"use parents {number} {entity}", disabled=not chosen):
        being_chosen.pop(key, None)
        change(here, number, parents=dict(settings.parents) | {int(entity): sorted(chosen)})
