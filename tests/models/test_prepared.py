"""Prepared queries answer as the querysets that they were made of."""

from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db.transaction import TransactionManagementError

from compute.models import Flavor
from versioned.prepared import Prepared, PreparedUpdate, insert

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


def test_instances_are_those_of_the_queryset(flavor):
    (found,) = Prepared(lambda name: Flavor.objects.filter(name=name), str)("odd")
    assert found == flavor
    assert found.extra_specs == {"a": "b"}
    found.name = "saved"
    found.save()
    assert Flavor.objects.get().name == "saved"


def test_a_moment_is_compared_as_the_database_keeps_it(flavor):
    before = Prepared(lambda at: Flavor.objects.filter(created_at__lt=at).values("id"), datetime)
    assert before(flavor.created_at) == []
    assert before(flavor.created_at + timedelta(microseconds=1))


def test_a_place_that_the_statement_has_not_is_an_error(flavor):
    with pytest.raises(ValueError, match="Place 0"):
        Prepared(lambda name: Flavor.objects.values("id"), str)("x")


def test_an_update_writes_columns_as_their_fields_do(flavor):
    rename = PreparedUpdate(lambda pk: Flavor.objects.filter(pk=pk), int)
    assert rename(flavor.pk, name="even", extra_specs={"c": "d"}, description=None) == 1
    assert rename(flavor.pk + 1, name="none") == 0
    flavor.refresh_from_db()
    assert (flavor.name, flavor.extra_specs, flavor.description) == ("even", {"c": "d"}, None)


def test_an_update_of_nothing_deletes(flavor):
    remove = PreparedUpdate(lambda name: Flavor.objects.filter(name=name), str)
    assert remove("even") == 0
    assert remove("odd") == 1
    assert not Flavor.objects.exists()


def _flavors(*names):
    return [
        Flavor(flavor_id=name, name=name, memory_mb=1, vcpus=1, root_gb=1, extra_specs={"n": name})
        for name in names
    ]


def test_inserted_rows_have_the_ids_that_they_got(db):
    made = insert(_flavors("a", "b", "c"))
    assert list(Flavor.objects.order_by("id")) == made
    assert [row.extra_specs for row in Flavor.objects.order_by("id")] == [
        {"n": name} for name in "abc"
    ]


def test_an_insert_may_leave_or_change_what_is_there(db):
    insert(_flavors("a"))
    unique = ("flavor_id",)
    changed = _flavors("a")
    changed[0].name = "new"
    insert(changed, unique=unique)
    assert Flavor.objects.get().name == "a"
    insert(changed, unique=unique, update=("name",))
    assert Flavor.objects.get().name == "new"


def test_what_the_database_refuses_is_an_error_of_django_s_and_ends_the_transaction():
    row = {"flavor_id": "x", "name": "x", "memory_mb": 1, "vcpus": 1, "root_gb": 0}
    insert([Flavor(**row)])
    with transaction.atomic():
        with pytest.raises(IntegrityError), transaction.atomic():
            insert([Flavor(**row)])
        assert Prepared(lambda name: Flavor.objects.filter(name=name), str).first("x") is not None
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            Prepared(lambda name: Flavor.objects.filter(name=name), str).first("x")


def test_a_percent_sign_in_a_statement_stays_one(django_assert_num_queries):
    insert([Flavor(flavor_id=n, name=n, memory_mb=1, vcpus=1, root_gb=0) for n in ("5%", "5x")])
    sought = Prepared(
        lambda vcpus: (
            Flavor.objects.extra(where=["name LIKE '%%\\%%' ESCAPE '\\'"])
            .filter(vcpus=vcpus)
            .values_list("name", flat=True)
        ),
        int,
    )
    assert sought(1) == ["5%"]
    # Who watches sees the statement, and gets the same.
    with django_assert_num_queries(1):
        assert sought(1) == ["5%"]
