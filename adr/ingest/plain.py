"""Which records have a plain shape, and the SQL that reads them. Knows nothing of records of any other shape.

Nearly all records of a real dataset have one of a few shapes: a list of turns with two texts each, or a question with
its answer, and an image path or several. DuckDB reports every record's shape, Python judges each distinct shape once,
and SQL reads the plain ones at the speed of the disk. This module and `adr.ingest.record.read_record` must read the
same from a record (a test compares them); a doubtful record counts as not plain.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from adr.ingest.forms import FORMS, IMAGE_KEYS, PAIRS, TALK_KEYS, VIDEO_KEYS
from adr.ingest.media import NO_PATH
from adr.ingest.record import NAME_KEYS, OBJECT_KEYS, SOME_TEXT
from adr.ingest.turns import ROLES, TURN_KEYS
from adr.names import STEPS_OUT

_ABSENT = (None, "NULL")
# Keys that change what a record says in one of the forms read here: where one holds something, Python reads it.
_TELLING = (*VIDEO_KEYS, "system", "chosen", "history")
_PATHS = ("VARCHAR", "NULL", ["VARCHAR"], ["NULL"])


@dataclass(frozen=True)
class Plain:
    """How a plain shape is read: its form; the key of a list (or ''), and the two keys with the texts."""

    form: str
    talk: str  # the key of the list of turns or of pairs; '' where the record itself holds a question and its answer
    by: str  # in each turn who speaks; or the key of what is asked
    said: str  # in each turn what is said; or the key of the answer
    objects: bool  # whether there are keys that may name objects
    structs: tuple[str, ...] = ()  # the image keys that hold {"path": …} or a list of them
    image_key: bool = False  # whether there is a key `image`

    @property
    def turned(self) -> bool:
        """Whether it is a list of turns that say who speaks."""
        return self.form in ("llava", "messages", "turns")


def judge(shape: str | None) -> Plain | None:
    """How to read records of `shape` (DuckDB's json_structure) in SQL; None when the shape is not plain."""
    try:
        keys = json.loads(shape) if shape else None
    except RecursionError:  # nested too deep for Python, though not for DuckDB
        return None
    if not isinstance(keys, dict) or not all(_named(keys.get(key)) for key in OBJECT_KEYS):
        return None
    if any(keys.get(key) not in _ABSENT for key in _TELLING) or any(keys.get(key) == "NULL" for key in TALK_KEYS):
        return None
    structs = tuple(key for key in IMAGE_KEYS if _is_struct(keys.get(key)))
    if any(keys.get(key, "NULL") not in _PATHS for key in IMAGE_KEYS if key not in structs):
        return None
    if keys.get("id") not in (None, "NULL", "VARCHAR", "UBIGINT", "BIGINT"):
        return None
    found = _talk(keys)
    if found is None:
        return None
    return Plain(*found, any(key in keys for key in OBJECT_KEYS), structs, "image" in keys)


def _talk(keys: Mapping[str, Any]) -> tuple[str, str, str, str] | None:
    """The form, and the keys `talk`, `by` and `said`, of the first of the forms that a record has."""
    if talk := next((key for key in TALK_KEYS if key in keys), None):
        return _turns(talk, _of_list(keys[talk]))
    if keys.get("texts") not in _ABSENT:
        pairs = _of_list(keys["texts"])
        texts = pairs is not None and pairs.get("user") == "VARCHAR" and pairs.get("assistant") == "VARCHAR"
        return ("texts", "texts", "user", "assistant") if texts else None
    form = next((form for form in PAIRS if all(keys.get(key) not in _ABSENT for key in form.keys)), None)
    if form is None or any(keys[key] != "VARCHAR" for key in form.keys):
        return None
    if keys.get("input") not in _ABSENT or any(keys.get(key) == "NULL" for other in PAIRS for key in other.keys):
        return None
    return (form.name, "", form.asks, form.answers)


def _turns(talk: str, turn: Mapping[str, Any] | None) -> tuple[str, str, str, str] | None:
    found = [pair for pair in TURN_KEYS if turn and pair[0] in turn]
    if len(found) != 1 or turn is None or any(turn.get(key) != "VARCHAR" for key in found[0]):
        return None
    form = {("conversations", "from"): "llava", ("messages", "role"): "messages"}.get((talk, found[0][0]), "turns")
    return (form, talk, *found[0])


def _of_list(shape: object) -> Mapping[str, Any] | None:
    """The shape of the objects in a list; None when it is no list of objects."""
    return shape[0] if isinstance(shape, list) and len(shape) == 1 and isinstance(shape[0], dict) else None


def _is_struct(shape: object) -> bool:
    """Whether it is {"path": …}, as Parquet files hold images, or a list of those, without bytes."""
    inside = shape if isinstance(shape, dict) else _of_list(shape)
    return (
        inside is not None
        and inside.get("path") == "VARCHAR"
        and set(inside) <= {"path", "bytes"}
        and inside.get("bytes") in _ABSENT
    )


def _named(shape: object) -> bool:
    """Whether a list of objects has at most one key that names them, so that SQL and Python read the same name."""
    if shape in (None, "NULL", ["VARCHAR"], ["NULL"]):
        return True
    if not isinstance(shape, list) or len(shape) != 1 or not isinstance(shape[0], dict):
        return False
    names = [key for key in NAME_KEYS if key in shape[0]]
    return len(names) <= 1 and all(shape[0][key] == "VARCHAR" for key in names)


PLAIN_ID = r'^("[^\\]*"|0|-?[1-9][0-9]{0,17})$'

# DuckDB accepts trailing commas, JSON does not: a record that seems to have one is left to `read_record`.
SHAPES_SQL = r"""
    select position, raw,
           case when json_valid(raw) and not regexp_matches(raw, ',\s*[\]}]')
                then try(json_structure(raw)::varchar) end as shape
    from batch
"""
"""The rows of the table `batch` with their shapes; of a record that is not valid JSON it is null."""

TAKEN_SQL = """
    select position, shape, len(images) = 0 as text_only
    from batch_shape join instance on instance = position where instance between $1 and $2
"""
"""The rows of batch_shape, which are among $1 to $2, that are in `instance`."""


def read_sql(plain: Plain, place_markers: bool = False) -> str:
    """The statement that inserts into `instance` those rows of batch_shape that `plain` reads whole.

    It takes the shapes as $shapes, and as $prefix what image paths are to begin with. A row is left to `read_record`
    when a key that is read repeats, a turn lacks one, a text is blank, a role is not known, a path is unsafe, or
    markers would be placed in a form whose texts have markers. (Of a repeated key `read_record` reads the last value,
    and DuckDB the first, and the two write escapes and fractions in an id differently.)
    """
    no_path = ", ".join(f"'{one}'" for one in NO_PATH)
    return f"""
    insert into instance (instance, id, images, missing, turns, raw)
    with read as (
        select position, raw, json_transform(raw, '{_wanted(plain)}') as record
        from batch_shape where list_contains($shapes, shape)
          and len(json_keys(raw)) = len(list_distinct(json_keys(raw))){_no_name_repeats() if plain.objects else ""}
          {"".join(_one_path_each(key) for key in plain.structs)}
    ),
    told as (
        select position, raw, record.id as id,
               list_filter({" || ".join(_paths(key, key in plain.structs) for key in IMAGE_KEYS)},
                           lambda path: path is not null and path not in ({no_path})) as images,
               {_turns_sql(plain)} as turns
        from read
    )
    select position, id, list_transform(images, lambda path: $prefix || path), null,
           {"turns" if FORMS[plain.form].marks else _MARKED}, raw
    from told
    where len(turns) > 0
      and (id is null or regexp_matches(id::varchar, '{PLAIN_ID}'))
      {_whole_turns(plain)}
      {"and (len(images) = 0 or markers(turns) > 0)" if place_markers and FORMS[plain.form].marks else ""}
      and not list_bool_or(list_transform(turns, lambda turn: turn.role is null or turn.text is null
                           or (turn.role <> 'system' and not regexp_matches(turn.text, '{SOME_TEXT}'))))
      and not coalesce(list_bool_or(list_transform(images, lambda path:
                           regexp_matches(path, '{STEPS_OUT}'))), false)
    """


# Each image's marker before the first turn, which is a question in every form whose texts have no markers.
_MARKED = r"""case when len(images) > 0 and markers(turns) = 0
                    then list_transform(turns, lambda turn, number: case when number = 1
                             then {'role': turn.role, 'text': repeat(E'<image>\n', len(images)) || turn.text}
                             else turn end)
                    else turns end"""


def _wanted(plain: Plain) -> str:
    """What is read of a record, as json_transform takes it."""
    keys = f'"{plain.by}":"VARCHAR","{plain.said}":"VARCHAR"'
    talk = f'"{plain.talk}":[{{{keys}}}]' if plain.talk else keys
    return f'{{"id":"JSON","image":"JSON","images":"JSON",{talk}}}'


def _turns_sql(plain: Plain) -> str:
    """The turns of `record` in SQL."""
    if plain.turned:
        roles = " ".join(f"when '{given}' then '{role}'" for given, role in ROLES.items())
        return f"""list_transform(record."{plain.talk}", lambda turn: {{
                   'role': case turn."{plain.by}" {roles} end, 'text': turn."{plain.said}"}})"""
    pair = f"""[{{'role': 'human', 'text': %s."{plain.by}"}}, {{'role': 'gpt', 'text': %s."{plain.said}"}}]"""
    if not plain.talk:
        return pair % ("record", "record")
    return f"""flatten(list_transform(record."{plain.talk}", lambda pair: {pair % ("pair", "pair")}))"""


def _whole_turns(plain: Plain) -> str:
    """The condition that each object in the list has each of its two keys once."""
    if not plain.talk:
        return ""
    each = 2 if plain.turned else 1  # turns of an object
    return f"""and len(list_filter(flatten(json_keys(raw, '$."{plain.talk}"[*]')),
                          lambda key: key = '{plain.by}' or key = '{plain.said}')) = {each} * len(turns)"""


def _no_name_repeats() -> str:
    """The condition that no object named in a record has a key twice."""
    return "".join(
        f""" and not coalesce(list_bool_or(list_transform(json_keys(raw, '$.{key}[*]'),
                               lambda keys: len(keys) <> len(list_distinct(keys)))), false)"""
        for key in OBJECT_KEYS
    )


def _one_path_each(key: str) -> str:
    """The condition that each object under an image key has the key "path" once."""
    once = "len(list_filter(keys, lambda one: one = 'path')) = 1"
    return f"""
          and coalesce(list_bool_and(list_transform(
              case when json_type(raw, '$.{key}') = 'ARRAY' then json_keys(raw, '$.{key}[*]')
                   else [json_keys(raw, '$.{key}')] end, lambda keys: coalesce({once}, false))), true)
          and json_array_length(raw, '$.{key}') = len(json_keys(raw, '$.{key}[*]'))"""


def _paths(key: str, struct: bool) -> str:
    """The paths under an image key, as a list; null and '' among them."""
    value = f"record.{key}"
    one, many = f"{value} ->> '$'", f"""from_json({value}, '["VARCHAR"]')"""
    if struct:
        one = f"{value} ->> '$.path'"
        many = f"""list_transform(from_json({value}, '[{{"path":"VARCHAR"}}]'), lambda image: image.path)"""
    return f"""case when {value} is null then []::varchar[] when starts_with({value}::varchar, '[')
                    then {many} else [{one}] end"""


def objects_sql() -> str:
    """The statement that inserts into `annotation` the objects named by the inserted rows of batch_shape ($shapes)."""
    entries = " || ".join(f"coalesce(json_extract(raw, '$.{key}[*]'), [])" for key in OBJECT_KEYS)
    keys = ", ".join(f"entry ->> '$.{key}'" for key in NAME_KEYS)
    return f"""
    insert into annotation
    select distinct position, trim(name, E' \\t\\r\\n') from (
        select position, case when json_type(entry) = 'VARCHAR' then entry ->> '$'
                              when json_type(entry) = 'OBJECT' then coalesce({keys}) end as name
        from (select position, unnest({entries}) as entry from batch_shape
              where list_contains($shapes, shape) and position in (select instance from instance)))
    where regexp_matches(name, '{SOME_TEXT}')
    """


EMPTY_IMAGES_SQL = """
    insert into oddity
    select position, 'image_empty' from batch_taken where text_only and list_contains($shapes, shape)
    """
"""Inserts into `oddity` the rows of batch_taken of shapes ($shapes) with a key `image` that name no image."""
