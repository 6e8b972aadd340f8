"""Whom the admin site lets in: those who have the role admin in Identity, while they have it."""

import json
from datetime import timedelta

import pytest
import requests
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from cloud.identity import passwords, revision
from cloud.identity.models import Assignment, Project, Role, Token, User
from cloud.identity.models.assignment import PROJECT, SYSTEM, USER
from cloud.identity.seed import seed
from computeproject import administrators

LIST = "/admin/compute/service/"


@pytest.fixture(autouse=True)
def identity(db):
    seed()


def log_in(name, password="password"):
    client = Client()
    answer = client.post("/admin/login/", {"username": name, "password": password})
    return client, answer.status_code == 302


def is_in(client):
    return client.get(LIST).status_code == 200


def person(name, role, target, target_id):
    with revision.change():
        hashed = passwords.conceal("secret-word")
        user = User.objects.create(name=name, domain_id="default", password=hashed)
        found = Role.objects.get(name=role)
        Assignment.objects.create(
            actor=USER, actor_id=user.pk, role=found, target=target, target_id=target_id
        )
    return user


def test_an_administrator_gets_in():
    client, was_let_in = log_in("admin")
    assert was_let_in
    assert is_in(client)


@pytest.mark.parametrize(
    ("name", "password"),
    [("admin", "wrong"), ("admin", ""), ("demo", "password"), ("nobody", "password"), ("", "")],
)
def test_others_do_not(name, password):
    client, was_let_in = log_in(name, password)
    assert not was_let_in
    assert not is_in(client)


@pytest.mark.parametrize(
    ("role", "project", "is_let_in"),
    [
        ("admin", None, True),
        ("admin", "admin", True),
        ("admin", "demo", False),
        ("manager", "admin", False),
        ("reader", None, False),
    ],
)
def test_it_is_the_role_admin_in_the_system_or_in_the_project_admin(role, project, is_let_in):
    if project is None:
        person("ann", role, SYSTEM, "system")
    else:
        person("ann", role, PROJECT, Project.objects.get(name=project, is_domain=False).pk)
    client, was_let_in = log_in("ann", "secret-word")
    assert was_let_in is is_let_in
    assert is_in(client) is is_let_in


def test_a_password_of_the_sites_own_opens_nothing(django_user_model):
    django_user_model.objects.create_superuser("root", password="secret-word")
    assert not log_in("root", "secret-word")[1]


def _lose_the_role(user):
    with revision.change():
        Assignment.objects.filter(actor_id=user.pk).delete()


def _be_disabled(user):
    with revision.change():
        User.objects.filter(pk=user.pk).update(enabled=False)


def _have_the_token_revoked(user):
    with revision.change():
        Token.objects.filter(user=user).update(is_revoked=True)


def _let_the_token_end(user):
    with revision.change():
        Token.objects.filter(user=user).update(expires_at=timezone.now() - timedelta(seconds=1))


@pytest.mark.parametrize(
    "happens", [_lose_the_role, _be_disabled, _have_the_token_revoked, _let_the_token_end]
)
def test_who_is_no_administrator_any_more_is_out_at_once(happens):
    user = person("ann", "admin", SYSTEM, "system")
    client, _ = log_in("ann", "secret-word")
    assert is_in(client)
    happens(user)
    assert client.get(LIST).status_code == 302
    assert client.post(LIST, {"action": "disable"}).status_code in (302, 403)
    assert not is_in(client)


def test_a_session_without_a_token_is_none(django_user_model):
    row = django_user_model.objects.create_superuser("root", password="x")
    client = Client()
    client.force_login(row, "computeproject.administrators.PasswordBackend")
    assert not is_in(client)


def test_sessions_hold_no_token_that_can_be_used():
    log_in("admin")
    held = Session.objects.get().get_decoded()
    assert administrators.still_holds(held["admin_token"])
    from cloud.identity import validation

    assert validation.validate(held["admin_token"]) is None
    assert not administrators.still_holds(held["admin_token"][:-8] + "AAAAAAA=")


# A Keystone elsewhere


class Elsewhere:
    """Stands in for a Keystone; `says` is what it answers, by method."""

    def __init__(self, *roles):
        self.asked = []
        self.status = {"POST": 201, "GET": 200}
        self.roles = roles

    def __call__(self, method, url, json=None, headers=None, timeout=None):
        self.asked.append((method, url, json, headers))
        if self.status[method] is None:
            raise requests.ConnectionError
        return self.answer(method)

    def answer(self, method):
        made = requests.Response()
        made.status_code = self.status[method]
        made.headers["X-Subject-Token"] = "gAAAAA-elsewhere"
        user = {"id": "u1", "name": "ann", "domain": {"id": "default", "name": "Default"}}
        token = {"user": user, "roles": [{"name": role} for role in self.roles]}
        made._content = json.dumps({"token": token}).encode()
        return made


@pytest.fixture
def elsewhere(settings, monkeypatch):
    settings.NEIGHBOURS = {"identity": "http://keystone"}
    settings.KEYSTONE_AUTHTOKEN = {"token_cache_time": "0.001"}
    found = Elsewhere("admin")
    monkeypatch.setattr("computeproject.administrators.requests.request", found)
    return found


def test_a_keystone_elsewhere_is_asked_with_the_persons_own_words(elsewhere):
    client, was_let_in = log_in("ann", "secret-word")
    assert was_let_in
    method, url, body, headers = elsewhere.asked[0]
    assert (method, url) == ("POST", "http://keystone/v3/auth/tokens")
    assert body["auth"]["identity"]["password"]["user"]["password"] == "secret-word"
    assert "X-Auth-Token" not in headers
    assert is_in(client)
    assert elsewhere.asked[-1][3]["X-Subject-Token"] == "gAAAAA-elsewhere"


@pytest.mark.parametrize("status", [401, 403, 500, 503, None])
def test_whom_it_refuses_or_cannot_judge_stays_out(elsewhere, status):
    elsewhere.status["POST"] = status
    assert not log_in("ann", "secret-word")[1]


def test_who_is_no_administrator_there_stays_out(elsewhere):
    elsewhere.roles = ("member",)
    assert not log_in("ann", "secret-word")[1]


@pytest.mark.parametrize("status", [401, 404, 503, None])
def test_whose_token_it_takes_back_is_out(elsewhere, status):
    client, _ = log_in("ann", "secret-word")
    assert is_in(client)
    elsewhere.status["GET"] = status
    assert not is_in(client)
