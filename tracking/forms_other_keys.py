"""The form of the page Other tools."""

from django import forms

from tracking import other_keys
from tracking.models import OtherKey


class OtherKeyForm(forms.Form):
    tool = forms.ChoiceField(choices=OtherKey.Tool.choices, label="Tool")
    key = forms.CharField(
        max_length=other_keys.LONGEST_KEY,
        label="Its key",
        help_text="Write key, project token, API key, site id, domain or measurement id: see the table below.",
        widget=forms.TextInput({"autocapitalize": "off", "autocomplete": "off", "spellcheck": "false"}),
    )
    host = forms.CharField(
        max_length=255,
        required=False,
        label="Host of your pages",
        help_text="For Matomo, where every installation has a site 1. Hosts below it are meant too.",
        widget=forms.TextInput(
            {"placeholder": "www.example.com", "autocapitalize": "off", "spellcheck": "false", "inputmode": "url"}
        ),
    )
    environment = forms.ChoiceField(choices=[("live", "Live"), ("test", "Test")], label="Data", initial="live")
