"""Makes requests, good ones and spoiled ones, and sees what comes of them."""

import faulthandler
import json
import os
import signal
import time
from collections import Counter
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.core.handlers.wsgi import WSGIRequest
from django.test.client import Client, ClientHandler, conditional_content_removal

from tests.client import Api
from tests.contract import isolation, world
from tests.security import state
from tests.security.failures import Failures, keeps
from tests.security.operations import example, operations, path, request
from tests.security.rubbish import Maker, headers_of, unsigned, version_of
from versioned.versions import show

BATCH = 50
# Nothing here waits for anything, so this is a hang; on a busy machine half of it is not.
SLOWEST = 20.0
MALFORMED = (
    *(b"{", b"\xff\xfe", b'{"a":NaN}', b'"x"', b"1", b"null", b'{"a":1,"a":2}', b'{"\\ud800":1}'),
    *(b"[" * 5000, b"[" * 900 + b"]" * 900, b'{"server":' * 400 + b"1" + b"}" * 400),
    b'{"a":"' + b"x" * 60000 + b'"}',
)
KNOCKING = ("member", "member", "admin", "admin", "manager", "reader", "service", "stranger", "bad")


class Hung(Exception):
    """A request that does not come to an end."""


class Handler(ClientHandler):
    """Django's own without its signals, of which it keeps something for every request."""

    def __call__(self, environ):
        if self._middleware_chain is None:
            self.load_middleware()
        request = WSGIRequest(environ)
        request._dont_enforce_csrf_checks = True
        response = self.get_response(request)
        conditional_content_removal(request, response)
        response.wsgi_request = request
        return response


