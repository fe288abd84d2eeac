"""API requests as events `api_request`: for WSGI (`wsgi`), ASGI (`asgi`) and Django (`metricpal.django.middleware`)."""
