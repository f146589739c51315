"""The recipe as a file: download and upload."""

import streamlit as st

from adr.errors import AdrError
from adr.plain_text import code, plain
from adr.recipe import Recipe
from adr.ui.rebalance.state import state, tune


def recipe_download(recipe: Recipe, key: str) -> None:
    """A button that saves the recipe as a file."""
    st.download_button(
        "Download recipe",
        recipe.to_toml(),
        f"recipe-{recipe.fingerprint}.toml",
        "application/toml",
        key=key,
        on_click="ignore",
        icon=":material/download:",
    )


def recipe_files(recipe: Recipe) -> None:
    """The recipe as a file: download and upload."""
    st.caption(f"{plain(recipe.in_words())} Fingerprint {code(recipe.fingerprint)}.")
    files = st.container(horizontal=True)
    with files:
        recipe_download(recipe, "recipe down")
    with files.popover("Upload recipe", icon=":material/upload:"):
        given = st.file_uploader("A recipe (TOML)", type="toml", key="recipe up")
        if given is not None and state().uploaded != given.file_id:
            state().uploaded = given.file_id
            try:
                text = given.getvalue().decode("utf-8")
            except UnicodeDecodeError as error:
                raise AdrError(f"{given.name} is not UTF-8 text.", "Name a TOML file.") from error
            read = Recipe.from_toml(text, given.name)
            for remark in read.remarks:
                st.toast(plain(remark), icon=":material/info:", duration="long")
            tune(read)
            st.rerun()
