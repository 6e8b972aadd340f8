"""The WSGI entry point."""

import os

from django.core.wsgi import get_wsgi_application

from computeproject.doors import refuse_well_known

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "computeproject.settings.dev")
application = get_wsgi_application()
refuse_well_known()
