"""Ranged schemas: one validator an epoch, fast and slow of one mind."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versioned.schema import Dialect, Invalid, Schema, body, query
from versioned.versions import changing, since, until

DIALECT = Dialect(
    formats={"lower": lambda value: not isinstance(value, str) or value.islower()},
    numeric_strings=True,
)
SIZE = {"type": ["integer", "string"], "pattern": "^[0-9]+$", "minimum": 1, "maximum": 9}
WIDGET = Schema(
    body(
        "widget",
        {
            "name": {"type": "string", "minLength": 1, "format": "lower"},
            "size": {
                "type": ["integer", "string"],
                "pattern": "^[0-9]+$",
                "minimum": 1,
                "maximum": 9,
            },
            "colour": since("2.5", {"type": "string", "enum": ["red", "blue"]}),
            "files": until("2.7", {"type": "array", "items": {"type": "string"}}),
        },
        ["name", since("2.6", "colour")],
    ),
    DIALECT,
)


def refusal(value, version, schema=WIDGET):
    with pytest.raises(Invalid) as caught:
        schema.check(value, version)
    return caught.value.detail


def test_a_property_is_unknown_before_it_came():
    value = {"widget": {"name": "a", "colour": "red"}}
    assert WIDGET.check(value, (2, 5)) == value
    assert refusal(value, (2, 4)) == (
        "Additional properties are not allowed ('colour' was unexpected)"
    )


def test_a_property_is_unknown_after_it_went():
    value = {"widget": {"name": "a", "files": [], "colour": "red"}}
    assert WIDGET.check(value, (2, 7)) == value
    assert "'files' was unexpected" in refusal(value, (2, 8))


def test_what_is_required_changes_with_the_version():
    assert WIDGET.check({"widget": {"name": "a"}}, (2, 5))
    assert refusal({"widget": {"name": "a"}}, (2, 6)) == "'colour' is a required property"


@pytest.mark.parametrize(
    ("size", "says"),
    [("0", "0 is less than the minimum of 1"), ("10", "10 is greater than the maximum of 9")],
)
def test_limits_of_numbers_hold_for_strings_of_digits(size, says):
    assert refusal({"widget": {"name": "a", "size": size}}, (2, 1)) == says
    assert WIDGET.check({"widget": {"name": "a", "size": "9"}}, (2, 1))


def test_relaxed_drops_unknown_keys_and_keeps_the_rest():
    value = {"widget": {"name": "a", "odd": 1}, "odd": 2}
    assert WIDGET.check(value, (2, 1), relaxed=True) == {"widget": {"name": "a"}}


def test_relaxed_leaves_an_object_alone_whose_keys_are_all_unknown():
    schema = Schema(
        {"type": "object", "properties": {"a": {}}, "additionalProperties": False}, DIALECT
    )
    assert schema.check({"b": 1}, (2, 1), relaxed=True) == {"b": 1}


def test_relaxed_still_refuses_a_key_that_fits_no_pattern():
    schema = Schema(
        {"type": "object", "patternProperties": {"^[a-z]+$": {}}, "additionalProperties": False},
        DIALECT,
    )
    with pytest.raises(Invalid):
        schema.check({"A": 1}, (2, 1), relaxed=True)


def test_a_validator_is_made_once_an_epoch():
    assert WIDGET.validator((2, 1)) is WIDGET.validator((2, 4))
    assert WIDGET.validator((2, 4)) is not WIDGET.validator((2, 5))


def test_a_query_is_closed_from_a_version_on():
    schema = Schema(query(closed_since="2.75", limit={"type": "array"}), DIALECT, is_body=False)
    assert schema.check({"odd": ["1"]}, (2, 74))
    assert "'odd' was unexpected" in refusal({"odd": ["1"]}, (2, 75), schema)


def test_a_schema_that_is_absent_accepts_everything():
    schema = Schema(changing({"2.5": {"type": "null"}}), DIALECT)
    assert schema.check({"any": "thing"}, (2, 4)) == {"any": "thing"}
    assert refusal({"any": "thing"}, (2, 5), schema)


json = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=4)
    | st.sampled_from(["red", "1", "9", "10", "007", "a\n", "é"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["name", "size", "colour", "files", "x"]), inner, max_size=4
        )
    ),
    max_leaves=8,
)


@given(json, st.integers(1, 9))
def test_fast_never_says_yes_where_slow_says_no(value, minor):
    validator = WIDGET.validator((2, minor))
    for candidate in (value, {"widget": value}):
        if validator.accepts_fast(candidate):
            assert validator.accepts_slow(candidate)
