"""A server's whole life by the unmodified `openstack` command line."""

import subprocess
import sys
import uuid
from pathlib import Path


def test_the_program_itself_logs_in(demo):
    program = Path(sys.executable).parent / "openstack"
    words = [program, "token", "issue"]
    done = subprocess.run(words, env=demo.environment, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr


def test_a_server_lives_and_dies(demo, admin, tmp_path):
    assert demo.show("token", "issue")["project_id"]
    types = {service["Type"] for service in demo.show("catalog", "list")}
    assert {"compute", "identity", "image", "network", "block-storage", "placement"} <= types
    assert "m1.tiny" in {flavor["Name"] for flavor in demo.show("flavor", "list")}
    assert "cirros-0.6.3-x86_64-disk" in {i["Name"] for i in demo.show("image", "list")}
    assert {"private", "public"} <= {net["Name"] for net in demo.show("network", "list")}
    assert demo.show("availability", "zone", "list", "--compute")[0]["Zone Name"] == "nova"
    assert len(admin.show("hypervisor", "list")) == 2
    services = {row["Binary"]: row["State"] for row in admin.show("compute", "service", "list")}
    assert services == dict.fromkeys(("nova-compute", "nova-scheduler", "nova-conductor"), "up")

    key = f"key-{uuid.uuid4().hex[:8]}"
    private = tmp_path / "key"
    demo.say("keypair", "create", "--private-key", private, key)
    assert "PRIVATE KEY" in private.read_text()
    assert key in {row["Name"] for row in demo.show("keypair", "list")}

    name = f"server-{uuid.uuid4().hex[:8]}"
    made = demo.show(
        *("server", "create", "--flavor", "m1.tiny", "--image", "cirros-0.6.3-x86_64-disk"),
        *("--network", "private", "--key-name", key, "--wait", name),
    )
    assert made["status"] == "ACTIVE"
    assert made["addresses"]["private"]
    assert name in {row["Name"] for row in demo.show("server", "list")}

    def status():
        return demo.show("server", "show", name)["status"]

    def becomes(wanted, *words):
        demo.say("server", *words)
        seen = [status()]
        while seen[-1] != wanted and len(seen) < 20:
            seen.append(status())
        assert seen[-1] == wanted, seen

    becomes("SHUTOFF", "stop", name)
    becomes("ACTIVE", "start", name)
    demo.say("server", "reboot", "--wait", name)
    demo.say("server", "reboot", "--hard", "--wait", name)
    becomes("PAUSED", "pause", name)
    becomes("ACTIVE", "unpause", name)
    demo.say("server", "resize", "--flavor", "m1.small", "--wait", name)
    assert status() == "VERIFY_RESIZE"
    becomes("ACTIVE", "resize", "confirm", name)
    assert "m1.small" in str(demo.show("server", "show", name)["flavor"])
    demo.say("server", "rebuild", "--image", "cirros-0.6.3-x86_64-disk", "--wait", name)
    image = f"image-{uuid.uuid4().hex[:8]}"
    demo.say("server", "image", "create", "--name", image, "--wait", name)
    assert demo.show("image", "show", image)["status"] == "active"
    assert demo.say("console", "log", "show", name).strip()
    demo.say("server", "delete", "--wait", name)
    assert name not in {row["Name"] for row in demo.show("server", "list")}
    demo.say("image", "delete", image)
    demo.say("keypair", "delete", key)


def test_a_stranger_sees_nothing_of_it(demo, admin):
    name = f"server-{uuid.uuid4().hex[:8]}"
    demo.say(
        *("server", "create", "--flavor", "m1.tiny", "--image", "cirros-0.6.3-x86_64-disk"),
        *("--network", "private", "--wait", name),
    )
    stranger = demo.as_("alt_demo", "alt_demo")
    assert stranger.show("server", "list") == []
    refused = stranger.refused("server", "show", demo.show("server", "show", name)["id"])
    assert "No Server found" in refused
    assert name in {row["Name"] for row in admin.show("server", "list", "--all-projects")}
    demo.say("server", "delete", "--wait", name)
