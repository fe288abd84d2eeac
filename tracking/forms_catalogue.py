"""The form of one event of the catalogue: what it means, and whose it is."""

from typing import Any

from django import forms
from django.db.models import QuerySet

from accounts.models import User
from tracking.models import SeenEvent, SeenProperty

PREFIX = "property-"
MAX_DESCRIPTION = 500


class EventForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = SeenEvent
        fields = ["description", "owner"]
        widgets = {"description": forms.Textarea({"rows": 2})}
        labels = {"description": "What it means"}

    def __init__(self, *args: Any, people: QuerySet[User], **kwargs: Any) -> None:
        """`people`: members of the organization, of whom one may be the owner."""
        super().__init__(*args, **kwargs)
        self.fields["owner"].queryset = people  # type: ignore[attr-defined]
        self.fields["owner"].empty_label = "Nobody"  # type: ignore[attr-defined]
        self.fields["owner"].help_text = "Whom to ask about it."

    def save_properties(self, data: Any) -> None:
        """Descriptions of its properties, in fields named by their numbers."""
        for each in SeenProperty.objects.filter(event=self.instance):
            said = data.get(f"{PREFIX}{each.pk}")
            if said is not None and said != each.description:
                each.description = said.replace("\0", "")[:MAX_DESCRIPTION].strip()
                each.save(update_fields=["description"])
