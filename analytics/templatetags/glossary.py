"""{% term "bounce_rate" %}: the word, and what it means when somebody asks. The words stand in analytics.glossary."""

from django import template

from analytics import glossary

register = template.Library()


@register.inclusion_tag("components/_term.html")
def term(name: str, text: str = "") -> dict[str, str]:
    """`text` is what stands in the sentence, if not the word itself."""
    found = glossary.term(name)
    return {"text": text or found.label, "label": found.label, "description": found.description}
