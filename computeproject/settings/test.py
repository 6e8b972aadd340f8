"""What the tests run with."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

from computeproject.settings.base import *  # noqa: F403

if _database := os.environ.get("KILONOVA_TEST_DATABASE"):
    import dj_database_url

    DATABASES = {"default": dict(dj_database_url.parse(_database))}
BROKER = ""
COMPUTE_CLOCK = "immediate"
SECRET_KEY = "tests"  # noqa: S105
DATA = Path(tempfile.mkdtemp(prefix="kilonova-tests-"))
atexit.register(shutil.rmtree, DATA, ignore_errors=True)
if not _database:
    # A file: in memory, threads share one cache, and writers fail where they should wait.
    DATABASES["default"]["TEST"] = {"NAME": DATA / "tests.sqlite3"}
IMAGE_STORE = DATA / "images"
# The admin site's users; PBKDF2 takes longer than most tests.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
