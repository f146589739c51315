"""Which records have a plain shape, and the SQL that reads them. Knows nothing of records of any other shape.

Nearly all records of a real dataset have one of a few shapes: a list of turns with two texts each, and an image path
or several. DuckDB reports every record's shape, Python judges each distinct shape once, and SQL reads the plain ones
at the speed of the disk. This module and `adr.ingest.record.read_record` must read the same from a record (a test
compares them); a doubtful record counts as not plain.
"""

import json
from dataclasses import dataclass

from adr.ingest.record import NAME_KEYS, OBJECT_KEYS, ROLES, SOME_TEXT, TALK_KEYS, TURN_KEYS
from adr.names import STEPS_OUT


@dataclass(frozen=True)
class Plain:
    """The keys under which a plain shape keeps its turns, who speaks and what is said."""

    talk: str
    by: str
    said: str
    objects: bool  # whether there are keys that may name objects

    @property
    def form(self) -> str:
        """'llava' or 'messages'."""
        return "llava" if self.by == "from" else "messages"


def judge(shape: str | None) -> Plain | None:
    """How to read records of `shape` (DuckDB's json_structure) in SQL; None when the shape is not plain."""
    try:
        keys = json.loads(shape) if shape else None
    except RecursionError:  # nested too deep for Python, though not for DuckDB
        return None
    if not isinstance(keys, dict) or not all(_named(keys.get(key)) for key in OBJECT_KEYS):
        return None
    talk = next((key for key in TALK_KEYS if key in keys), None)
    turns = keys.get(talk)
    if talk is None or not isinstance(turns, list) or len(turns) != 1 or not isinstance(turns[0], dict):
        return None
    if any(keys.get(name, "NULL") not in ("VARCHAR", "NULL", ["VARCHAR"], ["NULL"]) for name in ("image", "images")):
        return None
    if keys.get("id") not in (None, "NULL", "VARCHAR", "UBIGINT", "BIGINT"):
        return None
    found = [pair for pair in TURN_KEYS if pair[0] in turns[0]]
    if len(found) != 1 or turns[0].get(found[0][0]) != "VARCHAR" or turns[0].get(found[0][1]) != "VARCHAR":
        return None
    return Plain(talk, *found[0], any(key in keys for key in OBJECT_KEYS))


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
    create or replace temp table batch_shape as
    select position, raw,
           case when json_valid(raw) and not regexp_matches(raw, ',\s*[\]}]')
                then try(json_structure(raw)::varchar) end as shape
    from batch
"""


def read_sql(plain: Plain) -> str:
    """The statement that inserts into `instance` those rows of batch_shape that `plain` reads whole.

    It takes the shapes as $shapes. A row is left to `read_record` when a key that is read repeats, a turn lacks one, a
    text is blank, a role is not known or a path is unsafe. (Of a repeated key `read_record` reads the last value, and
    DuckDB the first, and the two write escapes and fractions in an id differently.)
    """
    roles = " ".join(f"when '{given}' then '{role}'" for given, role in ROLES.items())
    return f"""
    insert into instance (instance, id, images, missing, turns, raw)
    with read as (
        select position, raw, json_transform(raw, '{{"id":"JSON","image":"JSON","images":"JSON",
                   "{plain.talk}":[{{"{plain.by}":"VARCHAR","{plain.said}":"VARCHAR"}}]}}') as record
        from batch_shape where list_contains($shapes, shape)
          and len(json_keys(raw)) = len(list_distinct(json_keys(raw))){_no_name_repeats() if plain.objects else ""}
    ),
    told as (
        select position, raw, record.id as id,
               list_filter({_paths("record.image")} || {_paths("record.images")},
                           lambda path: path is not null and path <> '') as images,
               list_transform(record."{plain.talk}", lambda turn: {{
                   'role': case turn."{plain.by}" {roles} end, 'text': turn."{plain.said}"}}) as turns
        from read
    )
    select position, id, images, null, turns, raw
    from told
    where len(turns) > 0
      and (id is null or regexp_matches(id::varchar, '{PLAIN_ID}'))
      and len(list_filter(flatten(json_keys(raw, '$."{plain.talk}"[*]')),
                          lambda key: key = '{plain.by}' or key = '{plain.said}')) = 2 * len(turns)
      and not list_bool_or(list_transform(turns, lambda turn: turn.role is null or turn.text is null
                           or (turn.role <> 'system' and not regexp_matches(turn.text, '{SOME_TEXT}'))))
      and not coalesce(list_bool_or(list_transform(images, lambda path:
                           regexp_matches(path, '{STEPS_OUT}'))), false)
    """


def _no_name_repeats() -> str:
    """The condition that no object named in a record has a key twice."""
    return "".join(
        f""" and not coalesce(list_bool_or(list_transform(json_keys(raw, '$.{key}[*]'),
                               lambda keys: len(keys) <> len(list_distinct(keys)))), false)"""
        for key in OBJECT_KEYS
    )


def _paths(value: str) -> str:
    return f"""case when {value} is null then []::varchar[] when starts_with({value}::varchar, '[')
                    then from_json({value}, '["VARCHAR"]') else [{value} ->> '$'] end"""


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
