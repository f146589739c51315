"""A stand-in for the parts of the Hugging Face Hub's API that a push uses, on a port of this machine."""

import base64
import json
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

import yaml

TOKEN = "hf_of_the_stand_in"


class Hub:
    """What the stand-in holds. files: {repository: {path: content}}, private: the repositories that are."""

    def __init__(self):
        self.address = ""
        self.files = {}
        self.private = set()
        self.messages = []
        self.readers_only = False  # whether the token may only read
        self.stored = {}  # SHA-256 → content, of files that are too large for a commit


@contextmanager
def hub():
    """A Hub on a free port. Files that end in .parquet travel as large files do, all others inside the commit."""
    there = Hub()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            path = urlsplit(self.path).path
            if not self.allowed():
                return
            if path == "/api/whoami-v2":
                return self.answer(200, {"type": "user", "name": "ada", "auth": {"type": "access_token"}})
            repository = self.repository(path)
            if repository not in there.files:
                return self.answer(404, {"error": "Repository not found"}, {"X-Error-Code": "RepoNotFound"})
            names = sorted(there.files[repository])
            if "/tree/" in path:
                return self.answer(200, [{"type": "file", "path": n, "size": 1, "oid": "0"} for n in names])
            if "/revision/" in path or path.count("/") == 4:
                return self.answer(
                    200, {"id": repository, "sha": "0" * 40, "siblings": [{"rfilename": n} for n in names]}
                )
            self.answer(404, {"error": f"not made for {path}"})

        def do_POST(self):
            path, body = urlsplit(self.path).path, self.rfile.read(int(self.headers.get("Content-Length") or 0))
            if not self.allowed():
                return
            if there.readers_only:
                return self.answer(403, {"error": "You have read access only"})
            if path == "/api/validate-yaml":
                front = json.loads(body)["content"].split("---\n")[1]
                errors = [] if isinstance(yaml.safe_load(front), dict) else [{"message": "no mapping"}]
                return self.answer(200, {"errors": errors, "warnings": []})
            if path == "/api/repos/create":
                asked = json.loads(body)
                name = f"{asked.get('organization') or 'ada'}/{asked['name']}"
                if name in there.files:
                    return self.answer(409, {"error": "It exists", "url": f"{there.address}/datasets/{name}"})
                there.files[name] = {".gitattributes": b""}
                there.private |= {name} if asked.get("private") or asked.get("visibility") == "private" else set()
                return self.answer(200, {"url": f"{there.address}/datasets/{name}"})
            repository = self.repository(path)
            if "/preupload/" in path:
                asked = json.loads(body)["files"]
                modes = ["lfs" if one["path"].endswith(".parquet") else "regular" for one in asked]
                made = [
                    {"path": one["path"], "uploadMode": mode, "shouldIgnore": False, "oid": None}
                    for one, mode in zip(asked, modes, strict=True)
                ]
                return self.answer(200, {"files": made})
            if path.endswith("/info/lfs/objects/batch"):
                made = [
                    {**one, "actions": {"upload": {"href": f"{there.address}/store/{one['oid']}", "header": {}}}}
                    for one in json.loads(body)["objects"]
                ]
                return self.answer(200, {"transfer": "basic", "objects": made})
            if "/commit/" in path:
                self.commit(repository, body)
                return self.answer(
                    200, {"commitUrl": f"{there.address}/datasets/{repository}/commit/1", "commitOid": "1"}
                )
            self.answer(404, {"error": f"not made for {path}"})

        def do_PUT(self):
            oid = self.path.rsplit("/", 1)[1]
            there.stored[oid] = self.rfile.read(int(self.headers["Content-Length"]))
            self.answer(200, {})

        def commit(self, repository, body):
            for line in body.splitlines():
                one = json.loads(line)
                value = one["value"]
                if one["key"] == "header":
                    there.messages.append(value["summary"])
                elif one["key"] == "file":
                    there.files[repository][value["path"]] = base64.b64decode(value["content"])
                elif one["key"] == "lfsFile":
                    there.files[repository][value["path"]] = there.stored[value["oid"]]
                elif one["key"] == "deletedFile":
                    del there.files[repository][value["path"]]

        def repository(self, path):
            parts = path.removesuffix(".git/info/lfs/objects/batch").split("/")
            at = parts.index("datasets") + 1 if "datasets" in parts else 0
            return "/".join(parts[at : at + 2])

        def allowed(self):
            if self.headers.get("Authorization") == f"Bearer {TOKEN}":
                return True
            self.answer(401, {"error": "Invalid user token"})
            return False

        def answer(self, status, content, headers=None):
            data = json.dumps(content).encode()
            self.send_response(status)
            for name, value in {"Content-Type": "application/json", **(headers or {})}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    there.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield there
    finally:
        server.shutdown()
        server.server_close()
