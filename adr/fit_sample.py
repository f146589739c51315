"""Which pictures of the dataset a model is checked on, and what their texts or annotations say of them.

The sample is the same on every machine. Reads tables and looks for files; knows nothing of models.
"""

from collections.abc import Collection, Mapping, Sequence

from adr.image_folder import ImageFolder
from adr.store import Store

SAMPLE = 64
"""So many pictures are looked at: a share is known to some six points, and a full-size model takes a minute."""
_CANDIDATES = 4000

Pictured = tuple[str, tuple[str, ...]]
"""A picture's path, and the names that its text or its annotations have."""


def single_images(store: Store) -> dict[int, str]:
    """{instance: its image}, of instances with exactly one, in an order that is random but always the same; 4,000 at
    most."""
    rows = store.rows(
        """
        select instance, images[1] from instance where len(images) = 1 and coalesce(missing, 0) = 0
        order by md5_number_lower(instance::varchar), instance limit $1
        """,
        [_CANDIDATES],
    )
    return dict(rows)


def said_names(
    store: Store, instances: Collection[int], names: Collection[str] | None = None
) -> dict[int, tuple[str, ...]]:
    """{instance: which of `names` (None: of all) its annotations or its text have}. The index's objects are asked, or
    its nouns where a model has looked for the objects already."""
    looked = store.value("select verified_by from index_made")
    found = store.rows(
        """
        select p.instance, list(e.name order by e.name)
        from posting p join entity e on e.entity = p.entity
        where p.perspective = perspective_number($perspective)
            and p.instance in (select unnest($instances::integer[]))
            and ($whole or e.name in (select unnest($names::varchar[])))
        group by p.instance
        """,
        {
            "perspective": "token" if looked else "object",
            "instances": list(instances),
            "whole": names is None,
            "names": sorted(names or ()),
        },
    )
    return {int(instance): tuple(own) for instance, own in found}


def pictured(store: Store, images: Mapping[int, str], said: Mapping[int, Sequence[str]]) -> list[Pictured]:
    """(path, names) of the first 64 images on disk, in the order of `images`, about which something is said."""
    folder = ImageFolder.beside(store)
    found: list[Pictured] = []
    for instance, image in images.items():
        own = said.get(instance)
        if own and (path := folder.file(image)) is not None:
            found.append((str(path), tuple(own)))
            if len(found) == SAMPLE:
                break
    return found
