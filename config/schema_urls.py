"""The routes that OpenAPI describes: the API once, under `/api/v1/`, without its second address."""

from django.urls import URLPattern, URLResolver, include, path

from config.urls import api

urlpatterns: list[URLPattern | URLResolver] = [path("api/v1/", include(api))]
