"""What quotas of projects and of users stand against: boots, resizes, groups, images, key pairs."""

import pytest

from compute.models import Server
from tests.api.servers import action, actions_of, boot, elsewhere, settle, shown
from tests.api.things import a_server
from tests.cast import ADMINS, HERS

TAKEN = "Quota exceeded for {0}: Requested {1}, but already used {2} of {3} {0}"
UNEXPECTED = "Unexpected API Error. Please contact the administrator\n<class '{}'>"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGv8Xc1nqkW1+8jv0xqzvB4w7n3i2cLrXWmXTqVhG6qk a"


@pytest.fixture
def allow(cloud, root):
    """Sets limits of Alice's project, or of a user in a project, whatever is used."""

    def set_limits(*, user=None, project=HERS, **limits):
        path = f"/os-quota-sets/{project}" + (f"?user_id={user}" if user else "")
        answer = root.put(path, {"quota_set": {**limits, "force": True}})
        assert answer.status == 200, answer

    return set_limits


def order(api, *, hints=None, **more):
    image = elsewhere(api, "GET", "/image/v2/images").json["images"][0]["id"]
    asked = {"name": "one", "imageRef": image, "flavorRef": "1", "networks": "none", **more}
    asked = {name: value for name, value in asked.items() if value is not None}
    body = {"server": asked, **({"os:scheduler_hints": hints} if hints else {})}
    return api.post("/servers", body, version="2.37")


def says(answer):
    return (answer.status, answer.error)


# Servers


def test_a_user_with_a_quota_of_their_own_keeps_the_projects_too(allow, api):
    allow(instances=3)
    for name in "ab":
        a_server(name, user_id="bob")
    allow(user="alice", instances=2)
    assert order(api).status == 202
    assert says(order(api)) == (403, TAKEN.format("instances", 1, 3, 3))


def test_a_users_quota_is_told_where_only_it_is_exceeded(allow, api):
    a_server(user_id="bob")
    a_server("mine")
    allow(instances=5)
    allow(user="alice", instances=1)
    assert says(order(api)) == (403, TAKEN.format("instances", 1, 1, 1))
    assert order(api.as_("bob")).status == 202


def test_limits_of_both_are_told_as_the_users(allow, api):
    a_server(user_id="bob", vcpus=4)
    a_server("mine")
    allow(instances=5, cores=5)
    allow(user="alice", instances=1, cores=5)
    refused = TAKEN.format("cores, instances", "1, 1", "1, 1", "5, 1")
    assert says(order(api)) == (403, refused)


def test_a_users_other_limits_leave_the_servers_to_the_project(allow, api):
    a_server(user_id="bob")
    allow(instances=1)
    allow(user="alice", key_pairs=1)
    assert says(order(api)) == (403, TAKEN.format("instances", 1, 1, 1))


def test_more_than_the_limit_may_be_in_use(allow, api):
    for name in "abcd":
        a_server(name)
    allow(instances=2)
    assert says(order(api)) == (403, TAKEN.format("instances", 1, 4, 2))


def test_fewer_servers_are_made_where_the_users_quota_has_room_for_fewer(allow, api):
    allow(user="alice", instances=2)
    assert order(api, min_count=1, max_count=5).status == 202
    assert Server.objects.count() == 2


def test_nothing_is_made_fewer_where_servers_have_no_limit(allow, api):
    allow(instances=-1, cores=2)
    answer = order(api, min_count=1, max_count=3)
    assert says(answer) == (403, TAKEN.format("cores", 3, 0, 2))
    assert order(api, min_count=1, max_count=2).status == 202


def test_cores_without_end_stand_against_nothing(allow, api):
    allow(instances=2, cores=-1, ram=-1)
    assert order(api, min_count=1, max_count=5).status == 202
    assert Server.objects.count() == 2


# Resizes


def test_a_resize_keeps_the_projects_quota_and_the_users(allow, api):
    server = boot(api)
    a_server(user_id="bob", vcpus=4, memory_mb=512)
    allow(cores=5)
    allow(user="alice", cores=4)
    body = {"resize": {"flavorRef": "3"}}
    assert says(action(api, server, body)) == (403, TAKEN.format("cores", 1, 5, 5))
    allow(cores=10)
    allow(user="alice", cores=1)
    assert says(action(api, server, body)) == (403, TAKEN.format("cores", 1, 1, 1))


def test_a_resize_to_more_memory_stumbles_over_cores_that_are_too_many(allow, api):
    server = boot(api)
    a_server(user_id="bob")
    allow(cores=1)
    answer = action(api, server, {"resize": {"flavorRef": "2"}})
    assert says(answer) == (500, UNEXPECTED.format("KeyError"))


def test_no_resize_is_taken_back_over_a_quota(allow, api, root):
    server = boot(api, flavor="2")
    less = {"id": "less", "name": "less", "ram": 512, "vcpus": 1, "disk": 20}
    assert root.post("/flavors", {"flavor": less}).status == 200
    assert action(api, server, {"resize": {"flavorRef": "less"}}).status == 202
    settle()
    allow(ram=1024)
    answer = action(api, server, {"revertResize": None})
    assert says(answer) == (500, UNEXPECTED.format("nova.exception.TooManyInstances"))
    assert shown(api, server)["status"] == "VERIFY_RESIZE"
    assert actions_of(api, server) == ["resize", "create"]


# Metadata and files


