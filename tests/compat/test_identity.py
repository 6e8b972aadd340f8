"""Identity by the unmodified `openstack` command line."""

import json

from tests.compat.life import life, unique


def test_who_there_is_and_where(admin):
    person, name = unique("person"), unique("project")
    domain = life(
        *(admin, "domain", unique("domain"), "--description", "theirs"),
        change=("--description", "gone soon"),
        becomes={"enabled": True, "description": "gone soon"},
    )
    with domain as its:
        project = life(
            *(admin, "project", "--domain", its["id"], "--tag", "t", name),
            listed=("--domain", its["id"]),
            change=("--description", "changed", "--tag", "u"),
            becomes={"description": "changed", "tags": ["t", "u"]},
        )
        user = life(
            *(admin, "user", "--domain", its["id"], "--password", "secret", person),
            listed=("--domain", its["id"]),
            change=("--email", "p@example.org"),
            becomes={"email": "p@example.org"},
        )
        group = life(
            *(admin, "group", "--domain", its["id"], unique("group")),
            listed=("--domain", its["id"]),
            change=("--description", "changed"),
            becomes={"description": "changed"},
        )
        with project as home, user as she, group as they:
            check_membership(admin, they["id"], she["id"])
            check_roles(admin, home["id"], she["id"], they["id"])
        assert admin.refused("domain", "delete", its["id"])
        admin.say("domain", "set", "--disable", its["id"])


def check_membership(admin, group, user):
    admin.say("group", "add", "user", group, user)
    assert "in group" in admin.say("group", "contains", "user", group, user)
    assert user in admin.column("ID", "user", "list", "--group", group)
    admin.say("group", "remove", "user", group, user)
    assert user not in admin.column("ID", "user", "list", "--group", group)


def check_roles(admin, project, user, group):
    role = life(
        *(admin, "role", unique("role")),
        change=("--description", "changed"),
        becomes={"description": "changed"},
    )
    with role as one, life(admin, "role", unique("role")) as other:
        implied = ("--implied-role", other["id"], one["id"])
        admin.say("implied", "role", "create", *implied)
        assert other["id"] in admin.column("Implied Role ID", "implied", "role", "list")
        for actor in (("--user", user), ("--group", group)):
            for target in (("--project", project), ("--domain", "default"), ("--system", "all")):
                admin.say("role", "add", *actor, *target, one["id"])
                told = ("role", "assignment", "list", *actor, *target)
                assert admin.column("Role", *told) == [one["id"]]
                admin.say("role", "remove", *actor, *target, one["id"])
                assert admin.column("Role", *told) == []
        admin.say("role", "add", "--user", user, "--project", project, "--inherited", one["id"])
        told = ("--user", user, "--effective", "--project", project)
        assert admin.column("Role", "role", "assignment", "list", *told) == []
        told = ("role", "assignment", "list", "--user", user, "--names")
        assert admin.column("Inherited", *told) == [True]
        admin.say("role", "remove", "--user", user, "--project", project, "--inherited", one["id"])
        admin.say("implied", "role", "delete", *implied)
        assert other["id"] not in admin.column("Implied Role ID", "implied", "role", "list")


def test_what_there_is_and_where(admin, tmp_path):
    region = life(
        *(admin, "region", "--description", "far", unique("region")),
        key="region",
        column="Region",
        change=("--description", "near"),
        becomes={"description": "near"},
    )
    service = life(
        *(admin, "service", "--name", unique("service"), unique("kind")),
        change=("--description", "changed", "--disable"),
        becomes={"description": "changed", "enabled": False},
    )
    filters = tmp_path / "filters.json"
    filters.write_text(json.dumps({"interface": "admin"}))
    with region as where, service as what:
        endpoint = life(
            *(admin, "endpoint", "--region", where["region"], what["id"]),
            *("internal", "http://there/"),
            change=("--url", "http://elsewhere/"),
            becomes={"url": "http://elsewhere/"},
        )
        group = life(
            *(admin, "endpoint group", unique("group"), filters),
            change=("--name", "g", "--filters", filters, "--description", "changed"),
            becomes={"name": "g", "description": "changed"},
        )
        with endpoint as at, group as some:
            project = admin.show("project", "show", "demo")["id"]
            admin.say("endpoint", "add", "project", at["id"], project)
            assert project in admin.column("ID", "endpoint", "list", "--endpoint", at["id"])
            admin.say("endpoint", "remove", "project", at["id"], project)
            admin.say("endpoint", "group", "add", "project", some["id"], project)
            told = ("endpoint", "group", "list", "--project", project)
            assert some["id"] in admin.column("ID", *told)
            admin.say("endpoint", "group", "remove", "project", some["id"], project)
        check_limits(admin, where["region"], what["id"])


