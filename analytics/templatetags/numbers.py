"""Numbers as people read them: 1.2 k, 3m 20s, 42 %, +12 %. static/js/format.js writes the same on charts.

None means that there is nothing to say and is shown as "–", which is not the same as 0.
"""

from django import template

register = template.Library()
NARROW = "\u202f"  # narrow no-break space: a number never parts from its unit
NOTHING = "–"
STEPS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))


def _short(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")


def _sign(value: float) -> str:
    return "+" if value > 0 else "−" if value < 0 else ""


@register.filter
def compact(value: float | None) -> str:
    """950, 1.2 k, 3.4 M: for tiles and rows. The exact number belongs in a title or a table."""
    if value is None:
        return NOTHING
    for size, letter in STEPS:
        # 999,950 rounds to 1000.0 k, which is written 1 M.
        if abs(value) >= size * 0.99995 and abs(value) >= 1000:
            return f"{_short(value / size)}{NARROW}{letter}"
    return f"{value:.2f}".rstrip("0").rstrip(".")


@register.filter
def exact(value: float | None) -> str:
    """1,234,567; fractions keep two digits."""
    if value is None:
        return NOTHING
    return f"{value:,.2f}".rstrip("0").rstrip(".") if value % 1 else f"{value:,.0f}"


@register.filter
def duration(seconds: float | None) -> str:
    """42s, 3m 20s, 1h 05m."""
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m {whole % 60:02d}s"
    return f"{whole // 3600}h {whole % 3600 // 60:02d}m"


@register.filter
def milliseconds(value: float | None) -> str:
    """8.5 ms, 1,240 ms: as latencies are compared, without turning into seconds."""
    if value is None:
        return NOTHING
    return f"{_short(value) if abs(value) < 10 else f'{value:,.0f}'}{NARROW}ms"


@register.filter
def percent(value: float | None) -> str:
    """42.5 %. `value` is 0–100."""
    return NOTHING if value is None else f"{_short(value)}{NARROW}%"


@register.filter
def share(value: float | None) -> str:
    """A part of a whole, 0–1, as a percentage of two digits; what is there but rounds to nothing is "<0.1 %"."""
    if value is None:
        return NOTHING
    if 0 < value < 0.0005:
        return f"<0.1{NARROW}%"
    return f"{value:.0%}"[:-1] + f"{NARROW}%" if value >= 0.0995 or value == 0 else f"{value * 100:.1f}{NARROW}%"


@register.filter
def change(value: float | None) -> str:
    """+12 %, −3 %. `value` in percent."""
    if value is None:
        return NOTHING
    return f"{_sign(round(value))}{abs(value):,.0f}{NARROW}%"


@register.filter
def points(value: float | None) -> str:
    """+2.5 pp: the change of something that is a percentage already."""
    if value is None:
        return NOTHING
    return f"{_sign(round(value, 1))}{_short(abs(value))}{NARROW}pp"
