"""Asks advisories about every pin, and says what it could ask: for audit.sh FOLDER.

pip-audit calls what it found nothing about "no known vulnerabilities", and waits for a service that
does not answer; so the service is asked first whether it is there, and the skipped are counted.
"""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

# Where the advisories of one release are; a mirror of the index alone does not have them.
PYPI = "https://pypi.org/pypi/urllib3/1.26.4/json"
PINS = "constraints.txt"
# Listens on this machine only, and is as old as the release it stands for.
TESTS_KEYSTONE = "tests/compat/keystone/requirements.txt"
PATIENCE = 10
# The whole of one file of pins, in seconds.
LONGEST = int(os.environ.get("AUDIT_SECONDS", "300"))
NOT_AUDITED, HOLES = 3, 1


def why_unreachable(url=PYPI, patience=PATIENCE):
    """What keeps the advisories from being asked; None if nothing does."""
    try:
        with urllib.request.urlopen(url, timeout=patience) as answer:
            told = json.load(answer)
    except urllib.error.HTTPError as exc:
        return f"{url} answers {exc.code}"
    except (OSError, ValueError) as exc:
        return f"{url}: {getattr(exc, 'reason', exc)}"
    return None if told.get("vulnerabilities") else f"{url} tells no advisories"


def ask(program, pins):
    """What pip-audit reports of a file of pins; raises when it takes too long."""
    how = ["--no-deps", "--disable-pip", "--progress-spinner", "off", "--format", "json"]
    how += ["--timeout", str(PATIENCE), "-r", pins]
    done = subprocess.run(
        [program, *how], stdout=subprocess.PIPE, text=True, timeout=LONGEST, check=False
    )
    return json.loads(done.stdout)["dependencies"]


def judge(rows, name):
    """What to say of the pins of a file, and how many were skipped or have holes."""
    skipped = [row["name"] for row in rows if "skip_reason" in row]
    holes = [(row, hole) for row in rows for hole in row.get("vulns", ())]
    lines = [f"AUDITED: {len(rows) - len(skipped)} of {len(rows)} pins of {name}."]
    if skipped:
        lines.append(f"NOT AUDITED: {len(skipped)} of them: {', '.join(skipped)}.")
    for row, hole in holes:
        fixed = ", ".join(hole.get("fix_versions", ())) or "nowhere"
        lines.append(f"  {row['name']} {row['version']}: {hole['id']}, mended in {fixed}")
    return lines, len(skipped), len(holes)


def say(*lines):
    sys.stdout.writelines(line + "\n" for line in lines)


def main(folder):
    reason = why_unreachable()
    if reason is not None:
        say(f"NOT AUDITED: the advisories cannot be asked: {reason}.")
        return NOT_AUDITED
    program = Path(folder, "bin", "pip-audit")
    if not program.exists():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder, "bin", "python")
        install = [python, "-m", "pip", "install", "-q", "pip-audit"]
        subprocess.run(install, check=True, timeout=LONGEST)
    worst = 0
    for name in (PINS, TESTS_KEYSTONE):
        try:
            lines, skipped, holes = judge(ask(program, name), name)
        except (subprocess.TimeoutExpired, ValueError, KeyError) as exc:
            say(f"NOT AUDITED: {name}: pip-audit gave no report ({type(exc).__name__}).")
            return NOT_AUDITED
        say(*lines)
        if name == PINS:
            worst = HOLES if holes else NOT_AUDITED if skipped else worst
    return worst


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
