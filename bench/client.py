"""A client that costs little: one kept connection, no parsing."""

import http.client
import json
from urllib.parse import urlsplit


class Client:
    def __init__(self, base):
        self.address = urlsplit(base).netloc
        self.connection = http.client.HTTPConnection(self.address, timeout=120)

    def ask(self, method, path, body=None, **headers):
        raw = None if body is None else json.dumps(body)
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if raw is not None:
            sent["Content-Type"] = "application/json"
        self.connection.request(method, path, raw, sent)
        answer = self.connection.getresponse()
        content = answer.read()
        return answer, content

    def rest(self):
        """Let go of the connection; the next request opens another."""
        self.connection.close()

    def ask_raw(self, method, path, raw):
        self.connection.request(method, path, raw, {"Content-Type": "application/json"})
        answer = self.connection.getresponse()
        return answer, answer.read()

    def json(self, method, path, body=None, **headers):
        answer, content = self.ask(method, path, body, **headers)
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return json.loads(content) if content else None
