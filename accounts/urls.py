"""Routes of accounts. allauth's own pages stand under /accounts/ (config.urls)."""

from django.urls import path

from accounts import api as endpoints
from accounts import views
from accounts.confirming import ConfirmAddress

api = [
    path("auth/register", endpoints.register, name="api_register"),
    path("auth/login", endpoints.login, name="api_login"),
    path("auth/logout", endpoints.log_out, name="api_logout"),
    path("auth/user", endpoints.me, name="api_user"),
    path("auth/callback", endpoints.callback, name="api_callback"),
]
# As the first guide writes them, outside /api/; they come before allauth's.
root = [
    path("auth/register", endpoints.register, name="register"),
    path("auth/jwt/login", endpoints.login, name="jwt_login"),
    path("auth/jwt/logout", endpoints.log_out, name="jwt_logout"),
    # In place of allauth's, which confirms whoever opens it.
    path("accounts/confirm-email/<str:key>/", ConfirmAddress.as_view(), name="account_confirm_email"),
]
pages = [
    path("account/", views.profile, name="account"),
    path("account/sessions/end/", views.sign_out_elsewhere, name="sign_out_elsewhere"),
]
