"""shown.py TEMPEST_LOG: adds to tests/contract/shown.json what a run of the suite has asked.

The log must hold headers and bodies, and every test of the run must have passed.
"""

import ast
import os
import re
import sys
from pathlib import Path

_ASKED = re.compile(
    r"^\S+ \S+ (?P<worker>\d+) INFO .*Request \([^)]*\): "
    r"(?P<status>\d+) (?P<method>[A-Z]+) (?P<url>\S+) [\d.]+s$"
)
_DETAILS = re.compile(r"^\S+ \S+ (?P<worker>\d+) DEBUG .*Request - Headers: ")
_BODY = re.compile(r"^\s+Body: \{\"(?P<word>[\w-]+)\"")
_ANSWERED = re.compile(r"^\s+Response - Headers: (?P<headers>\{.*\})$")


def requests(lines):
    """Each request of the log: method, URL, the body's first word, status, the answer's headers."""
    asked = {}  # by worker: their lines come in turns, and details after what they are about
    about, body = None, None
    for line in lines:
        if found := _ASKED.match(line):
            asked[found["worker"]] = found
        elif found := _DETAILS.match(line):
            about, body = asked.pop(found["worker"], None), None
        elif about is not None and (found := _BODY.match(line)):
            body = {found["word"]: None}
        elif about is not None and (found := _ANSWERED.match(line)):
            headers = ast.literal_eval(found["headers"])
            version = headers.get("openstack-api-version", "compute 2.1")
            told = {"OpenStack-API-Version": version}
            yield about["method"], about["url"], body, int(about["status"]), told
            about = None


def main():
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "computeproject.settings.test")
    import django

    django.setup()
    from tests import shown

    with Path(sys.argv[1]).open() as log:
        asked = requests(line.rstrip("\n") for line in log)
        shown.write({"conformance": shown.shown_by(asked, shown.is_yes)}, adds=True)


if __name__ == "__main__":
    main()
