"""Who somebody is, by the methods that they name, and the scope that they ask for."""

from datetime import datetime
from typing import Any

from cloud.identity import (
    access_tokens,
    identity_providers,
    passwords,
    projects,
    scopes,
    timestamps,
    tokens,
    users,
)
from cloud.identity.errors import (
    ActionForbidden,
    ApplicationCredentialRefused,
    BadRequest,
    IdentityError,
    MethodUnsupported,
    Missing,
    NotFound,
    Unauthorized,
    not_found,
)
from cloud.identity.models import (
    ApplicationCredential,
    FederatedUser,
    Project,
    Token,
    Trust,
    User,
)
from cloud.identity.oauth import Signed

METHODS = ("application_credential", "oauth1", "password", "token")
# Keystone: these are methods, too, of which nobody has what they ask for.
_FOREIGN = ("ec2credential", "external", "mapped")
KNOWN_METHODS = tuple(sorted((*METHODS, *_FOREIGN)))
_SCOPES = ("project", "domain", "unscoped", "system", "OS-TRUST:trust")


def authenticate(auth: dict[str, Any], signed: Signed | None = None) -> tuple[str, dict[str, Any]]:
    """Issue a token for what the body of POST /v3/auth/tokens says: its text and its body.

    `signed` is the request itself, for the method that is about its signature.
    """
    identity = auth["identity"]
    methods = list(dict.fromkeys(identity["methods"]))
    for method in methods:
        if method not in identity:
            raise Missing(method, "identity")
    for method in methods:
        if method not in KNOWN_METHODS:
            raise MethodUnsupported
    token = Token()
    is_unscoped = _read_scope(token, auth, methods)
    known = list(methods)
    for method in methods:
        if method in _FOREIGN:
            raise _foreign(method, identity[method])
        data = signed if method == "oauth1" else identity[method]
        user = _METHODS[method](data, token, auth, known)
        if token.user_id is not None and token.user_id != user.pk:
            raise Unauthorized
        token.user = user
    if token.user_id is None:
        raise Unauthorized
    _check_rules(token.user, known)
    token.methods = ",".join(dict.fromkeys(known))
    if token.access_token_id is not None:
        _scope_by_access_token(token)
    elif not (is_unscoped or token.project or token.domain or token.is_system or token.trust):
        _scope_by_default(token)
    return tokens.issue(token)


def _foreign(method: str, data: Any) -> IdentityError:
    if method == "mapped" and isinstance(data, dict):
        for key in ("identity_provider", "protocol"):
            if not data.get(key):
                return Missing(key, method)
    return Unauthorized()


# Scope


def _read_scope(token: Token, auth: dict[str, Any], methods: list[str]) -> bool:
    """Put the scope that is asked for on the token; True when it is explicitly none."""
    if "application_credential" in methods:
        if "scope" in auth:
            raise ApplicationCredentialRefused("Application credentials cannot request a scope.")
        credential = _application_credential(auth["identity"]["application_credential"])
        token.application_credential = credential
        token.project = credential.project
        return False
    scope = auth.get("scope")
    if scope is None:
        return False
    if scope == "unscoped":
        return True
    # Keystone: a string, too, holds the names that are found in it.
    if sum(name in scope for name in _SCOPES) != 1:
        raise Missing("system, project, domain, OS-TRUST:trust or unscoped", "scope")
    if isinstance(scope, str) and "system" not in scope and "unscoped" not in scope:
        raise BadRequest("string indices must be integers, not 'str'")
    if "system" in scope:
        token.is_system = True
    elif "project" in scope:
        token.project = _project(scope["project"])
    elif "domain" in scope:
        token.domain = find_domain(scope["domain"])
    elif "OS-TRUST:trust" in scope:
        token.trust = _trust(scope["OS-TRUST:trust"])
        token.project = token.trust.project
        if token.project is not None:
            _check_enabled(token.project)
    return "unscoped" in scope


def find_domain(named: dict[str, Any]) -> Project:
    """The enabled domain of an id or a name; nobody is told whether it exists."""
    # Keystone: where both are given the name counts.
    which = {"name": named["name"]} if named.get("name") else {"pk": named.get("id")}
    domain = Project.objects.filter(is_domain=True, **which).first()
    if domain is None or not domain.enabled:
        raise Unauthorized
    return domain


