"""What can be odd about a dataset and is no reason to set anything aside: each kind, what its count means, and in SQL
which instances have it. Ingest counts them, the Dataset page shows them.
"""

from adr.sources.conversation import ADDRESS, PLACEHOLDER

# Kind → what its count means.
WARNINGS = {
    "image_missing": "instances with an image that is not on disk",
    "no_image_folder": "instances with images, read without an image folder",
    "image_address": "instances whose image is a web address or data, not a file",
    "repeated_ids": "instances whose id an earlier one has already",
    "placeholder_mismatch": "instances whose number of <image> marks is not that of their images",
    "no_answer": "instances in which nobody answers",
    "objects_unread": "object annotations that cannot be read",
    "objects_unmatched": "object annotations of no instance",
}

_MARKS = (f"coalesce(list_sum(list_transform(turns, lambda turn: (length(turn.text) - "
          f"length(replace(turn.text, '{PLACEHOLDER}', ''))) // {len(PLACEHOLDER)})), 0)")

# Kind → condition on rows of `instance`.
CONDITIONS = {
    "text_only": "len(images) = 0",
    "several_images": "len(images) > 1",
    "image_missing": "missing > 0",
    "image_address": f"list_bool_or(list_transform(images, lambda path: regexp_matches(path, '{ADDRESS}')))",
    "repeated_ids": "id in (select id from instance group by id having count(*) > 1)",
    "placeholder_mismatch": f"len(images) <> {_MARKS}",
    "no_answer": "not list_bool_or(list_transform(turns, lambda turn: turn.role = 'gpt'))",
}
