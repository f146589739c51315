"""The languages that a turn can be in, by their ISO 639 codes; knows nothing of how they are recognised or read."""

from collections.abc import Mapping

LANGUAGE_NAMES: Mapping[str, str] = {
    "en": "English",
    "zh": "Chinese",
    "ja": "Japanese",
    "ko": "Korean",
    "ru": "Russian",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "it": "Italian",
    "pt": "Portuguese",
    "nl": "Dutch",
    "sv": "Swedish",
    "da": "Danish",
    "pl": "Polish",
    "cs": "Czech",
    "ro": "Romanian",
    "hu": "Hungarian",
    "fi": "Finnish",
    "tr": "Turkish",
    "vi": "Vietnamese",
    "id": "Indonesian",
    "uk": "Ukrainian",
    "bg": "Bulgarian",
    "ar": "Arabic",
    "fa": "Persian",
    "hi": "Hindi",
    "bn": "Bengali",
    "ta": "Tamil",
    "th": "Thai",
    "he": "Hebrew",
    "el": "Greek",
    "und": "undetermined",
}
LANGUAGES = tuple(LANGUAGE_NAMES)
INSTALL = 'pip install "adr-workbench[languages]"'
"""Installs every package that reads a language other than English."""


def language_name(code: str) -> str:
    """The English name of a language, or its code if we have no name for it."""
    return LANGUAGE_NAMES.get(code, code)
