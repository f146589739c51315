"""The kinds of instances that the view instance_kind tells apart. Knows no query."""

INSTANCE_KINDS = (
    "text_only",
    "several_images",
    "with_video",
    "image_missing",
    "image_address",
    "repeated_ids",
    "image_empty",
    "marker_mismatch",
    "marker_spelled_otherwise",
    "marker_placed",
    "nobody_answers",
)
