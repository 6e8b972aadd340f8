"""Tokens for tests of the chain: the token names its user."""

DOMAIN = {"id": "default", "name": "Default"}
PROJECT = {"id": "d0000000000000000000000000000001", "name": "demo", "domain": DOMAIN}
CATALOG = [
    {
        "type": "compute",
        "name": "nova",
        "endpoints": [{"interface": "public", "region": "R", "url": "http://c"}],
    }
]
ROLES = {
    "admin": ("admin", "member", "reader"),
    "demo": ("member", "reader"),
    "service": ("service",),
    "Shouter": ("ADMIN",),
    "": ("member",),
}


def token(user):
    return {
        "user": {"id": user, "name": user, "domain": DOMAIN},
        "project": PROJECT,
        "roles": [{"id": role, "name": role} for role in ROLES[user]],
        "catalog": CATALOG,
    }


TOKENS = {user or "nobody": token(user) for user in ROLES}
TOKENS["expired"] = token("demo")
TOKENS["system"] = {**token("admin"), "project": None, "system": {"all": True}}
TOKENS["limited"] = {
    **token("demo"),
    "application_credential": {
        "access_rules": [{"method": "GET", "service": "compute", "path": "/v2.1/*/shown"}]
    },
}


def validate(text, *, allow_expired=False):
    if text == "expired" and not allow_expired:
        return None
    if text == "unreachable":
        raise ConnectionError("no route to Identity")
    return TOKENS.get(text)
