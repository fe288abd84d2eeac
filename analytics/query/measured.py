"""Properties that are numbers: the store keeps their text, which anybody may have sent."""


def measured(name: str) -> str:
    """SQL of the property as a number. NULL for what is none, infinity and NaN included: one of those would be the
    mean, the quantile and the sum of all others."""
    number = f"toFloat64OrNull(props['{name}'])"
    return f"if(isFinite({number}), {number}, NULL)"
