"""Quotas that keep people from having too much."""

from tests.cast import HERS

KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIGv8Xc1nqkW1+8jv0xqzvB4w7n3i2cLrXWmXTqVhG6qk a"


def _allow(root, **limits):
    answer = root.put(f"/os-quota-sets/{HERS}", {"quota_set": limits})
    assert answer.status == 200, answer


def test_key_pairs_are_counted_by_user(api, root, projects_unknown):
    _allow(root, key_pairs=1)
    answers = [
        who.post("/os-keypairs", {"keypair": {"name": name, "public_key": KEY}})
        for who, name in ((api, "a"), (api, "b"), (api.as_("bob"), "a"))
    ]
    assert [answer.status for answer in answers] == [200, 403, 200]
    assert answers[1].error == "Quota exceeded, too many key pairs."


def test_server_groups_are_counted_by_project(api, root, projects_unknown):
    _allow(root, server_groups=1)
    body = {"server_group": {"name": "g", "policies": ["affinity"]}}
    answers = [who.post("/os-server-groups", body) for who in (api, api.as_("bob"))]
    assert [answer.status for answer in answers] == [200, 403]
    assert answers[1].error == "Quota exceeded, too many server groups."


def test_no_limit_is_no_limit(api, root, projects_unknown):
    _allow(root, key_pairs=-1)
    assert api.post("/os-keypairs", {"keypair": {"name": "a", "public_key": KEY}}).status == 200
