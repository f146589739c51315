"""The app as the owner of its workspaces: its address, and the verbs that it runs for the command line.

Knows nothing of what the verbs do.
"""

import logging

import streamlit as st

from adr.cli.serving import Serving
from adr.jobs import Jobs
from adr.owner import Owner
from adr.store import Store
from adr.workspace import Workspace

log = logging.getLogger(__name__)


def served(workspace: Workspace, store: Store, jobs: Jobs) -> Owner | None:
    """Serve a workspace to the command line and to other apps; None where the machine allows no socket for it."""
    try:
        return Owner(workspace, "app", Serving(workspace, store, jobs), url=_address())
    except OSError as error:
        log.warning("The command line cannot work in %s while the app has it open: %s.", workspace.folder, error)
        return None


def _address() -> str:
    """Where this app answers, as a browser on this machine reaches it."""
    host = st.get_option("server.address") or "localhost"
    host = "localhost" if host in ("0.0.0.0", "::") else host
    scheme = "https" if st.get_option("server.sslCertFile") else "http"
    path = str(st.get_option("server.baseUrlPath") or "").strip("/")
    return f"{scheme}://{host}:{st.get_option('server.port')}/{path}"
