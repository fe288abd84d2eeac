"""Requests and answers, held against the types of Stripe's SDK.

`complete` fills in what Stripe sends as null and checks the rest: no field the SDK does not know, none missing that it
promises, every value of its type. `check_params` does the same for a request, and refuses as Stripe does.
"""

import importlib
import types
import typing
from decimal import Decimal
from functools import cache
from typing import Any, Literal, Union

import stripe
from stripe import ListObject, StripeObject
from stripe._object_classes import get_object_class

from billing.tests.fake_stripe.refusal import invalid

NEVER_SENT = {"deleted"}  # only true, and only on what was deleted
# Decimals travel as text.
PLAIN = {int: int, float: (int, float), bool: bool, str: str, Decimal: str}
Shape = Any


def complete(found: dict[str, Any]) -> dict[str, Any]:
    """A copy with every nullable field. Raises AssertionError where the SDK would not recognize it."""
    cls = get_object_class("V1", found["object"])
    return _complete(cls, found, found["object"])


def check_params(name: str, params: dict[str, Any]) -> None:
    """`name` is the SDK's class of these parameters, such as SubscriptionUpdateParams or billing.MeterCreateParams."""
    folder, _, cls = name.rpartition(".")
    module = importlib.import_module(f"stripe.params{'.' + folder if folder else ''}")
    _check_params(getattr(module, cls), params, "")


def _complete(cls: type, found: dict[str, Any], at: str) -> dict[str, Any]:
    if cls is ListObject or issubclass(cls, dict) or cls.__name__ == "UntypedStripeObject":
        return found
    fields = _fields(cls)
    unknown = set(found) - set(fields)
    assert not unknown, f"{at}: the SDK knows no {sorted(unknown)}"
    done = {}
    for name, shape in fields.items():
        if name not in found:
            assert name in NEVER_SENT or _is_optional(shape), f"{at}.{name} is missing"
            if name not in NEVER_SENT:
                done[name] = None
        else:
            done[name] = _value(shape, found[name], f"{at}.{name}", cls)
    return done


@cache
def _fields(cls: type) -> dict[str, Shape]:
    names = {name: shape for name, shape in cls.__annotations__.items() if not name.isupper()}
    return {name: shape for name, shape in names.items() if not name.startswith("_")}


def _origin(shape: Shape) -> Any:
    return typing.get_origin(shape)


def _is_optional(shape: Shape) -> bool:
    return type(None) in typing.get_args(shape)


def _value(shape: Shape, value: Any, at: str, owner: type) -> Any:
    """The value completed, if it is one of what `shape` allows."""
    for option in _options(shape):
        fits, done = _fit(option, value, at, owner)
        if fits:
            return done
    raise AssertionError(f"{at}: {value!r} is no {shape}")


def _options(shape: Shape) -> list[Shape]:
    if _origin(shape) in (Union, types.UnionType):
        return [option for each in typing.get_args(shape) for option in _options(each)]
    return [shape]


def _fit(option: Shape, value: Any, at: str, owner: type) -> tuple[bool, Any]:
    option = _resolved(option, owner)
    origin = _origin(option)
    if option is Any:
        return True, value
    if option is type(None):
        return value is None, None
    if origin is Literal:
        return value in typing.get_args(option), value
    if option in PLAIN:
        return isinstance(value, PLAIN[option]) and (option is bool or not isinstance(value, bool)), value
    if origin is list:
        return _fit_list(typing.get_args(option)[0], value, at, owner)
    return _fit_object(origin or option, typing.get_args(option), value, at, owner)


def _fit_list(inner: Shape, value: Any, at: str, owner: type) -> tuple[bool, Any]:
    if not isinstance(value, list):
        return False, value
    return True, [_value(inner, each, f"{at}[{number}]", owner) for number, each in enumerate(value)]


def _fit_object(cls: Any, inner: tuple[Any, ...], value: Any, at: str, owner: type) -> tuple[bool, Any]:
    if not (isinstance(value, dict) and isinstance(cls, type) and issubclass(cls, StripeObject | dict)):
        return False, value
    if cls is ListObject:
        data = [_value(inner[0], each, f"{at}[{number}]", owner) for number, each in enumerate(value["data"])]
        return True, value | {"data": data}
    named = getattr(cls, "OBJECT_NAME", None)
    if named and value.get("object") != named:
        return False, value
    return True, _complete(cls, value, at)


def _resolved(option: Shape, owner: type) -> Shape:
    """Classes of other modules stand in the SDK as names."""
    if isinstance(option, typing.ForwardRef):
        option = option.__forward_arg__
    if not isinstance(option, str):
        return option
    found = getattr(stripe, option, None)
    if found is None:
        module = importlib.import_module(owner.__module__)
        found = eval(option, vars(typing) | vars(stripe) | vars(module))  # the SDK's own words
    return found


def _check_params(cls: Any, params: dict[str, Any], at: str) -> None:
    fields = _params(cls)
    for name, value in params.items():
        path = f"{at}[{name}]" if at else name
        if name not in fields:
            raise invalid(f"Received unknown parameter: {path}", "parameter_unknown", path)
        _check_param(fields[name], value, path)
    lacking = [name for name in cls.__required_keys__ if name not in params and _is_required(fields[name])]
    if lacking:
        path = f"{at}[{lacking[0]}]" if at else lacking[0]
        raise invalid(f"Missing required param: {path}.", "parameter_missing", path)


def _check_param(shape: Shape, value: Any, path: str) -> None:
    options = _options(shape)
    nested = [option for option in options if hasattr(option, "__required_keys__")]
    lists = [option for option in options if _origin(option) is list]
    if isinstance(value, list) and lists:
        for number, each in enumerate(value):
            _check_param(typing.get_args(lists[0])[0], each, f"{path}[{number}]")
    elif isinstance(value, dict) and nested:
        _check_params(nested[0], value, path)
    elif isinstance(value, str) and not _is_allowed(options, value):
        raise invalid(f"Invalid {path}: {value}", "", path)


def _is_allowed(options: list[Shape], value: str) -> bool:
    """Where the SDK lists words, one of them, or a number where it takes numbers too."""
    words = [word for option in options if _origin(option) is Literal for word in typing.get_args(option)]
    if value in words or (int in options and value.lstrip("-").isdigit()):
        return True
    return set(words) <= {""} and any(option in PLAIN or option is Any for option in options)


def _is_required(shape: Shape) -> bool:
    return not _is_optional(shape)


@cache
def _params(cls: Any) -> dict[str, Shape]:
    module = importlib.import_module(cls.__module__)
    return typing.get_type_hints(cls, vars(typing) | {"StripeContext": Any} | vars(module))
