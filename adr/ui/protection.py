"""What the server refuses before Streamlit sees it: connections from other sites; and what a page may load.

A middleware of `server.py`. Streamlit itself lets any port of this machine open its WebSocket, and sets no policy for
what a page may load. Knows nothing of pages.
"""

import re
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

_READING = ("GET", "HEAD", "OPTIONS")
_HOST = re.compile(r"[A-Za-z0-9.:\[\]-]{1,255}")


class OwnSiteOnly:
    """An ASGI middleware: a WebSocket or a writing request from another origin is refused with 403, and every answer
    carries the policy of `headers`."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        asked = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        host = asked.get("host", "")
        writes = scope["type"] == "websocket" or scope["method"] not in _READING
        if writes and not own_origin(asked.get("origin"), host):
            await _refuse(scope["type"], send)
            return
        await self._app(scope, receive, _with_headers(send, host) if scope["type"] == "http" else send)


def own_origin(origin: str | None, host: str) -> bool:
    """True when a request comes from this site: no Origin (not a browser), or the host and the port that it asks."""
    return origin is None or (bool(host) and urlsplit(origin).netloc.lower() == host.lower())


def headers(host: str) -> dict[str, str]:
    """The headers of every answer: a page loads only from this site, and no other site shows it in a frame.

    Streamlit's front end needs inline scripts and styles, `eval` (charts) and blobs (components).
    """
    sockets = f" ws://{host} wss://{host}" if _HOST.fullmatch(host) else ""
    policy = {
        "default-src": "'self'",
        "script-src": "'self' 'unsafe-inline' 'unsafe-eval' blob:",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "connect-src": f"'self' blob: data:{sockets}",
        "worker-src": "'self' blob:",
        "frame-src": "'self' data: blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'none'",
    }
    return {
        "content-security-policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "x-frame-options": "DENY",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",  # addresses of pages hold names from the data
    }


def _with_headers(send: Send, host: str) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            own = headers(host)
            kept = [pair for pair in message["headers"] if pair[0].decode("latin-1").lower() not in own]
            message["headers"] = [*kept, *((name.encode(), value.encode()) for name, value in own.items())]
        await send(message)

    return sending


async def _refuse(kind: str, send: Send) -> None:
    if kind == "websocket":
        await send({"type": "websocket.close", "code": 1008})  # before it is accepted: answered with 403
        return
    await send({"type": "http.response.start", "status": 403, "headers": [(b"content-type", b"text/plain")]})
    await send({"type": "http.response.body", "body": b"This request comes from another site."})