class Fuzzer:
    def __init__(self, seed, besieged):
        self.world = besieged
        self.operations = list(operations())
        known = [*map(str, besieged.known.values()), *besieged.compute.values()]
        self.maker = Maker(seed, known, spoil=0.06)
        self.random = self.maker.random
        self.statuses = Counter()
        self.reached = set()
        self.broken = {}
        # Answers of 500 that the real services give, too.
        self.meant = Counter()
        self.slowest = (0.0, "")
        self.failures = Failures()
        self.handler = Handler()
        # How often a refused request had written, and what of that was still there at its end.
        self.looked, self.changed = 0, {}

    def run(self, requests, after_quarter):
        """Make so many requests, of which nothing stays, and call when a quarter is made."""
        before = signal.signal(signal.SIGALRM, _give_up)
        try:
            with self.failures:
                for number in range(0, requests, BATCH):
                    with world.undone():
                        for _ in range(min(BATCH, requests - number)):
                            with world.undone():
                                self.knock()
                    if number <= requests // 4 < number + BATCH:
                        after_quarter()
        finally:
            signal.signal(signal.SIGALRM, before)

    # Making requests

    def body(self, asked):
        if asked.method not in ("POST", "PUT", "PATCH") and self.random.random() < 0.95:
            return None
        kind = self.random.random()
        if kind < 0.03:
            return self.random.choice(MALFORMED)
        if kind < 0.08:
            return json.dumps(self.maker.anything()).encode()
        schema = asked.schema("body", version_of(asked.service))
        if schema is not None and self.random.random() < (0.5 if example(asked) else 1):
            value = self.maker.value(schema)
        elif hasattr(asked.noun, "fields") and self.random.random() < 0.5:
            value = self.maker.noun(asked.noun)
        else:
            names = self.world.compute if asked.service == "compute" else self.world.known
            value = self.maker.like(isolation.filled(example(asked), names) or {})
        if asked.action and not (isinstance(value, dict) and asked.action in value):
            value = {asked.action: value or self.maker.anything()}
        return json.dumps(value).encode()

    def url(self, asked, who):
        url = path(asked, self.world, "member" if who == "bad" else who)
        if self.random.random() < 0.15:
            segments = url.split("/")
            place = self.random.randrange(2, len(segments)) if len(segments) > 2 else -1
            segments[place] = self.maker.string()
            url = "/".join(segments)
        if self.random.random() < 0.25:
            schema = asked.schema("query", version_of(asked.service)) or {}
            names = [*schema.get("properties", {}), "limit", "marker", "sort_key", "fields", "x"]
            pairs = []
            for _ in range(self.random.randrange(1, 4)):
                value = self.random.choice([self.maker.string(), str(self.random.randrange(3))])
                pairs.append((self.random.choice(names), value))
            query = "&".join(f"{quote(n)}={quote(v, errors='replace')}" for n, v in pairs)
            url = f"{quote(url, safe='/:@', errors='replace')}?{query}"
        return url

    def headers(self, asked):
        headers = headers_of(asked)
        kind = self.random.random()
        if kind < 0.4 and asked.service == "compute":
            row = request(asked)
            version = (
                (2, self.random.randrange(1, 105)) if row is None or kind < 0.1 else row.version
            )
            headers["OpenStack-API-Version"] = f"compute {show(version)}"
            return headers
        kind = self.random.random()
        if kind < 0.03:
            odd = self.random.choice(["compute x", "compute 2.999", "volume", "1" * 3000, ",;="])
            headers["OpenStack-API-Version"] = odd
        elif kind < 0.06:
            odd = self.random.choice(["text/xml", "*/*;q=x", "application/json;q=0", "multipart/x"])
            headers["Accept"] = headers["Content-Type"] = odd
        elif kind < 0.5 and "Authorization" in headers:
            odd = [None, "", "OAuth", "OAuth a=", "OAuth oauth_token", 'OAuth oauth_token="%"', "x"]
            headers["Authorization"] = self.random.choice(odd) or unsigned(
                oauth_signature_method=self.random.choice(["RSA-SHA1", "HMAC-SHA1", "x", ""]),
                oauth_timestamp=self.random.choice(["1", "²" * 10, "0" * 10]),
                oauth_nonce=self.random.choice(["", "x", "1"]),
            )
        elif asked.service == "image" and asked.route.endswith(("/file", "/stage")):
            headers["Content-Type"] = "application/octet-stream"
        return headers

    def client(self):
        """A client of its own for each request: Django's keeps something of every one."""
        client = Client(raise_request_exception=False)
        client.handler = self.handler
        return client

    def token(self, who):
        if who == "bad":
            return self.random.choice(list(self.world.bad.values()))
        return self.world.people[who].api.who

    # Seeing what comes of them

    def knock(self):
        """Make one request and see what came of it."""
        asked = self.random.choice(self.operations)
        who = self.random.choice(KNOCKING)
        token = self.token(who)
        url, body, headers = self.url(asked, who), self.body(asked), self.headers(asked)
        knocking = Api(token, None, "", self.client())
        self.failures.seen.clear()
        files = stored() if asked.service == "image" else None
        before = state.writes()
        start = time.monotonic()
        # The first interrupts what can be interrupted; the second is for what cannot.
        signal.setitimer(signal.ITIMER_REAL, SLOWEST)
        faulthandler.dump_traceback_later(3 * SLOWEST, exit=True)
        try:
            answer = knocking.ask(asked.method, url, headers=headers, raw=body)
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            faulthandler.cancel_dump_traceback_later()
        seconds = time.monotonic() - start
        self.slowest = max(self.slowest, (seconds, str(asked)))
        self.statuses[asked.service, answer.status] += 1
        what = f"{who} {asked} {url[:200]} {str(body)[:300]}"
        if answer.status < 400:
            self.reached.add(str(asked))
        if self.failures.has_caused(answer):
            exc = self.failures.seen[-1] if self.failures.seen else None
            key = f"{type(exc).__name__}: {str(exc)[:100]}" if exc else str(asked)
            self.broken.setdefault(key, what)
        elif answer.status == 500:
            self.meant[f"{asked} {answer.text[-60:-3]}"] += 1
        if 400 <= answer.status < 500:
            if files is not None and stored() != files:
                self.changed.setdefault(str(asked), f"left a file behind: {answer} {what}")
            if before is None or state.writes() != before:
                # What was written may have been taken back, so that only the rows can tell.
                self.looked += 1
                if not keeps(asked) and state.digest() != self.world.untouched:
                    self.changed.setdefault(str(asked), f"{answer} {what}")


def stored():
    """The names of the files that Image keeps."""
    folder = Path(settings.IMAGE_STORE)
    return sorted(os.listdir(folder)) if folder.exists() else []


def _give_up(number, frame):
    raise Hung("The request does not come to an end")
