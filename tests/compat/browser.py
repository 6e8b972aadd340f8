"""A headless Chromium, spoken to in the WebDriver protocol."""

import json
import shutil
import subprocess
import time
import urllib.error
import urllib.request

from tests.compat.live import free_port

_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"


def is_installed():
    return bool(shutil.which("chromedriver") and shutil.which("chromium"))


class Browser:
    def __init__(self, data):
        self.port = free_port()
        self.log = (data / "chromedriver.log").open("ab")
        self.process = subprocess.Popen(
            ["chromedriver", f"--port={self.port}"], stdout=self.log, stderr=subprocess.STDOUT
        )
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                self._ask("GET", "/status")
                break
            except OSError:
                time.sleep(0.1)
        arguments = ["--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        options = {"args": [*arguments, f"--user-data-dir={data / 'profile'}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        made = self._ask("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        self.session = f"/session/{made['sessionId']}"

    def _ask(self, method, path, body=None):
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}{path}",
            None if body is None else json.dumps(body).encode(),
            {"Content-Type": "application/json"},
            method=method,
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.loads(answer.read())["value"]
        except urllib.error.HTTPError as exc:
            raise AssertionError(exc.read().decode()[:2000]) from exc

    def close(self):
        try:
            self._ask("DELETE", self.session)
        finally:
            self.process.terminate()
            self.process.wait(20)
            self.log.close()

    def open(self, url):
        self._ask("POST", f"{self.session}/url", {"url": url})

    @property
    def url(self):
        return self._ask("GET", f"{self.session}/url")

    @property
    def text(self):
        return self.run("return document.body.innerText")

    def run(self, script, *arguments):
        body = {"script": script, "args": list(arguments)}
        return self._ask("POST", f"{self.session}/execute/sync", body)

    def run_later(self, script, *arguments):
        """Run a script that calls its last argument when it is done."""
        body = {"script": script, "args": list(arguments)}
        return self._ask("POST", f"{self.session}/execute/async", body)

    def find(self, selector):
        body = {"using": "css selector", "value": selector}
        return self._ask("POST", f"{self.session}/element", body)[_ELEMENT]

    def click(self, selector):
        self._ask("POST", f"{self.session}/element/{self.find(selector)}/click", {})

    def type(self, selector, text):
        path = f"{self.session}/element/{self.find(selector)}/value"
        self._ask("POST", path, {"text": text})

    def until(self, what, seconds=20):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if what():
                return
            time.sleep(0.1)
        raise AssertionError(f"{self.url}\n{self.text[:1000]}")

    def complaints(self):
        """What the console says of refused styles, scripts and requests."""
        entries = self._ask("POST", f"{self.session}/se/log", {"type": "browser"})
        return [entry["message"] for entry in entries if entry["level"] == "SEVERE"]

    def forget(self, *names):
        """Forget these cookies of the page's host."""
        for name in names:
            self._ask("DELETE", f"{self.session}/cookie/{name}")

    def cookies(self):
        return {each["name"]: each for each in self._ask("GET", f"{self.session}/cookie")}
