"""Host aggregates whose names and zones change together."""


def test_a_name_is_kept_whose_zone_is_refused(cloud, root):
    for name, zone in (("a", "east"), ("b", None)):
        body = {"aggregate": {"name": name, **({"availability_zone": zone} if zone else {})}}
        made = root.post("/os-aggregates", body).json["aggregate"]["id"]
        added = root.post(f"/os-aggregates/{made}/action", {"add_host": {"host": "compute2"}})
        assert added.status == 200, added
    path = f"/os-aggregates/{made}"
    refused = {
        "west": "One or more hosts already in availability zone(s) ['east']",
        None: "Aggregate c does not support empty named availability zone",
    }
    for zone, reason in refused.items():
        answer = root.put(path, {"aggregate": {"name": "c", "availability_zone": zone}})
        assert answer.status == 400, answer
        assert answer.error == f"Cannot update aggregate {made}. Reason: {reason}."
        seen = root.get(path).json["aggregate"]
        assert (seen["name"], seen["availability_zone"]) == ("c", None)
        assert seen["updated_at"] is not None


def test_a_name_that_is_taken_changes_nothing(root):
    made = [
        root.post("/os-aggregates", {"aggregate": {"name": name}}).json["aggregate"]["id"]
        for name in "ab"
    ]
    body = {"aggregate": {"name": "a", "availability_zone": "west"}}
    answer = root.put(f"/os-aggregates/{made[1]}", body)
    assert (answer.status, answer.error) == (409, "Aggregate a already exists.")
    seen = root.get(f"/os-aggregates/{made[1]}").json["aggregate"]
    assert (seen["name"], seen["availability_zone"]) == ("b", None)