def _of_domain(named: dict[str, Any]) -> dict[str, Any]:
    """The filter on what is in the domain of an id or a name."""
    if named.get("name"):
        return {"domain__name": named["name"], "domain__is_domain": True}
    return {"domain_id": named.get("id")}


def _project(named: dict[str, Any]) -> Project:
    rows = Project.objects.select_related("domain")
    if named.get("name"):
        if "domain" not in named:
            raise Missing("domain", "project")
        project = rows.filter(name=named["name"], **_of_domain(named["domain"])).first()
    else:
        project = rows.filter(pk=named.get("id"), is_domain=False).first()
    if project is None:
        raise Unauthorized
    _check_enabled(project)
    return project


def _check_enabled(project: Project) -> None:
    if not project.enabled or not project.domain.enabled:
        raise Unauthorized


def _trust(named: dict[str, Any]) -> Trust:
    if not named.get("id"):
        raise Missing("trust_id", "trust")
    trust = (
        Trust.objects.select_related("trustor_user__domain", "project__domain")
        .filter(pk=named["id"], deleted_at=None)
        .first()
    )
    if trust is None or (trust.expires_at is not None and trust.expires_at <= timestamps.now()):
        raise Unauthorized
    return trust


def _scope_by_default(token: Token) -> None:
    """Scope to the user's default project, if it is good for anything."""
    project_id = token.user.default_project_id
    if not project_id:
        return
    project = Project.objects.select_related("domain").filter(pk=project_id).first()
    if project is None or not project.enabled:
        return
    if project.domain is not None and not project.domain.enabled:
        return
    if scopes.on_project(token.user.pk, project):
        token.project = project


def _scope_by_access_token(token: Token) -> None:
    """Scope to the project of the access token. Keystone: what else was asked for is forgotten."""
    token.is_system, token.domain, token.trust = False, None, None
    token.project = projects.get(token.access_token.project_id)


# Methods


def find_user(named: dict[str, Any]) -> User:
    """The enabled user of an id, or of a name and a domain; 401 tells nothing else."""
    if not named.get("id") and not named.get("name"):
        raise Missing("id or name", "user")
    rows = User.objects.select_related("domain")
    if named.get("name"):
        if "domain" not in named:
            raise Missing("domain", "user")
        domain = named["domain"]
        if not domain.get("id") and not domain.get("name"):
            raise Missing("id or name", "domain")
        user = rows.filter(name=named["name"], **_of_domain(domain)).first()
    else:
        user = rows.filter(pk=named["id"]).first()
    if user is None or not user.enabled or not user.domain.enabled:
        raise Unauthorized
    return user


def _by_password(data: Any, token: Token, auth: dict[str, Any], known: list[str]) -> User:
    if not isinstance(data, dict) or "user" not in data:
        # Keystone: the method's name is not known yet.
        raise Missing("user", "None")
    user = find_user(data["user"])
    password = data["user"].get("password")
    if not isinstance(password, str) or not passwords.matches(password, user.password):
        raise Unauthorized
    check_password_age(user)
    return user


def check_password_age(user: User) -> None:
    """Refuse a password that has expired."""
    expires_at: datetime | None = user.password_expires_at
    if expires_at is not None and expires_at <= timestamps.now():
        raise Unauthorized(f"The password is expired and needs to be changed for user: {user.pk}.")


def _by_token(data: Any, token: Token, auth: dict[str, Any], known: list[str]) -> User:
    if not isinstance(data, dict) or "id" not in data:
        raise Missing("id", "token")
    old = (
        Token.objects.select_related(*tokens.RELATED)
        .filter(pk=tokens.digest(data["id"]), is_revoked=False, expires_at__gt=timestamps.now())
        .first()
    )
    if old is None:
        raise not_found_token(data["id"])
    tokens.describe(old)
    scope = auth.get("scope") or {}
    _check_provider(old.user)
    if old.access_token_id is not None:
        raise ActionForbidden(
            "Using OAuth-scoped token to create another token. "
            "Create a new OAuth-scoped token instead"
        )
    if old.trust_id is not None:
        raise ActionForbidden(
            "Using trust-scoped token to create another token. "
            "Create a new trust-scoped token instead"
        )
    if old.is_system and ("project" in scope or "domain" in scope):
        raise ActionForbidden(
            "Using a system-scoped token to create a project-scoped or domain-scoped token is "
            "not allowed."
        )
    if not tokens.LENT.isdisjoint(old.methods.split(",")):
        raise ActionForbidden("Using a delegated token to create another token is not allowed.")
    # Keystone: nobody lives longer by exchanging tokens.
    token.expires_at = min(token.expires_at or old.expires_at, old.expires_at)
    token.parent_audit_id = old.parent_audit_id or old.audit_id
    known.extend(old.methods.split(","))
    return old.user  # type: ignore[no-any-return]


