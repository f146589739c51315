"""Why a candidate can be rejected. Knows no candidate."""

REJECT_REASONS = {
    "not_the_entity": "it does not show the entity",
    "malformed": "the thing is malformed",
    "poor_image": "blurred, dark or broken picture",
    "near_duplicate": "too close to another picture",
    "wrong_conversation": "the conversation is wrong",
    "unwanted_text": "letters, marks or watermarks",
    "unsafe": "not safe to train on",
    "off_style": "unlike the rest of the dataset",
    "other": "another reason",
}
"""{reason: what is said of the candidate}; the keys 1 to 9 choose them in this order."""
