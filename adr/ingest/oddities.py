"""What can be odd about a dataset without being a reason to set a record aside: each kind, with what its count means.

The view `instance_kind` says which instances are of which kind.
"""

# Kind → what its count means.
WARNINGS = {
    "image_missing": "instances with an image that is not on disk",
    "other_ending": "instances with a missing image that is there with another ending (a .jpg that is a .png)",
    "linked_outside": "instances with an image that a link out of the image folder leads to",
    "written_otherwise": "instances whose image path is absolute, a file:// address or has backslashes in the source",
    "no_image_folder": "instances with images that were read without an image folder",
    "image_address": "instances whose image is a web address or data, not a file",
    "image_empty": 'instances whose key `image` names no picture (null, "" or []), at which LLaVA\'s loader stops',
    "repeated_ids": "instances with the id of an earlier instance",
    "marker_mismatch": "instances with more or fewer <image> markers than images",
    "marker_spelled_otherwise": "instances with an image marker in another spelling than <image>, such as <image1>",
    "marker_placed": "instances that got the image markers they lacked",
    "nobody_answers": "instances in which nobody answers",
    "objects_unread": "object annotations that cannot be read",
    "objects_unmatched": "object annotations that match no instance",
}
