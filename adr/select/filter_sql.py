"""A filter as one SQL condition on a row `i` of the table instance. No text of a user stands in it: all is bound.

Saved filters must be written out before (`adr.select.saved`).
"""

import json
from collections.abc import Sequence
from typing import Any

from adr.look_alikes import look_alikes
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
    PictureSize,
    Quantity,
    SaysPhrase,
    Where,
    WithOwnId,
    conditions,
)
from adr.select.word_table import WORDS_OF_TURN
from adr.store import Store

_ROLES = {"question": "'human'", "answer": "'gpt'", "either": "'human', 'gpt'"}
_QUANTITIES: dict[Quantity, str] = {
    "turns": "len(i.turns)",
    "words": f"list_sum(list_transform(i.turns, lambda turn: {WORDS_OF_TURN}))",
}
_SIZES: dict[PictureSize, str] = {"width": "f.width", "height": "f.height", "aspect": "f.width / f.height"}
_WITH_PICTURE = """
    select s.instance from (select s.instance, unnest(s.images) as path from instance s) s
    join picture_fact f using (path) where """

_PARENTS = "select c.parent from candidate c where c.parent is not null"
_JUDGED_PARENTS = (
    "select c.parent from candidate c join current_verdict v on v.candidate = c.candidate where c.parent is not null"
)
_JUDGEMENTS = {"accepted": "accept", "rejected": "reject", "unsure": "unsure"}


class ConditionSql:
    """Writes conditions on `instance i`. bound: their parameters by name; those of several conditions may share it."""

    def __init__(self, store: Store, bound: dict[str, Any] | None = None) -> None:
        self.store = store
        self.bound: dict[str, Any] = {} if bound is None else bound

    def sql(self, tree: Filter) -> str:
        """The condition, true or false for each row, never null."""
        match tree:
            case NotSo(part):
                return f"not ({self.sql(part)})"
            case AllOf(parts):
                return self._in_turn(parts, " and ", "case when {first} then {then} else false end")
            case AnyOf(parts):
                return self._in_turn(parts, " or ", "case when {first} then true else {then} end")
            case SaysPhrase(where, phrase):
                has_case = phrase.lower() != phrase.upper()  # half of the time goes into lower()
                return _turn_sql(
                    where, f"contains({'lower(turn.text)' if has_case else 'turn.text'}, lower({self._bind(phrase)}))"
                )
            case MatchesPattern(where, pattern):
                return _turn_sql(where, f"regexp_matches(turn.text, {self._bind(pattern)}, 'i')")
            case HasQuantity(of, relation, number):
                return f"coalesce({_QUANTITIES[of]}, 0) {relation} {self._bind(number)}"
            case AtPosition(instance):
                return f"i.instance = {self._bind(instance)}"
            case WithOwnId(own_id):
                written = [json.dumps(own_id), json.dumps(own_id, ensure_ascii=False)]
                written += [own_id] * (not own_id.startswith('"'))
                return f"coalesce(i.id in ({', '.join(map(self._bind, written))}), false)"
        return f"i.instance in ({self._instances_sql(tree)})"

    def _in_turn(self, parts: Sequence[Filter], joined: str, order: str) -> str:
        """The parts joined; those that read texts come last, and only where the others leave it open."""
        # A plain "and" would let the planner search the text of every instance before it looks at the postings.
        groups = [[part for part in parts if reads_text(part) == reads] for reads in (False, True)]
        sides = [joined.join(f"({self.sql(part)})" for part in group) for group in groups if group]
        return sides[0] if len(sides) == 1 else order.format(first=f"({sides[0]})", then=f"({sides[1]})")

    def _instances_sql(self, tree: Filter) -> str:
        """A query for the positions that another table knows."""
        match tree:
            case HasAny(perspective):
                number = f"perspective_number({self._bind(perspective)})"
                return f"select p.instance from posting p where p.perspective = {number}"
            case HasEntity(perspective, name):
                number = f"perspective_number({self._bind(perspective)})"
                return (
                    f"select p.instance from posting p where p.perspective = {number} and p.entity = "
                    f"(select e.entity from entity e where e.perspective = {number} and e.name = {self._bind(name)})"
                )
            case DecidedBy(run, kept):
                return (
                    f"select d.instance from decision d where d.run = {self._bind(run)} and d.kept = {self._bind(kept)}"
                )
            case DecidedFor(run, reason):
                return (
                    f"select d.instance from decision d where d.run = {self._bind(run)} "
                    f"and d.reason = {self._bind(reason)}"
                )
            case OfKind(kind):
                return f"select k.instance from instance_kind k where k.kind = {self._bind(kind)}"
            case HasPictureFault(fault):
                return f"{_WITH_PICTURE} list_contains(f.faults, {self._bind(fault)})"
            case HasPictureSize(of, relation, number):
                return f"{_WITH_PICTURE} {_SIZES[of]} {relation} {self._bind(number)}"
            case HasAgreement(relation, number):
                return f"select a.instance from agreement a where a.agreement {relation} {self._bind(number)}"
            case HasLeak():
                return "select l.instance from leaked_instance l"
            case IsParent():
                return _PARENTS
            case ParentOfJudged("undecided"):
                return f"{_PARENTS} and c.chosen and c.candidate not in (select v.candidate from current_verdict v)"
            case ParentOfJudged(judged):
                return f"{_JUDGED_PARENTS} and v.judgement = {self._bind(_JUDGEMENTS[judged])}"
            case ParentOfRejected(reason):
                return f"{_JUDGED_PARENTS} and v.judgement = 'reject' and v.reason = {self._bind(reason)}"
            case ParentOfFlagged(flag):
                return f"{_PARENTS} and list_contains(c.flags, {self._bind(flag)})"
            case HasLanguage(language):
                return f"select l.instance from turn_language l where l.language = {self._bind(language)}"
            case FromSource(name):
                return (
                    "select r.instance from instance r where r.source in "
                    f"(select s.source from source s where s.name = {self._bind(name)})"
                )
            case LooksLike(instance):
                paths = self._bind([one.path for one in look_alikes(self.store, instance)])
                return f"select r.instance from instance r where r.images[1] in (select unnest({paths}::varchar[]))"
            case HasTag(tag):
                return f"select t.instance from current_tag t where t.tag = {self._bind(tag)}"
        raise AssertionError(tree)

    def _bind(self, value: Any) -> str:
        """The place of a value in the statement."""
        name = f"f{len(self.bound)}"
        self.bound[name] = value
        return f"${name}"


def reads_text(tree: Filter) -> bool:
    """Whether the condition reads the turns of each instance."""
    return any(isinstance(one, SaysPhrase | MatchesPattern | HasQuantity) for one in conditions(tree))


def _turn_sql(where: Where, holds: str) -> str:
    """That a turn of these roles holds the condition, in which `turn` is a turn."""
    roles = _ROLES[where]
    return f"coalesce(list_bool_or(list_transform(i.turns, lambda turn: turn.role in ({roles}) and {holds})), false)"
