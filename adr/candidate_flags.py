"""The flags of candidates by name. Knows no candidate."""

CANDIDATE_FLAGS = {
    "near_duplicate": "near duplicate",
    "copy_of_parent": "copy of its parent",
    "lost": "unlike its parent",
    "blank": "blank",
    "dark": "very dark",
    "flat": "little contrast",
    "not_the_entity": "perhaps not the entity",
    "conversation": "conversation failed its check",
}
"""{name: what is said of the candidate}."""