def check_limits(admin, region, service):
    place = ("--service", service, "--region", region)
    registered = life(
        *(admin, "registered limit", *place, "--default-limit", 10, "widgets"),
        change=("--default-limit", 20),
        becomes={"default_limit": 20},
    )
    limit = life(
        *(admin, "limit", "--project", "demo", *place, "--resource-limit", 5, "widgets"),
        change=("--resource-limit", 7),
        becomes={"resource_limit": 7},
    )
    with registered as there, limit:
        assert admin.refused("registered", "limit", "delete", there["id"])


def test_policies(admin, tmp_path):
    rules = tmp_path / "rules.json"
    rules.write_text(json.dumps({"rule": "role:admin"}))
    policy = life(
        *(admin, "policy", rules),
        change=("--type", "application/x"),
        becomes={"type": "application/x"},
    )
    with policy:
        pass


def test_credentials_of_all_kinds(demo, admin):
    credential = life(admin, "credential", "--type", "cert", "demo", "{}")
    pair = life(demo, "ec2 credentials", key="access", column="Access")
    rules = json.dumps([{"service": "compute", "method": "GET", "path": "/v2.1/servers"}])
    application = life(
        *(demo, "application credential", "--secret", "s", "--access-rules", rules, unique("app")),
        key="ID",
    )
    with credential as made, pair, application:
        # Keystone: whose a credential is and of which type stays; the client says both.
        others = ("--user", "demo", "--type", "totp", "--data", "x")
        assert "Additional properties" in admin.refused("credential", "set", *others, made["id"])
        (rule,) = demo.column("ID", "access", "rule", "list")
        assert demo.show("access", "rule", "show", rule)["Path"] == "/v2.1/servers"
    demo.say("access", "rule", "delete", rule)
    assert demo.show("access", "rule", "list") == []


def test_an_application_credential_logs_in(demo):
    words = ("--secret", "s", "--role", "member", unique("app"))
    with life(demo, "application credential", *words, key="ID") as made:
        user = demo.show("token", "issue")["user_id"]
        app = demo.as_("demo", "demo")
        app.environment = {
            "OS_AUTH_TYPE": "v3applicationcredential",
            "OS_AUTH_URL": demo.environment["OS_AUTH_URL"],
            "OS_APPLICATION_CREDENTIAL_ID": made["ID"],
            "OS_APPLICATION_CREDENTIAL_SECRET": "s",
        }
        assert app.show("token", "issue")["user_id"] == user
        assert app.show("server", "list") == []
        assert app.refused("application", "credential", "create", unique("app"))


def test_trusts(demo, admin):
    trustee = admin.show("user", "show", "alt_demo")["id"]
    trustor = admin.show("user", "show", "demo")["id"]
    project = admin.show("project", "show", "demo")["id"]
    # By its id: the client sends a name as the id when it may not look for roles.
    role = admin.show("role", "show", "member")["id"]
    words = ("--project", project, "--role", role, trustor, trustee)
    listed = ("--trustor", trustor)
    with life(demo, "trust", *words, listed=listed) as made:
        other = demo.as_("alt_demo", "alt_demo")
        assert other.show("trust", "show", made["id"])["trustor_user_id"] == trustor


def test_tokens_and_passwords(admin):
    person = unique("person")
    words = ("--password", "first", "--project", "demo", person)
    with life(admin, "user", *words) as made:
        admin.say("role", "add", "--user", made["id"], "--project", "demo", "member")
        she = admin.as_(person, "demo")
        she.environment["OS_PASSWORD"] = "first"
        she.say("user", "password", "set", "--original-password", "first", "--password", "second")
        assert she.refused("token", "issue")
        she.environment["OS_PASSWORD"] = "second"
        token = she.show("token", "issue")
        assert token["user_id"] == made["id"]
        assert {row["Name"] for row in she.show("catalog", "list")} >= {"nova", "keystone"}
        assert she.show("catalog", "show", "compute")["type"] == "compute"
        assert she.column("Name", "federation", "project", "list") == ["demo"]
        she.say("token", "revoke", token["id"])
        she.environment |= {"OS_AUTH_TYPE": "v3token", "OS_TOKEN": token["id"]}
        she.environment["OS_USERNAME"] = she.environment["OS_PASSWORD"] = ""
        assert she.refused("network", "list")