@pytest.mark.parametrize(("project", "user", "told"), [(128, 1, 128), (1, 5, 1)])
def test_metadata_keeps_both_limits_and_the_projects_is_told(allow, api, project, user, told):
    allow(metadata_items=project)
    allow(user="alice", metadata_items=user)
    answer = order(api, metadata={"a": "1", "b": "2"})
    assert says(answer) == (403, f"Maximum number of metadata items exceeds {told}")
    assert order(api, metadata={"a": "1"}).status == 202


def test_files_keep_the_limits_of_their_user(allow, api):
    files = [{"path": "/etc/x", "contents": "YWJj"}]
    for limits, told in (
        ({"injected_files": 0}, "Personality file limit exceeded"),
        ({"injected_file_path_bytes": 3}, "Personality file path exceeds maximum 255"),
        ({"injected_file_content_bytes": 3}, "Personality file content exceeds maximum 10240"),
    ):
        allow(user="alice", **limits)
        assert says(order(api, personality=files)) == (403, told)
        allow(user="alice", **dict.fromkeys(limits, -1))
    assert order(api, personality=files).status == 202


def test_images_keep_the_limit_of_metadata_of_their_user(allow, api):
    server = boot(api)
    allow(user="alice", metadata_items=1)
    body = {"createImage": {"name": "i", "metadata": {"a": "1", "b": "2"}}}
    assert says(action(api, server, body, "2.38")) == (403, "Image metadata limit exceeded")
    assert action(api, server, body, "2.39").status == 202


# Snapshots


def test_no_volume_is_snapshotted_where_not_all_can_be(allow, api, root):
    disks = [
        {"boot_index": 0, "source_type": "image", "destination_type": "volume", "volume_size": 1},
        {"boot_index": -1, "source_type": "blank", "destination_type": "volume", "volume_size": 1},
    ]
    disks[0]["uuid"] = elsewhere(api, "GET", "/image/v2/images").json["images"][0]["id"]
    server = order(api, imageRef=None, block_device_mapping_v2=disks).json["server"]["id"]
    settle()
    for limit, expected in ((1, 403), (2, 202)):
        quota = {"quota_set": {"snapshots": limit}}
        set_to = elsewhere(root, "PUT", f"/volume/v3/{ADMINS}/os-quota-sets/{HERS}", quota)
        assert set_to.status == 200, set_to
        answer = action(api, server, {"createImage": {"name": "i"}})
        assert answer.status == expected, answer
        made = elsewhere(api, "GET", f"/volume/v3/{HERS}/snapshots").json["snapshots"]
        if expected == 403:
            assert answer.error == "Quota exceeded for resources: snapshots"
            assert (made, actions_of(api, server)) == ([], ["create"])
    assert len(made) == 2
    assert actions_of(api, server) == ["createImage", "create"]


# Groups


@pytest.fixture
def group(cloud, api):
    body = {"server_group": {"name": "g", "policies": ["anti-affinity"]}}
    return api.post("/os-server-groups", body).json["server_group"]["id"]


FULL = (403, "Quota exceeded, too many servers in group")


def test_servers_of_a_group_are_counted_by_user(allow, api, group):
    allow(server_group_members=1)
    answers = [order(who, hints={"group": group}) for who in (api, api.as_("bob"), api)]
    assert [answer.status for answer in answers] == [202, 202, 403]
    assert says(answers[-1]) == FULL


def test_a_user_may_have_fewer_servers_in_a_group_and_not_more(allow, api, group):
    allow(server_group_members=2)
    for limit in (1, 5):
        allow(user="alice", server_group_members=limit)
        most = min(limit, 2)
        asked = {"hints": {"group": group}, "min_count": most + 1, "max_count": most + 1}
        assert says(order(api, **asked)) == FULL
    # In the project there is no end; the user's own is not looked at.
    allow(server_group_members=-1)
    allow(user="alice", server_group_members=1)
    assert order(api, hints={"group": group}, min_count=2, max_count=2).status == 202


def test_a_server_that_is_going_makes_room_in_its_group(allow, api, group):
    allow(server_group_members=1)
    server = order(api, hints={"group": group}).json["server"]["id"]
    settle()
    assert says(order(api, hints={"group": group})) == FULL
    assert api.delete(f"/servers/{server}").status == 204
    assert order(api, hints={"group": group}).status == 202


def test_disks_are_looked_at_before_the_quota_of_the_group(allow, api, group):
    allow(server_group_members=0)
    disks = [{"boot_index": 0, "source_type": "volume", "destination_type": "volume", "uuid": HERS}]
    answer = order(api, hints={"group": group}, imageRef=None, block_device_mapping_v2=disks)
    assert answer.status == 400


# Key pairs


def test_who_makes_a_key_pair_for_another_has_their_own_limit(allow, api, root):
    allow(user="alice", key_pairs=0)
    allow(project=ADMINS, key_pairs=1)
    allow(project=ADMINS, user="root", key_pairs=2)
    answers = []
    for name in "ab":
        body = {"keypair": {"name": name, "public_key": KEY, "user_id": "alice"}}
        answers.append(root.post("/os-keypairs", body, version="2.10"))
    assert [answer.status for answer in answers] == [201, 403]
    assert answers[1].error == "Quota exceeded, too many key pairs."
    mine = api.post("/os-keypairs", {"keypair": {"name": "c", "public_key": KEY}})
    assert mine.status == 403
