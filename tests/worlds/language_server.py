"""A scripted server of the OpenAI protocol, for awkward answers."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

GOOD = json.dumps(
    [
        {"question": "What is shown?", "answer": "An accordion on a table."},
        {"question": "Is there a dog?", "answer": "No."},
    ]
)


@contextmanager
def scripted(*script):
    """A server that answers with what `script` says, in order, the last again and again: a text, (status, text) or
    (text, finish reason); a number waits so many seconds before the next; a function is given what is asked and returns
    one of these. Gives its address and what it was asked."""
    left, asked, lock = list(script), [], threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                asked.append({"body": body, "key": self.headers.get("Authorization"), "at": time.monotonic()})
                now = left.pop(0) if len(left) > 1 else left[0]
            if callable(now):
                now = now(body)
            if isinstance(now, float):
                time.sleep(now)
                now = GOOD
            status, text, finish = 200, now, "stop"
            if isinstance(now, tuple):
                (status, text), finish = (now, "") if isinstance(now[0], int) else ((200, now[0]), now[1])
            if status == 200 and not isinstance(text, bytes):
                text = json.dumps(
                    {
                        "id": "1",
                        "object": "chat.completion",
                        "created": 1,
                        "model": "m",
                        "choices": [
                            {"index": 0, "finish_reason": finish, "message": {"role": "assistant", "content": text}}
                        ],
                    }
                )
            self.answer(status, text if isinstance(text, bytes) else text.encode())

        def do_GET(self):
            self.answer(
                200,
                json.dumps(
                    {"object": "list", "data": [{"id": "the-one", "object": "model", "created": 1, "owned_by": "us"}]}
                ).encode(),
            )

        def answer(self, status, data):
            try:
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(data)))
                self.send_header("Retry-After", "0.01")
                self.end_headers()
                self.wfile.write(data)
            except OSError:  # who asked has gone
                pass

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