def _check_provider(user: User) -> None:
    """Refuse a user of an identity provider that was disabled since."""
    if user.password is None:
        rows = FederatedUser.objects.filter(pk=user.pk)
        for provider_id in rows.values_list("provider", flat=True):
            identity_providers.check_enabled(provider_id)


def not_found_token(text: str) -> NotFound:
    """The error of a token that cannot be used: its text tells Keystone's two cases apart."""
    if not text:
        return NotFound("No token in the request")
    access_tokens.check_behind(text)
    is_known = Token.objects.filter(pk=tokens.digest(text)).exists()
    return NotFound("Failed to validate token" if is_known else "Could not recognize Fernet token")


def _by_application_credential(
    data: Any, token: Token, auth: dict[str, Any], known: list[str]
) -> User:
    if not data.get("secret"):
        raise Missing("secret", "application_credential")
    credential = token.application_credential
    user = credential.user
    expires_at = credential.expires_at
    if (
        not user.enabled
        or not user.domain.enabled
        or not passwords.matches(str(data["secret"]), credential.secret)
        or (expires_at is not None and expires_at <= timestamps.now())
    ):
        raise Unauthorized
    return user  # type: ignore[no-any-return]


def _application_credential(data: Any) -> ApplicationCredential:
    rows = ApplicationCredential.objects.select_related("user__domain", "project__domain")
    if not isinstance(data, dict):
        raise Missing("name or ID", "application credential")
    if data.get("id"):
        credential = rows.filter(pk=data["id"]).first()
        if credential is None:
            raise not_found("application credential", data["id"])
        return credential
    if not data.get("name"):
        raise Missing("name or ID", "application credential")
    if not data.get("user"):
        raise Missing("user", "application credential")
    user_id = data["user"].get("id") or _user_id(data["user"])
    credential = rows.filter(user_id=user_id, name=data["name"]).first()
    if credential is None:
        raise Unauthorized
    return credential


def _user_id(named: dict[str, Any]) -> str:
    if "domain" not in named:
        raise Missing("domain", "user")
    domain = find_domain(named["domain"])
    user = User.objects.filter(name=named.get("name"), domain=domain).first()
    if user is None:
        # Keystone: here, and nowhere else, it is told that there is no such user.
        raise not_found("user", named.get("name"))
    return str(user.pk)


def _by_access_token(signed: Any, token: Token, auth: dict[str, Any], known: list[str]) -> User:
    # Keystone: what the body says of it counts for nothing.
    token.access_token = access_tokens.enter(signed)
    return users.get(token.access_token.authorizing_user_id)


def _check_rules(user: User, methods: list[str]) -> None:
    """Ask the user's own rules about several factors."""
    if not user.options.get("multi_factor_auth_enabled", True):
        return
    given = user.options.get("multi_factor_auth_rules") or []
    # Keystone: methods that there are not count for nothing, and so do rules of nothing else.
    rules = [rule for each in given if (rule := set(each).intersection(KNOWN_METHODS))]
    if rules and not any(rule <= set(methods) for rule in rules):
        raise Unauthorized(
            f"Insufficient auth methods received for {user.pk}. "
            f"Auth Methods Provided: [{','.join(methods)}]."
        )


_METHODS = {
    "password": _by_password,
    "token": _by_token,
    "application_credential": _by_application_credential,
    "oauth1": _by_access_token,
}


def check_named(auth: dict[str, Any]) -> None:
    """Refuse users, domains and projects that are neither named nor identified."""

    def check(path: str, thing: Any) -> None:
        if isinstance(thing, dict) and "id" not in thing and "name" not in thing:
            raise BadRequest(f"Invalid input for field {path}: id or name must be present.")

    user = (auth["identity"].get("password") or {}).get("user")
    if user is not None:
        check("identity/password/user", user)
        check("identity/password/user/domain", user.get("domain"))
    scope = auth.get("scope")
    if isinstance(scope, dict):
        project = scope.get("project")
        if project is not None:
            check("scope/project", project)
            check("scope/project/domain", project.get("domain"))
        check("scope/domain", scope.get("domain"))
