"""The account page: name, and the ways to e-mail, password and second factor."""

from allauth.account.models import EmailAddress
from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from accounts import sign_in
from accounts.forms import ProfileForm
from accounts.permissions import person


@login_required
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = ProfileForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, "Your name is saved.")
        return redirect("account")
    verified = EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists()
    context = {"form": form, "is_verified": verified, "has_second_factor": is_mfa_enabled(user)}
    return render(request, "accounts/profile.html", context)


@login_required
@require_POST
def sign_out_elsewhere(request: HttpRequest) -> HttpResponse:
    sign_in.sign_out_elsewhere(request, person(request))
    messages.success(request, "You are signed out everywhere else, and every token has ended.")
    return redirect("account")
