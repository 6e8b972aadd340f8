"""docs/performance.md: what was measured, and on what; each benchmark writes its own section."""

import platform
import re
from datetime import UTC, datetime
from pathlib import Path

from tests.compat.live import ROOT

PAGE = ROOT / "docs" / "performance.md"


def machine():
    """One sentence on where and when this was measured."""
    info = Path("/proc/cpuinfo").read_text()
    model = re.search(r"^model name\s*: (.*)$", info, re.MULTILINE)
    memory = re.search(r"^MemTotal:\s*(\d+)", Path("/proc/meminfo").read_text(), re.MULTILINE)
    name = model[1].strip() if model else platform.machine()
    cores = info.count("processor\t")
    return (
        f"Measured on {datetime.now(UTC):%Y-%m-%d}: {cores} × {name}, "
        f"{int(memory[1]) >> 20} GiB, Python {platform.python_version()}, SQLite."
    )


def table(head, rows):
    lines = [f"| {' | '.join(head)} |", "|---" + "|---:" * (len(head) - 1) + "|"]
    lines += [f"| {' | '.join(map(str, row))} |" for row in rows]
    return "\n".join(lines)


def write(section, text):
    """Put the text in the place of the section's old one."""
    page = PAGE.read_text()
    begin, end = f"<!-- {section} -->\n", f"<!-- end of {section} -->\n"
    before, rest = page.split(begin)
    _, after = rest.split(end)
    PAGE.write_text(f"{before}{begin}{text.strip()}\n{end}{after}")
