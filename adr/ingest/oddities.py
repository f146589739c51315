"""What can be odd about a dataset and is no reason to set anything aside: each kind, and what its count means.

Which instances have it, the view `instance_kind` says.
"""

# Kind → what its count means.
WARNINGS = {
    "image_missing": "instances with an image that is not on disk",
    "no_image_folder": "instances with images, read without an image folder",
    "image_address": "instances whose image is a web address or data, not a file",
    "repeated_ids": "instances whose id an earlier one has already",
    "marker_mismatch": "instances whose number of <image> markers is not that of their images",
    "nobody_answers": "instances in which nobody answers",
    "objects_unread": "object annotations that cannot be read",
    "objects_unmatched": "object annotations of no instance",
}
