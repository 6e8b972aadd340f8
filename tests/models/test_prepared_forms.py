"""Prepared queries of many forms, and for a few ids, answer as querysets do."""

import pytest

from compute.models import Flavor
from versioned.prepared import Forms, Related, insert
from versioned.prepared import forms as forms_module

pytestmark = pytest.mark.django_db

PAGE = Forms(
    lambda form, memory: (
        Flavor.objects.filter(memory_mb__gte=memory).order_by("name").values(*form[0])[: form[1]]
    ),
    int,
)
NAMED = Related(lambda: Flavor.objects.order_by("name").values_list("name", flat=True), "flavor_id")


@pytest.fixture(autouse=True)
def flavors(db):
    names = [f"f{number:02}" for number in range(20)]
    insert(
        Flavor(flavor_id=name, name=name, memory_mb=64 + number, vcpus=1, root_gb=0)
        for number, name in enumerate(names)
    )
    return names


def test_each_form_has_a_statement_of_its_own(flavors):
    assert PAGE((("name",), 2), 64) == [{"name": "f00"}, {"name": "f01"}]
    assert PAGE((("memory_mb", "vcpus"), 1), 70) == [{"memory_mb": 70, "vcpus": 1}]
    assert len(PAGE((("name",), None), 0)) == 20
    assert PAGE.first((("name",), 1), 83) == {"name": "f19"}
    assert PAGE.first((("name",), 1), 84) is None


def test_a_form_is_compiled_once(monkeypatch):
    made = []
    forms = Forms(
        lambda name, at: made.append(name) or Flavor.objects.filter(memory_mb=at).values(name), int
    )
    for _ in range(3):
        assert forms("name", 65) == [{"name": "f01"}]
        assert forms("flavor_id", 66) == [{"flavor_id": "f02"}]
    assert made == ["name", "flavor_id"]
    # What is asked once of very many is not kept.
    monkeypatch.setattr(forms_module, "_MOST", 2)
    forms("vcpus", 65)
    forms("vcpus", 65)
    assert made[2:] == ["vcpus", "vcpus"]


@pytest.mark.parametrize("count", [0, 1, 2, 3, 5, 8, 9, 16, 17, 20])
def test_what_belongs_to_ids_is_found_however_many_they_are(
    flavors, count, django_assert_num_queries
):
    with django_assert_num_queries(min(count, 1)):
        assert NAMED(flavors[:count]) == flavors[:count]
    assert NAMED([*flavors[:count], "none"]) == flavors[:count]
