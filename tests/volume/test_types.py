"""Volume types, quality of service, quotas, services."""

import pytest

from cloud.volume.models import VolumeType
from tests.cast import ELSEWHERE, HERS


def _type(admin, **values):
    return admin.post("/types", {"volume_type": {"name": "t", **values}}).json["volume_type"]["id"]


def test_users_see_what_concerns_them_of_a_type(cinder, admin):
    type_id = _type(admin, extra_specs={"multiattach": "<is> True", "secret": "x"})
    shown = cinder.get(f"/types/{type_id}").json["volume_type"]
    assert shown["extra_specs"] == {"multiattach": "<is> True"}
    assert "qos_specs_id" not in shown
    shown = admin.get(f"/types/{type_id}").json["volume_type"]
    assert shown["extra_specs"]["secret"] == "x"
    assert cinder.get("/types/default").json["volume_type"]["name"] == "lvmdriver-1"


def test_types_are_made_by_administrators(cinder, admin):
    assert cinder.post("/types", {"volume_type": {"name": "t"}}).status == 403
    type_id = _type(admin)
    assert admin.post("/types", {"volume_type": {"name": "t"}}).status == 409
    assert admin.post("/types", {"volume_type": {"name": " "}}).status == 400
    assert admin.put(f"/types/{type_id}", {"volume_type": {}}).status == 400
    changed = admin.put(f"/types/{type_id}", {"volume_type": {"name": "u"}})
    assert changed.json["volume_type"]["name"] == "u"
    cinder.make(volume_type="u")
    assert admin.delete(f"/types/{type_id}").status == 400


def test_a_default_type_is_not_deleted(admin):
    kind = VolumeType.objects.get(name="lvmdriver-1")
    answer = admin.delete(f"/types/{kind.pk}")
    assert answer.status == 400
    assert "is a default volume type and cannot be deleted." in answer.error


def test_a_private_type_is_for_whom_it_is_given_to(cinder, carol, admin):
    type_id = _type(admin, **{"os-volume-type-access:is_public": False})
    assert cinder.get(f"/types/{type_id}").status == 404
    add = {"addProjectAccess": {"project": HERS}}
    assert admin.post(f"/types/{type_id}/action", add).status == 202
    assert admin.post(f"/types/{type_id}/action", add).status == 409
    assert cinder.get(f"/types/{type_id}").status == 200
    assert "t" in [each["name"] for each in cinder.get("/types").json["volume_types"]]
    assert "t" not in [each["name"] for each in carol.get("/types").json["volume_types"]]
    (access,) = admin.get(f"/types/{type_id}/os-volume-type-access").json["volume_type_access"]
    assert access == {"volume_type_id": type_id, "project_id": HERS}
    remove = {"removeProjectAccess": {"project": HERS}}
    assert admin.post(f"/types/{type_id}/action", remove).status == 202
    assert admin.post(f"/types/{type_id}/action", remove).status == 404


def test_extra_specs(admin):
    type_id = _type(admin)
    path = f"/types/{type_id}/extra_specs"
    assert admin.post(path, {"extra_specs": {"a": "1"}}).json == {"extra_specs": {"a": "1"}}
    assert admin.put(f"{path}/a", {"a": "2"}).json == {"a": "2"}
    assert admin.put(f"{path}/a", {"b": "2"}).status == 400
    assert admin.get(f"{path}/a").json == {"a": "2"}
    assert admin.delete(f"{path}/a").status == 202
    assert admin.get(f"{path}/a").status == 404


def test_extra_specs_of_a_type_in_use_stay(cinder, admin):
    type_id = _type(admin)
    cinder.make(volume_type="t")
    answer = admin.post(f"/types/{type_id}/extra_specs", {"extra_specs": {"a": "1"}})
    assert (answer.status, answer.error) == (400, "Volume Type is currently in use.")


def test_a_project_has_a_default_type_of_its_own_from_3_62_on(cinder, admin):
    type_id = _type(admin)
    body = {"default_type": {"volume_type": "t"}}
    assert admin.at("3.61").put(f"/default-types/{HERS}", body).status == 404
    assert admin.put(f"/default-types/{HERS}", body).status == 200
    assert cinder.show(cinder.make())["volume_type_id"] == type_id
    assert admin.delete(f"/default-types/{HERS}").status == 204
    assert admin.get(f"/default-types/{HERS}").status == 404


def test_quality_of_service(cinder, admin):
    assert cinder.get("/qos-specs").status == 403
    body = {"qos_specs": {"name": "q", "consumer": "front-end", "read_iops_sec": "100"}}
    spec = admin.post("/qos-specs", body).json["qos_specs"]
    assert spec["specs"] == {"read_iops_sec": "100"}
    path, type_id = f"/qos-specs/{spec['id']}", _type(admin)
    assert admin.get(f"{path}/associate?vol_type_id={type_id}").status == 202
    (found,) = admin.get(f"{path}/associations").json["qos_associations"]
    assert found["id"] == type_id
    assert admin.delete(path).status == 400
    assert admin.put(path, {"qos_specs": {"x": "1"}}).json == {"qos_specs": {"x": "1"}}
    assert admin.put(f"{path}/delete_keys", {"keys": ["x"]}).status == 202
    assert admin.put(f"{path}/delete_keys", {"keys": ["x"]}).status == 404
    assert admin.delete(f"{path}?force=True").status == 202


