"""The end of one's own account: asked for anew, the address typed, and no organization left without an owner."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.permissions import person
from config.lib import clock
from workspaces import members
from workspaces.forms import ConfirmForm, refusals_in


@login_required
@reauthentication_required
@require_http_methods(["GET", "POST"])
def delete(request: HttpRequest) -> HttpResponse:
    user = person(request)
    form = ConfirmForm(request.POST or None, expected=user.email)
    form.fields["name"].label = "E-mail address"
    if request.method == "POST" and form.is_valid():
        with refusals_in(form):
            members.delete_account(user, clock.now())
            logout(request)
            messages.success(request, "Your account is deleted.")
            return redirect("account_login")
    context = {"form": form, "owned": members.left_without_owner(user)}
    return render(request, "workspaces/account_delete.html", context)
