"""The admin site's own files, and nobody else's."""

import pytest
from django.test import Client

# A response that is closed closes idle connections too.
pytestmark = pytest.mark.django_db


def test_the_admins_style_is_served():
    answer = Client().get("/static/admin/css/base.css")
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/css")
    assert b"body" in b"".join(answer.streaming_content)
    answer.close()


def test_what_is_not_there_is_not_served():
    assert Client().get("/static/nothing.css").status_code >= 300


def test_nothing_leads_out_of_the_folder():
    for path in ("/static/../manage.py", "/static/%2e%2e/manage.py", "/static//etc/passwd"):
        assert Client().get(path).status_code >= 300
