"""Pages, API and ingestion, for gunicorn (config/gunicorn.py)."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_wsgi_application()

from config.web import lane  # noqa: E402, F401 loaded before the workers fork, whose memory it then shares