def test_quality_of_service_is_listed_in_pages(admin):
    first, second = (
        admin.post("/qos-specs", {"qos_specs": {"name": name}}).json["qos_specs"]["id"]
        for name in ("a", "b")
    )
    page = admin.get("/qos-specs?limit=1").json
    assert [spec["id"] for spec in page["qos_specs"]] == [second]
    (link,) = page["qos_specs_links"]
    rest = admin.get(link["href"].partition("/volume/v3")[2]).json["qos_specs"]
    assert [spec["id"] for spec in rest] == [first]
    assert admin.get("/qos-specs?sort_key=name").status == 400
    assert admin.get("/qos-specs?name=a").json["qos_specs"] == []
    assert admin.get("/qos-specs?marker=nothing").error == "No such QoS spec nothing."


@pytest.mark.parametrize(
    ("quota", "body", "sentence"),
    [
        ({"volumes": 0}, {"size": 1},
         "VolumeLimitExceeded: Maximum number of volumes allowed (0) exceeded for quota 'volumes'"),
        ({"gigabytes": 1}, {"size": 2},
         "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes "
         "quota. Requested 2G, quota is 1G and 0G has been consumed."),
        ({"gigabytes_lvmdriver-1": 0}, {"size": 1}, "allowed gigabytes_lvmdriver-1 quota."),
        ({"per_volume_gigabytes": 1}, {"size": 2},
         "VolumeSizeExceedsLimit: Requested volume size 2G is larger than maximum allowed"),
    ],
)  # fmt: skip
def test_quotas_hold(cinder, admin, quota, body, sentence):
    assert admin.put(f"/os-quota-sets/{HERS}", {"quota_set": quota}).status == 200
    answer = cinder.post("/volumes", {"volume": body})
    assert answer.status == 413
    assert sentence in answer.error
    assert (answer.json["overLimit"]["retryAfter"], answer.headers["Retry-After"]) == ("0", "0")


def test_usage_and_limits(cinder, admin):
    volume_id = cinder.make(size=2)
    cinder.snap(volume_id)
    usage = cinder.get(f"/os-quota-sets/{HERS}?usage=True").json["quota_set"]
    assert usage["volumes"] == {"limit": 10, "in_use": 1, "reserved": 0}
    assert usage["gigabytes"]["in_use"] == 4
    assert usage["volumes_lvmdriver-1"]["in_use"] == 1
    absolute = cinder.get("/limits").json["limits"]["absolute"]
    assert (absolute["totalVolumesUsed"], absolute["maxTotalVolumes"]) == (1, 10)
    assert cinder.get(f"/os-quota-sets/{ELSEWHERE}").status == 403
    assert cinder.put(f"/os-quota-sets/{HERS}", {"quota_set": {"volumes": 99}}).status == 403


def test_bad_quotas_are_refused(admin):
    for quota in ({"volumes": -2}, {"volumes": "many"}, {"planets": 9}, {}):
        assert admin.put(f"/os-quota-sets/{HERS}", {"quota_set": quota}).status == 400


def test_the_default_class_is_for_those_who_have_no_limits_of_their_own(admin):
    body = {"quota_class_set": {"volumes": 7}}
    assert admin.put("/os-quota-class-sets/default", body).status == 200
    assert admin.get(f"/os-quota-sets/{HERS}").json["quota_set"]["volumes"] == 7
    admin.put(f"/os-quota-sets/{HERS}", {"quota_set": {"volumes": 3}})
    assert admin.get(f"/os-quota-sets/{HERS}").json["quota_set"]["volumes"] == 3
    assert admin.delete(f"/os-quota-sets/{HERS}").status == 200
    assert admin.get(f"/os-quota-sets/{HERS}").json["quota_set"]["volumes"] == 7


def test_services_are_told_to_administrators(cinder, admin):
    for path in ("/os-services", "/os-hosts", "/scheduler-stats/get_pools", "/clusters"):
        assert cinder.get(path).status == 403
    services = admin.get("/os-services?binary=cinder-volume").json["services"]
    assert [each["host"] for each in services] == ["controller@lvmdriver-1"]
    body = {"host": "controller@lvmdriver-1", "binary": "cinder-volume", "disabled_reason": "x"}
    answer = admin.put("/os-services/disable-log-reason", body)
    assert (answer.json["status"], answer.json["disabled_reason"]) == ("disabled", "x")
    assert admin.get("/os-services").json["services"][1]["status"] == "disabled"
    assert admin.put("/os-services/enable", {"host": "x", "binary": "y"}).status == 404
    assert admin.get("/scheduler-stats/get_pools").json["pools"] == []


def test_zones_extensions_and_filters(cinder):
    (zone,) = cinder.get("/os-availability-zone").json["availabilityZoneInfo"]
    assert zone == {"zoneName": "nova", "zoneState": {"available": True}}
    assert cinder.get("/extensions/os-quota-sets").json["extension"]["name"] == "Quotas"
    (found,) = cinder.get("/resource_filters?resource=group").json["resource_filters"]
    assert found == {"resource": "group", "filters": ["name"]}
