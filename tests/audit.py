"""The installed packages, how old each version is, and its known faults: `make audit`.

    python -m tests.audit [--only NAME ...] [--index URL]

Looks at what the requirements files name and at all that these bring. PyPI's JSON pages give the day of a release and
the faults known of it, which is also where pip-audit looks. Where they cannot be reached, a sentence says that nothing
is known of faults, and the day of installation stands in place of that of the release. Exit status 1 when a fault is
known of an installed version.
"""

import argparse
import json
import re
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.requirements import Requirement

ROOT = Path(__file__).resolve().parents[1]
PYPI = "https://pypi.org"
_PATIENCE = 15  # seconds for a page


@dataclass(frozen=True)
class Audited:
    """A package. released: the day, or that of its installation where PyPI did not say (`dated` false); faults: the
    names of what is known to be wrong with this version, each with the versions that mend it; None where PyPI did not
    say."""

    name: str
    version: str
    released: datetime
    dated: bool
    faults: tuple[str, ...] | None


def installed(names: Sequence[str]) -> list[metadata.Distribution]:
    """The packages of these names and all that they need on this machine, by name; those not installed are left out."""
    found: dict[str, metadata.Distribution] = {}
    waiting = [Requirement(name) for name in names]
    seen: set[tuple[str, str]] = set()
    while waiting:
        asked = waiting.pop()
        for extra in ("", *sorted(asked.extras)):
            if (_plain(asked.name), extra) in seen:
                continue
            seen.add((_plain(asked.name), extra))
            try:
                one = metadata.distribution(asked.name)
            except metadata.PackageNotFoundError:
                continue
            found[_plain(asked.name)] = one
            needed = map(Requirement, one.requires or ())
            waiting += [need for need in needed if need.marker is None or need.marker.evaluate({"extra": extra})]
    return [found[name] for name in sorted(found)]


def required() -> Iterator[str]:
    """What the requirements files name."""
    for file in sorted(ROOT.glob("requirements*.txt")):
        for line in file.read_text(encoding="utf-8").splitlines():
            if (text := line.split("#")[0].strip()) and not text.startswith("-"):
                yield text


def audit(packages: Sequence[metadata.Distribution], index: str = PYPI) -> list[Audited]:
    """The packages with their days and known faults. Once the index cannot be reached it is not asked again."""
    if packages and not _reachable(index):
        return [_unasked(one) for one in packages]
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda one: _asked(one, index), packages))


def report(found: Sequence[Audited], today: datetime) -> str:
    """The table, and what it comes to in sentences."""
    lines = ["| package | version | released | days | known faults |", "|---|---|---|---|---|"]
    for one in found:
        day = f"{one.released:%Y-%m-%d}" if one.dated else f"installed {one.released:%Y-%m-%d}"
        faults = "not known" if one.faults is None else "; ".join(one.faults) or "none"
        lines.append(f"| {one.name} | {one.version} | {day} | {(today - one.released).days} | {faults} |")
    return "\n".join([*lines, "", *_sentences(found, today)])


def _sentences(found: Sequence[Audited], today: datetime) -> Iterator[str]:
    dated, checked = [one for one in found if one.dated], [one for one in found if one.faults is not None]
    if len(checked) < len(found):
        yield (
            f"PyPI gave no answer about the faults of {len(found) - len(checked)} of {len(found)} packages: nothing is "
            "known of them. Run this where pypi.org can be reached."
        )
    if dated:
        oldest = min(dated, key=lambda one: one.released)
        days = (today - oldest.released).days
        yield f"The oldest of {len(dated)} versions is {oldest.name} {oldest.version}, released {days} days ago."
    if checked:
        named = ", ".join(f"{one.name} {one.version}" for one in checked if one.faults)
        yield (
            f"Faults are known of {named}." if named else f"No fault is known of the {len(checked)} that were checked."
        )


def _reachable(index: str) -> bool:
    try:
        _page(f"{index}/pypi/pip/json")
    except (OSError, ValueError) as error:
        return isinstance(error, urllib.error.HTTPError)  # it answers, whatever it says of pip
    return True


def _asked(one: metadata.Distribution, index: str) -> Audited:
    name, version = one.metadata["Name"], one.version
    public = version.partition("+")[0]  # PyPI knows no local versions, such as 2.13.0+cpu
    try:
        try:
            page = _page(f"{index}/pypi/{_plain(name)}/{public}/json")
            files, faults = page["urls"], page.get("vulnerabilities")
        except urllib.error.HTTPError:  # a mirror may have the page of the newest version alone
            page = _page(f"{index}/pypi/{_plain(name)}/json")
            files = page["releases"][public]
            faults = page.get("vulnerabilities") if page["info"]["version"] == public else None
        released = min(datetime.fromisoformat(file["upload_time_iso_8601"]) for file in files)
        said = None if faults is None else tuple(_fault(fault) for fault in faults if not fault.get("withdrawn"))
        return Audited(name, version, released, True, said)
    except (OSError, ValueError, KeyError, TypeError):
        return _unasked(one)


def _fault(fault: dict[str, Any]) -> str:
    mended = ", ".join(fault.get("fixed_in") or ())
    return f"{fault['id']} ({f'mended in {mended}' if mended else 'not mended yet'})"


def _unasked(one: metadata.Distribution) -> Audited:
    file = next((Path(str(one.locate_file(file))) for file in one.files or () if file.name == "METADATA"), None)
    seconds = file.stat().st_mtime if file and file.is_file() else 0
    return Audited(one.metadata["Name"], one.version, datetime.fromtimestamp(seconds, UTC), False, None)


def _page(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
        return json.load(answer)


def _plain(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the report; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="+", metavar="NAME", help="only these packages, without what they need")
    parser.add_argument("--index", default=PYPI, help="another site with PyPI's JSON pages")
    options = parser.parse_args(arguments)
    packages = installed(options.only or list(required()))
    if options.only:
        packages = [one for one in packages if _plain(one.metadata["Name"]) in map(_plain, options.only)]
    found = audit(packages, options.index.rstrip("/"))
    print(report(found, datetime.now(UTC)))
    return int(any(one.faults for one in found))


if __name__ == "__main__":
    sys.exit(main())
