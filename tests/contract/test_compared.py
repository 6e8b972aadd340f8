"""What has been compared with the real Nova: recorded by `make oracle`."""

from tests.oracle import compared

# Sides of changes, and kinds of refusals, that have not been compared yet.  They shall be none.
GAPS = 0
KINDS = 2


def test_every_operation_has_been_compared_where_nova_changes_it():
    """Both sides of each change, and the ends of the versions that it is there at."""
    found = list(compared.gaps())
    assert len(found) <= GAPS, found


def test_every_kind_of_refusal_has_been_compared():
    found = list(compared.kinds())
    assert len(found) <= KINDS, found


def test_what_has_been_compared_is_routed():
    names = {str(served) for served in compared.operations()}
    assert compared.recorded().keys() <= names
    assert compared.changes().keys() <= names
