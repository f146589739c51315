"""Who is looking, and what they may do: the rights of a session, checked where something is written.

Without a login configured there is one local user with all rights. With one (`[auth]` in .streamlit/secrets.toml), the
file named by ADR_ROLES gives each address of mail a role. Every write of a page goes through the store, so `PagesStore`
is the one place that checks; a job that was started runs to its end. Knows no page.
"""

import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from adr.errors import AdrError
from adr.settings import setting
from adr.store import Store, Writer

ROLES = ("viewer", "reviewer", "owner")
"""From the fewest rights to all: look; judge candidates as well; everything."""
_MAY = {"viewer": "look", "reviewer": "judge candidates", "owner": "change everything"}

# What the code that is running needs, where it is not an owner's: '' for what the program does by itself.
_needed: ContextVar[str] = ContextVar("needed", default="owner")


@dataclass(frozen=True)
class Person:
    """Who a session belongs to. name: under which verdicts are kept; empty for the local user."""

    name: str
    role: str


def login_configured() -> bool:
    """True when secrets.toml has a section `[auth]`."""
    try:
        return "auth" in st.secrets
    except (FileNotFoundError, st.errors.StreamlitSecretNotFoundError):
        return False


def person() -> Person:
    """The person of this session; AdrError when they have no role, or when roles are set without a login."""
    read_only = setting("ADR_READ_ONLY").lower() == "yes"
    if not login_configured():
        if setting("ADR_ROLES"):
            raise AdrError(
                "ADR_ROLES names a file of roles, but nobody can sign in, so nobody has one.",
                "Add a section [auth] to .streamlit/secrets.toml as docs/team.md shows, or unset ADR_ROLES.",
            )
        return Person("", "viewer" if read_only else "owner")
    told = st.user.to_dict()
    mail = str(told.get("email") or "").strip().lower()
    if not mail or told.get("email_verified") is False:
        raise AdrError("Your login has no verified address of mail.", "Ask whoever runs your login for one.")
    role = role_of(mail)
    return Person(mail, "viewer" if read_only else role)


def role_of(mail: str) -> str:
    """The role of an address in the file of ADR_ROLES, `"*"` for everyone else; 'viewer' when no file is named.

    AdrError when the file cannot be read, when it holds another word, or when it gives this address no role.
    """
    named = setting("ADR_ROLES")
    if not named:
        return "viewer"
    try:
        roles = tomllib.loads(Path(named).expanduser().read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise AdrError(f"The file of roles cannot be read: {error}.", "Mend the file that ADR_ROLES names.") from error
    wrong = {str(role) for role in roles.values() if role not in ROLES}
    if wrong:
        raise AdrError(f"The file of roles holds {wrong.pop()!r}.", f"Write one of {', '.join(ROLES)}.")
    role = {who.lower(): role for who, role in roles.items()}.get(mail, roles.get("*"))
    if role is None:
        raise AdrError(f"{mail} has no role in this workbench.", "Ask whoever runs it for one.")
    return str(role)


def may(role: str) -> bool:
    """True when the person of this session has the rights of `role`."""
    return ROLES.index(person().role) >= ROLES.index(role)


def need(role: str) -> None:
    """AdrError unless the person of this session has the rights of `role`. Outside a session nothing is checked: work
    that a session started was checked then."""
    if get_script_run_ctx(suppress_warning=True) is None or may(role):
        return
    if setting("ADR_READ_ONLY").lower() == "yes":
        raise AdrError("This workbench is shown for looking only (ADR_READ_ONLY); nothing was changed.")
    now = person().role
    raise AdrError(
        f"Your role here is {now}: you may {_MAY[now]}. Nothing was changed.",
        f"Ask whoever runs this workbench for the role {role}.",
    )


@contextmanager
def reviewing(name: str) -> Iterator[None]:
    """What is written inside needs a reviewer's rights only, and a name to keep verdicts under."""
    need("reviewer")
    if not name:
        raise AdrError("A verdict is kept with a name, and you have not given yours.", "Enter it above.")
    with _needing("reviewer"):
        yield


@contextmanager
def by_itself() -> Iterator[None]:
    """What is written inside is the program's own doing, such as opening a workspace."""
    with _needing(""):
        yield


@contextmanager
def _needing(role: str) -> Iterator[None]:
    before = _needed.set(role)
    try:
        yield
    finally:
        _needed.reset(before)


class PagesStore(Store):
    """A store whose writes, when a session makes them, need that person's rights: an owner's, unless the code that
    writes says otherwise by `reviewing` or `by_itself`."""

    @contextmanager
    def atomic(self) -> Iterator[Writer]:
        """As `Store.atomic`; AdrError when the person may not write."""
        if needed := _needed.get():
            need(needed)
        with super().atomic() as writer:
            yield writer


def roots() -> list[Path]:
    """The folders that paths typed into pages must lie in; empty: anywhere. ADR_ROOTS names them, separated like PATH;
    when people sign in, the default is the folder that the workspace lies in."""
    named = [part for part in setting("ADR_ROOTS").split(os.pathsep) if part.strip()]
    if not named and login_configured():
        named = [str(Path(setting("ADR_WORKSPACE")).expanduser().resolve().parent)]
    return [Path(part.strip()).expanduser().resolve() for part in named]


def allowed_path(text: str) -> Path:
    """The path typed into a page, resolved; AdrError when it leads outside `roots()`, also through a link."""
    allowed = roots()
    path = Path(text).expanduser()
    if not allowed:
        return path
    try:
        whole = path.resolve()
    except (OSError, RuntimeError, ValueError) as error:
        raise AdrError(f"The path {text} cannot be followed.", "Name another one.") from error
    if not any(whole.is_relative_to(root) for root in allowed):
        raise AdrError(
            f"{text} lies outside the folders that this workbench may use.",
            f"Name a path in {', '.join(map(str, allowed))}; ADR_ROOTS sets these folders.",
        )
    return whole


def allowed_model(name: str) -> str:
    """`name` of a model when it names a folder that `allowed_path` allows, one that ships with the program, a hub id or
    a package; AdrError for another folder of this machine."""
    if Path(name).expanduser().exists():
        allowed_path(name)
    return name
