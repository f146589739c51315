"""A filter in a sentence. Knows no workspace."""

from adr.candidate_flags import CANDIDATE_FLAGS
from adr.figures import counted
from adr.language_names import language_name
from adr.look_alikes import MOST_ALIKE
from adr.perspectives import described
from adr.picture_faults import PICTURE_FAULTS
from adr.reject_reasons import REJECT_REASONS
from adr.select.filter_tree import (
    AllOf,
    AnyOf,
    AtPosition,
    DecidedBy,
    DecidedFor,
    Filter,
    FromSource,
    HasAgreement,
    HasAny,
    HasEntity,
    HasLanguage,
    HasLeak,
    HasPictureFault,
    HasPictureSize,
    HasQuantity,
    HasTag,
    IsParent,
    LooksLike,
    MatchesPattern,
    NotSo,
    OfKind,
    ParentOfFlagged,
    ParentOfJudged,
    ParentOfRejected,
    SavedAs,
    SaysPhrase,
    WithOwnId,
)

_WHERE = {"question": "a question", "answer": "an answer", "either": "a question or answer"}
_RELATIONS = {"<": "fewer than", "<=": "at most", "=": "exactly", ">=": "at least", ">": "more than"}
_JUDGED = {
    "accepted": "an accepted candidate",
    "rejected": "a rejected candidate",
    "unsure": "a candidate judged unsure",
    "undecided": "a candidate without a verdict",
}
_KINDS = {
    "text_only": "text only",
    "several_images": "several images",
    "with_video": "with a video",
    "image_missing": "an image is missing",
    "image_address": "an image is an address",
    "repeated_ids": "its id is repeated",
    "image_empty": "its image key is empty",
    "marker_mismatch": "<image> markers and images differ in number",
    "marker_spelled_otherwise": "markers are spelled otherwise",
    "marker_placed": "markers were placed",
    "nobody_answers": "nobody answers",
}


def in_words(tree: Filter) -> str:
    """The filter as a person says it, such as: object "dog" and not object "person", dropped by run 2."""
    match tree:
        case NotSo(part):
            return f"not {_grouped(part, AllOf, AnyOf)}"
        case AllOf(parts):
            return " and ".join(_grouped(part, AnyOf) for part in parts)
        case AnyOf(parts):
            return " or ".join(_grouped(part, AllOf) for part in parts)
        case SaysPhrase(where, phrase):
            return f"{_WHERE[where]} says “{phrase}”"
        case MatchesPattern(where, pattern):
            return f"{_WHERE[where]} matches /{pattern}/"
        case HasQuantity(of, relation, number):
            return f"{_RELATIONS[relation]} {counted(number, of.removesuffix('s'))}"
    return _fact(tree)


def _fact(tree: Filter) -> str:
    """A condition on what is known of an instance beside its text."""
    match tree:
        case AtPosition(instance):
            return f"instance {instance:,}"
        case WithOwnId(own_id):
            return f"id “{own_id}”"
        case HasAny(perspective):
            return f"has any {described(perspective).word}"
        case HasEntity(perspective, name):
            return f"{described(perspective).word} “{name}”"
        case DecidedBy(run, kept):
            return f"{'kept' if kept else 'dropped'} by run {run}"
        case DecidedFor(run, reason):
            return f"decided by run {run} for the reason “{reason}”"
        case OfKind(kind):
            return _KINDS[kind]
        case HasPictureFault(fault):
            return PICTURE_FAULTS[fault]
        case HasPictureSize(of, relation, number):
            return f"a picture of {'aspect ratio' if of == 'aspect' else of} {relation} {number:g}"
        case HasAgreement(relation, number):
            return f"agreement of picture and text {relation} {number:g}"
        case HasLeak():
            return "with something of a benchmark"
        case IsParent():
            return "parent of a candidate"
        case ParentOfJudged(judged):
            return f"parent of {_JUDGED[judged]}"
        case ParentOfRejected(reason):
            return f"parent of a rejected candidate ({REJECT_REASONS[reason]})"
        case ParentOfFlagged(flag):
            return f"parent of a candidate flagged “{CANDIDATE_FLAGS[flag]}”"
        case HasLanguage(language):
            return f"a turn in {language_name(language)}"
        case FromSource(name):
            return f"read from “{name}”"
        case LooksLike(instance):
            return f"a picture like that of instance {instance:,} (the {MOST_ALIKE} nearest)"
        case SavedAs(name):
            return f"found by the saved filter “{name}”"
        case HasTag(tag):
            return f"tagged “{tag}”"
    raise AssertionError(tree)


def _grouped(part: Filter, *kinds: type) -> str:
    return f"({in_words(part)})" if isinstance(part, kinds) else in_words(part)
