"""The catalog as a token shows it: services with their endpoints, for one project."""

from typing import Any

from cloud.identity import endpoint_groups, revision
from cloud.identity.models import Endpoint, Service

BASE = "{base}"
_PLACES = ("$(project_id)s", "$(tenant_id)s", "%(project_id)s", "%(tenant_id)s")
_USER_PLACES = ("$(user_id)s", "%(user_id)s")


def _load() -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    endpoints: dict[str, list[dict[str, Any]]] = {}
    rows: Any = Endpoint.objects.filter(enabled=True).order_by("service_id", "id")
    for row in rows.values("id", "service_id", "region_id", "interface", "url"):
        endpoints.setdefault(row["service_id"], []).append(row)
    services: Any = Service.objects.filter(enabled=True).order_by("type", "id")
    return [
        (service, endpoints.get(service["id"], []))
        for service in services.values("id", "type", "name")
    ]


_services = revision.Cached(_load)


def render(
    project_id: str | None, base_url: str, user_id: str | None = None
) -> list[dict[str, Any]]:
    """The catalog of a project, or of a domain or the system when there is none.

    `base_url` is scheme://host:port of the request.  Endpoints with a project in their url are
    left out where there is no project, as Keystone does.  A project for which endpoints were chosen
    (OS-EP-FILTER) sees these, and no service without any.
    """
    chosen = endpoint_groups.chosen(project_id)
    catalog = []
    for service, rows in _services.get(revision.current()):
        endpoints = []
        for row in rows:
            url = fill(row["url"], base_url, project_id, user_id)
            if url is not None and (not chosen or row["id"] in chosen):
                endpoints.append(
                    {
                        "id": row["id"],
                        "interface": row["interface"],
                        "region_id": row["region_id"],
                        "url": url,
                        "region": row["region_id"],
                    }
                )
        if chosen and not endpoints:
            continue
        catalog.append(
            {
                "endpoints": endpoints,
                "id": service["id"],
                "type": service["type"],
                "name": service["name"] or "",
            }
        )
    return catalog


def fill(url: str, base_url: str, project_id: str | None, user_id: str | None) -> str | None:
    """Fill an endpoint's url in; None when there is no project to put there."""
    url = url.replace(BASE, base_url.rstrip("/"))
    if "(" not in url:
        return url
    for places, value in ((_PLACES, project_id), (_USER_PLACES, user_id)):
        for place in places:
            if place in url:
                if value is None:
                    return None
                url = url.replace(place, value)
    return url
