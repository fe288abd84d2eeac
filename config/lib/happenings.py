"""What the product does that nobody's audit log notes: a key is used, a payment, mail or webhook comes or goes.

Whoever does it says so here; whoever counts (tracking.product_events) listens. Neither knows the other.
"""

from datetime import datetime

from django.dispatch import Signal

happened = Signal()  # name: str, who: str, about: dict[str, str], at: datetime


def tell(name: str, who: str, at: datetime, **about: str) -> None:
    """Never raises: what listens fails alone. `who` is counted as a person: an address, a key, a customer."""
    happened.send_robust(None, name=name, who=who, about=about, at=at)
