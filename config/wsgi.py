"""Pages, API and ingestion, for gunicorn (config/gunicorn.py)."""

import os

import django
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from tracking.direct import DirectDoor  # noqa: E402 it needs the settings

application = DirectDoor(get_wsgi_application())
