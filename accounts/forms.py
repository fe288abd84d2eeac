"""Forms about one's own account. E-mail, password and second factor have allauth's."""

from django import forms
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm

from accounts.models import User

# The look of a field by its kind of widget; `input` for all others. Tailwind reads this file.
CLASSES: dict[type[forms.Widget], str] = {
    forms.CheckboxInput: "checkbox checkbox-sm",
    forms.RadioSelect: "",
    forms.CheckboxSelectMultiple: "",
    forms.Select: "select",
    forms.Textarea: "textarea",
}


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["name"]
        help_texts = {"name": "Shown to the members of your organizations."}


class UserCreateForm(AdminUserCreationForm):  # type: ignore[type-arg]
    """For the operators' admin."""

    class Meta:
        model = User
        fields = ["email"]


class UserEditForm(UserChangeForm):  # type: ignore[type-arg]
    class Meta:
        model = User
        fields = ["email", "name"]
