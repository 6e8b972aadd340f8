"""Lists: filters, sort keys, pages, fields, tags."""

import pytest

from tests.network.conftest import refusal


@pytest.fixture
def several(net):
    for name in "badc":
        net.make("network", name=name, description="even" if name in "bd" else "odd")
    return net


def test_any_attribute_filters_and_values_add_up(several):
    assert set(several.names("/networks?name=a&name=b")) == {"a", "b"}
    assert set(several.names("/networks?description=even&admin_state_up=True")) == {"b", "d"}
    assert several.names("/networks?admin_state_up=false") == []
    assert several.names("/networks.json?name=a") == ["a"]


def test_unknown_filters_and_sort_keys_are_refused(several):
    assert several.get("/networks?colour=red").error == (
        "['colour'] is invalid attribute for filtering"
    )
    assert several.get("/networks?sort_key=colour").status == 400
    assert several.get("/networks?sort_key=name&sort_dir=up").status == 400
    assert several.get("/networks?limit=x").status == 400


def test_lists_sort_both_ways(several):
    assert several.names("/networks?sort_key=name&sort_dir=asc") == list("abcd")
    assert several.names("/networks?sort_key=name&sort_dir=desc") == list("dcba")
    order = "sort_key=admin_state_up&sort_key=name&sort_dir=asc&sort_dir=desc"
    assert several.names(f"/networks?{order}") == list("dcba")


def test_pages_follow_each_other_in_both_directions(several):
    first = several.get("/networks?limit=3&sort_key=name&sort_dir=asc").json
    assert [network["name"] for network in first["networks"]] == list("abc")
    links = {link["rel"]: link["href"] for link in first["networks_links"]}
    second = several.get(links["next"].removeprefix("http://testserver/network/v2.0")).json
    assert [network["name"] for network in second["networks"]] == ["d"]
    back = {link["rel"]: link["href"] for link in second["networks_links"]}["previous"]
    third = several.get(back.removeprefix("http://testserver/network/v2.0")).json
    assert [network["name"] for network in third["networks"]] == list("abc")
    assert several.get("/networks?limit=1&marker=nobody").status == 404
    before = several.get(links["previous"].removeprefix("http://testserver/network/v2.0")).json
    assert before["networks"] == []
    assert [link["rel"] for link in before["networks_links"]] == ["next"]


@pytest.mark.parametrize("path", ["/networks?marker=nobody", "/security-groups?limit=2&marker=x"])
def test_a_marker_that_means_nothing_is_passed_over(several, path):
    (found, *_) = several.get(path).json.values()
    assert found


def test_fields_choose_attributes(several):
    (network,) = several.get("/networks?name=a&fields=name&fields=mtu").json["networks"]
    assert set(network) == {"name", "mtu"}


def test_tags_are_added_looked_for_and_taken_away(net, network):
    path = f"/networks/{network['id']}/tags"
    assert net.put(path + "/red").status == 201
    assert net.put(path, {"tags": ["blue", "green"]}).json == {"tags": ["blue", "green"]}
    assert net.post(path, {"tags": ["grey"]}).json == {"tags": ["grey"]}
    assert net.get(path + "/grey").status == 204
    assert refusal(net.get(path + "/red")) == (404, "TagNotFound")
    net.make("network", name="plain")
    for query, names in (
        ("tags=blue,green", ["hers"]),
        ("tags=blue,red", []),
        ("tags-any=blue,red", ["hers"]),
        ("not-tags=blue,green", ["plain"]),
        ("not-tags-any=red", ["hers", "plain"]),
    ):
        assert net.names(f"/networks?{query}") == names, query
    assert refusal(net.as_("carol").get(path)) == (403, "PolicyNotAuthorized")
    assert net.as_("rita").delete(path).status == 403
    assert net.delete(path).status == 204
    assert net.show(f"/networks/{network['id']}")["tags"] == []


@pytest.mark.parametrize("verb", ["get", "post", "put", "delete"])
def test_what_is_no_kind_of_thing_has_no_tags(net, network, verb):
    body = [{"tags": ["blue"]}] if verb in ("post", "put") else []
    answer = getattr(net, verb)(f"/nonsenses/{network['id']}/tags", *body)
    assert answer.status == 404, answer


def test_ports_are_found_by_their_addresses(net, network, subnet):
    wish = [{"subnet_id": subnet["id"], "ip_address": "10.9.0.77"}]
    net.make("port", name="p", network_id=network["id"], fixed_ips=wish)
    net.make("port", name="q", network_id=network["id"], fixed_ips=[])
    for value in ("ip_address=10.9.0.77", f"subnet_id={subnet['id']}", "ip_address_substr=.77"):
        assert net.names(f"/ports?fixed_ips={value}") == ["p"]
    assert net.names("/ports?fixed_ips=ip_address_substr=.78") == []


def test_a_list_by_ids_and_names_shows_each_caller_what_it_may_see(several, admin):
    ids = {n["name"]: n["id"] for n in several.get("/networks").json["networks"]}
    theirs = admin.make("network", name="a", shared=True)
    hidden = admin.make("network", name="hidden")
    carol = several.as_("carol")
    for _ in range(2):
        # The second time by statements that are there already.
        assert several.names(f"/networks?id={ids['a']}&id={ids['d']}") == ["a", "d"]
        assert several.names(f"/networks?id={ids['d']}&id={ids['d']}") == ["d"]
        assert several.names(f"/networks?id={ids['b']}&name=a") == []
        assert several.names(f"/networks?id={hidden['id']}") == []
        assert carol.names(f"/networks?id={ids['a']}&id={theirs['id']}") == ["a"]
        assert admin.names(f"/networks?id={ids['a']}&id={hidden['id']}") == ["a", "hidden"]
        assert len(several.names("/networks?name=a")) == 2
        five = "&".join(f"id={each}" for each in [*ids.values(), theirs["id"]])
        assert sorted(several.names(f"/networks?{five}")) == list("aabcd")
