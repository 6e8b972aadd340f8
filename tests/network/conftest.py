"""Fixtures of the Network service's tests: the API as one of the cast, and things on it."""

import pytest

from tests.client import Api


class Net(Api):
    """The Network API; `net.make("network", name="n")` creates and unwraps."""

    def __init__(self, who="alice", version=None, base="/network/v2.0", client=None):
        super().__init__(who, version, base, client)

    def as_(self, who):
        return Net(who, client=self.client)

    def make(self, member, path=None, **values):
        answer = self.post("/" + (path or f"{member.replace('_', '-')}s"), {member: values})
        assert answer.status == 201, answer
        return answer.json[member]

    def show(self, path):
        answer = self.get(path)
        assert answer.status == 200, answer
        (thing,) = answer.json.values()
        return thing

    def names(self, path):
        (things, *_) = self.get(path).json.values()
        return [thing["name"] for thing in things]


def refusal(answer):
    """The status and the type of an error."""
    # What is there, but not to be seen, is refused without an envelope.
    return answer.status, answer.json.get("NeutronError", answer.json)["type"]


@pytest.fixture
def net(db, cast):
    return Net()


@pytest.fixture
def admin(net):
    return net.as_("root")


@pytest.fixture
def network(net):
    return net.make("network", name="hers")


@pytest.fixture
def subnet(net, network):
    return net.make("subnet", network_id=network["id"], ip_version=4, cidr="10.9.0.0/24")


@pytest.fixture
def public(admin):
    outside = admin.make("network", name="public", **{"router:external": True})
    admin.make(
        "subnet",
        network_id=outside["id"],
        ip_version=4,
        cidr="172.24.4.0/24",
        enable_dhcp=False,
    )
    return outside


@pytest.fixture
def router(net, public, subnet):
    made = net.make("router", name="r", external_gateway_info={"network_id": public["id"]})
    path = f"/routers/{made['id']}/add_router_interface"
    assert net.put(path, {"subnet_id": subnet["id"]}).status == 200
    return made
