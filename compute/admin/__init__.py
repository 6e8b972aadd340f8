"""The admin site: services first, then hosts, servers, flavors and the work table.

Whatever an administrator changes goes through the domain functions that the API uses.
"""

from django.contrib import admin

from compute.admin import flavors, hosts, servers, services, tasks

admin.site.site_header = "Kilonova"
admin.site.site_title = "Kilonova"
admin.site.index_title = "The cloud"

__all__ = ["flavors", "hosts", "servers", "services", "tasks"]
