"""Prepared queries answer as the querysets that they were made of."""

import pytest

from compute.models import Flavor
from prepared import Prepared

pytestmark = pytest.mark.django_db


@pytest.fixture
def flavor(db):
    return Flavor.objects.create(
        flavor_id="x", name="odd", memory_mb=64, vcpus=1, root_gb=1, extra_specs={"a": "b"}
    )


BY_NAME = Prepared(
    lambda name, memory: (
        Flavor.objects.filter(name=name, memory_mb__gte=memory, disabled=False)
        .order_by("id")
        .values("id", "name", "extra_specs", "is_public", "created_at")
    ),
    str,
    int,
)


def test_rows_are_those_of_the_queryset_converters_included(flavor):
    columns = ("id", "name", "extra_specs", "is_public", "created_at")
    assert BY_NAME("odd", 1) == list(Flavor.objects.values(*columns))


def test_parameters_go_where_their_stand_ins_were(flavor):
    assert BY_NAME("odd", 64)
    assert BY_NAME("odd", 65) == []
    assert BY_NAME("other", 1) == []


def test_a_parameter_is_never_part_of_the_statement(flavor):
    assert BY_NAME("' OR 1=1 --", 0) == []


def test_it_is_one_query_each_time(flavor, django_assert_num_queries):
    with django_assert_num_queries(2):
        BY_NAME("odd", 1)
        BY_NAME("odd", 2)


def test_the_statement_is_compiled_once(flavor, monkeypatch):
    BY_NAME("odd", 1)
    monkeypatch.setattr(BY_NAME, "_make", None)
    assert BY_NAME("odd", 1)


def test_a_parameter_may_stand_in_several_places(flavor):
    twice = Prepared(
        lambda name: Flavor.objects.filter(name=name).exclude(flavor_id=name).values("name"), str
    )
    assert twice("odd") == [{"name": "odd"}]
    assert twice("x") == []
