"""Serve Placement alone, for the comparison with the real one: python placement_serve.py PORT.

Identity comes from X-Auth-Token "user:project" and X-Roles, as the real one's noauth2 has it.
POST /_load replaces everything that is stored by the rows in its body.
"""

import json
import os
import sys
import tempfile
import types
import uuid
from pathlib import Path

import django
from django.conf import settings

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))


class Who:
    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        from middleware.context import RequestContext

        asker = request.META.get("HTTP_X_AUTH_TOKEN")
        request_id = f"req-{uuid.uuid4()}"
        request.context = RequestContext(request_id=request_id)
        if asker is not None:
            user, _, project = asker.partition(":")
            roles = request.META.get("HTTP_X_ROLES")
            scope = request.META.get("HTTP_OPENSTACK_SYSTEM_SCOPE")
            request.context = RequestContext(
                user_id=user,
                project_id=None
                if scope
                else request.META.get("HTTP_X_PROJECT_ID", project or user),
                roles=tuple(roles.split(","))
                if roles
                else (("admin", "service") if user == "admin" else ()),
                system_scope=scope,
                request_id=request_id,
            )
        response = self.get_response(request)
        response.headers["x-openstack-request-id"] = request_id
        return response


def load(request):
    from django.db import connection, transaction
    from django.http import HttpResponse

    from cloud.placement import models
    from cloud.placement.api import policies

    data = json.loads(request.body)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA foreign_keys=OFF")
    with transaction.atomic():
        for name in (
            "Allocation",
            "Consumer",
            "Inventory",
            "ProviderTrait",
            "ProviderAggregate",
            "Provider",
            "ResourceClass",
            "Trait",
        ):
            model = getattr(models, name)
            model.objects.all().delete()
            model.objects.bulk_create([model(**row) for row in data.get(name, ())])
    is_open = data.get("is_open", False)
    policies.allows = (lambda *a: True) if is_open else ALLOWS
    return HttpResponse(status=204)


def main(port):
    global ALLOWS
    module = types.ModuleType("placement_serve_urls")
    folder = tempfile.mkdtemp()
    settings.configure(
        SECRET_KEY="oracle",
        ALLOWED_HOSTS=["*"],
        USE_TZ=True,
        APPEND_SLASH=False,
        DATA_UPLOAD_MAX_MEMORY_SIZE=None,
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "cloud.placement"],
        REST_FRAMEWORK={"DEFAULT_AUTHENTICATION_CLASSES": [], "UNAUTHENTICATED_USER": None},
        DATABASES={
            "default": {
                "ENGINE": "django.db.backends.sqlite3",
                "NAME": os.path.join(folder, "placement.sqlite3"),
                "OPTIONS": {
                    "transaction_mode": "IMMEDIATE",
                    "init_command": "PRAGMA journal_mode=WAL; PRAGMA foreign_keys=ON;",
                },
                "CONN_MAX_AGE": None,
            }
        },
        MIDDLEWARE=["placement_serve_urls.Who"],
        ROOT_URLCONF="placement_serve_urls",
    )
    sys.modules["placement_serve_urls"] = module
    module.Who = Who
    django.setup()
    from django.core.management import call_command
    from django.core.wsgi import get_wsgi_application
    from django.urls import include, path

    module.urlpatterns = [
        path("placement", include("cloud.placement.api.urls")),
        path("_load", load),
    ]
    call_command("migrate", verbosity=0)
    from cloud.placement.api import policies

    ALLOWS = policies.allows
    from cheroot.wsgi import Server

    Server(("127.0.0.1", port), get_wsgi_application(), numthreads=4).start()


if __name__ == "__main__":
    main(int(sys.argv[1]))
