"""A built wheel holds what the source does: every module, template and marker."""

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("cloud", "compute", "computeproject", "middleware", "versioned")
BUILD = "from setuptools.build_meta import build_wheel; print(build_wheel('wheels'))"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """What is in the wheel of this source, built in a copy of it."""
    copy = tmp_path_factory.mktemp("source")
    for name in PACKAGES:
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md"):
        shutil.copy(ROOT / name, copy)
    done = subprocess.run([sys.executable, "-c", BUILD], cwd=copy, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    (built,) = (copy / "wheels").glob("*.whl")
    with zipfile.ZipFile(built) as opened:
        return {name for name in opened.namelist() if ".dist-info/" not in name}


def test_nothing_of_the_source_is_missing(wheel):
    source = {
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert source - wheel == set()
    assert wheel - source == set()


def test_the_admin_sites_page_is_there(wheel):
    assert "compute/templates/admin/login.html" in wheel
