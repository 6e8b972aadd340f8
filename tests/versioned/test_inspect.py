"""What a microversion changed, read back from the tables."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command


def said(version):
    out = StringIO()
    call_command("microversion", version, stdout=out)
    return out.getvalue().splitlines()


def test_a_shape_that_changes_form_is_named():
    assert "  ServerShown: shows flavor in another form" in said("2.47")


def test_an_accepted_key_is_named_with_its_operation():
    assert "  POST /servers: body accepts server.hostname" in said("2.90")


def test_a_shown_key_is_named():
    assert "  ServerDetail: shows locked_reason" in said("2.73")


def test_operations_that_begin_are_named():
    assert "  GET /servers/{server_id}/tags: begins" in said("2.26")


def test_a_key_that_became_required_is_named():
    assert "  POST /servers: body requires networks" in said("2.37")


def test_versions_that_never_were_are_refused():
    with pytest.raises(CommandError, match=r"no microversion 2\.105"):
        said("2.105")
