"""Ranges and epochs, as properties."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from versioned.versions import (
    ABSENT,
    Epochs,
    after,
    between,
    changing,
    marks,
    parse,
    resolve,
    show,
    since,
    until,
)

minors = st.integers(min_value=0, max_value=120)
versions = minors.map(lambda minor: (2, minor))
numbers = versions.map(show)
leaves = st.integers() | st.text(max_size=3) | st.booleans()


def ranged(children):
    return st.one_of(
        st.builds(since, numbers, children),
        st.builds(until, numbers, children),
        st.dictionaries(numbers, children | st.none(), min_size=1, max_size=4).map(changing),
    )


trees = st.recursive(
    leaves,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(st.text(max_size=3), inner, max_size=3),
        ranged(inner),
    ),
    max_leaves=12,
)


@pytest.mark.parametrize(
    "text", ["", "2", "2.", ".1", "2.01", "02.1", "2.1.1", "v2.1", "latest", " 2.1"]
)
def test_what_is_no_version_is_refused(text):
    with pytest.raises(ValueError, match=r".*"):
        parse(text)


@given(versions)
def test_a_version_reads_as_it_is_written(version):
    assert parse(show(version)) == version


@given(versions, numbers)
def test_since_holds_from_its_version_on(version, first):
    assert (since(first, 1).at(version) is not ABSENT) == (version >= parse(first))


@given(versions, numbers)
def test_until_holds_up_to_and_including_its_version(version, last):
    assert (until(last, 1).at(version) is not ABSENT) == (version <= parse(last))


@given(versions, numbers, numbers)
def test_between_holds_where_since_and_until_both_hold(version, first, last):
    both = parse(first) <= version <= parse(last)
    if parse(first) <= parse(last):
        assert (between(first, last, 1).at(version) is not ABSENT) == both


@given(trees, versions)
def test_a_resolved_tree_has_no_ranges_and_nothing_absent(tree, version):
    assert not marks(resolve(tree, version))
    assert "ABSENT" not in repr(resolve(tree, version)) or resolve(tree, version) is ABSENT


@given(st.dictionaries(st.text(max_size=3), trees, max_size=4), versions)
def test_resolving_never_invents_a_key(tree, version):
    assert resolve(tree, version).keys() <= tree.keys()


@given(trees, versions)
def test_a_tree_is_the_same_throughout_an_epoch(tree, version):
    first = Epochs(marks(tree)).of(version)
    assert resolve(tree, first) == resolve(tree, version)


@given(st.sets(versions), versions)
def test_epochs_part_the_versions_without_gap_or_overlap(changes, version):
    epochs = Epochs(changes)
    first = epochs.of(version)
    assert first <= version
    assert not any(first < change <= version for change in changes)


def test_the_version_after_the_last_is_the_next_minor():
    assert after((2, 9)) == (2, 10) > (2, 9)
