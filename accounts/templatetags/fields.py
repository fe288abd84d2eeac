"""`{{ field|styled }}`: a form field with the class of its kind, so that no form has to carry classes around."""

from django import template
from django.forms import BoundField, CheckboxInput
from django.utils.safestring import SafeString

from accounts.forms import CLASSES

register = template.Library()


@register.filter
def styled(field: BoundField) -> SafeString:
    kinds = (css for widget, css in CLASSES.items() if isinstance(field.field.widget, widget))
    given = field.field.widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{next(kinds, 'input')} {given}".strip()})


@register.filter
def is_checkbox(field: BoundField) -> bool:
    return isinstance(field.field.widget, CheckboxInput)
