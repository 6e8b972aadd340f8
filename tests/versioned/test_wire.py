"""JSON in and out."""

from datetime import UTC, datetime

import pytest

from versioned import wire


def test_long_numbers_keep_their_digits():
    assert wire.loads(b"123456789012345678901234567890") == 123456789012345678901234567890


def test_long_numbers_are_written_beside_times():
    value = {"number": 2**70, "time": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)}
    assert wire.loads(wire.dumps(value)) == {"number": 2**70, "time": "2026-01-02T03:04:05Z"}


def test_what_only_the_standard_library_reads_is_read():
    assert wire.loads(b'{"a": Infinity}') == {"a": float("inf")}


@pytest.mark.parametrize("raw", [b"{", b"\xff\xfe", b"{'a': 1}"])
def test_what_is_no_json_is_a_value_error(raw):
    with pytest.raises(ValueError, match=r".*"):
        wire.loads(raw)


def test_times_are_utc_seconds():
    assert wire.dumps(datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=UTC)) == b'"2026-01-02T03:04:05Z"'


def test_json_text_passes_through():
    assert wire.dumps({"a": wire.fragment('{"b": 1}')}) == b'{"a":{"b": 1}}'
    assert wire.fragment(None) is None
