"""Carries the entities of former runs and plans over to a new index, by name: a new index numbers entities differently.

An entity that the new index does not have becomes null there. Knows tables only, nothing of how they were made.
"""

from adr.store import Writer

# Columns that hold one entity, and columns that hold a list of them.
_SINGLE = tuple(
    (table, "entity") for table in ("critical_tau", "over_cap", "over_share", "slot", "wanted", "candidate")
)
_LISTS = (("slot", "entities"), ("candidate", "entities"))


def remember(writer: Writer) -> None:
    """Keep the numbers of the index that is about to be replaced, if any table refers to them."""
    writer.execute("drop table if exists former_entity")
    used = any(writer.value(f"select exists (select 1 from {table})") for table, _ in _SINGLE)
    writer.execute(f"create temp table former_entity as select entity, perspective, name from entity where {used}")


def renumber(writer: Writer) -> None:
    """Put the new numbers into the rows of former runs and plans; does nothing when no number has changed."""
    writer.execute("""
        create or replace temp table renumbered as
        select f.entity as old, e.entity as new
        from former_entity f left join entity e on e.perspective = f.perspective and e.name = f.name
        where e.entity is distinct from f.entity
    """)
    if writer.value("select count(*) from renumbered"):
        for table, column in _SINGLE:
            writer.execute(f"update {table} set {column} = r.new from renumbered r where r.old = {table}.{column}")
        for table, column in _LISTS:
            writer.execute(f"""
                update {table} set {column} = mapped.entities
                from (
                    select numbered.row,
                           coalesce(list(coalesce(r.new, numbered.entity) order by numbered.place)
                                    filter (where r.old is null or r.new is not null), []) as entities
                    from (select rowid as row, unnest({column}) as entity, generate_subscripts({column}, 1) as place
                          from {table}) numbered
                    left join renumbered r on r.old = numbered.entity
                    group by numbered.row
                ) mapped
                where mapped.row = {table}.rowid
            """)
    writer.execute("drop table renumbered")
    writer.execute("drop table former_entity")
