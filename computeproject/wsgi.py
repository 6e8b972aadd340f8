"""The WSGI entry point."""

import os

import django

from computeproject.doors import refuse_well_known
from computeproject.handler import Handler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "computeproject.settings.dev")
django.setup(set_prefix=False)
application = Handler()
refuse_well_known()
