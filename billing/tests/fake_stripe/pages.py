"""What a browser sees of Stripe: checkout, portal, invoice; plain pages with the buttons one would press there."""

import re
from html import escape
from typing import Any

from billing.tests.fake_stripe import changes, checkout, customers
from billing.tests.fake_stripe.account import Account, Object
from billing.tests.fake_stripe.refusal import Refusal

Answer = tuple[int, dict[str, str], bytes]
CARDS = {
    customers.GOOD: "Pay with a good card",
    customers.ASKS: "Pay with a card that asks for confirmation",
    customers.DECLINED: "Pay with a card that is declined",
}
FRAME = """<!doctype html><meta charset="utf-8"><title>{title}</title>
<style>body{{font:16px system-ui;max-width:32rem;margin:4rem auto}}button{{display:block;margin:.5rem 0}}</style>
<h1>{title}</h1><p>A stand-in for Stripe: no money moves.</p>{body}"""


def answer(account: Account, method: str, path: str, params: dict[str, Any]) -> Answer:
    for pattern, page in PAGES.items():
        found = re.fullmatch(pattern, path)
        if found and found.group(1) in account.rows:
            return page(account, account.rows[found.group(1)], params if method == "POST" else {})
    return 404, {"Content-Type": "text/plain"}, b"There is no such page."


def _checkout(account: Account, session: Object, params: dict[str, Any]) -> Answer:
    if params:
        try:
            checkout.complete(account, session["id"], params["card"])
        except Refusal as refusal:
            return _page("Checkout", f"<p>{escape(str(refusal))}</p>{_buttons('card', CARDS)}")
        return _to(session["success_url"])
    if session["status"] != "open":
        return _page("Checkout", "<p>This page has expired.</p>")
    price = account.rows[session["metadata"]["wanted"]]["lookup_key"]
    trial = session["metadata"]["trial_days"]
    about = f"<p>{escape(price)}, {escape(trial)} days of trial</p>"
    return _page("Checkout", about + _buttons("card", CARDS) + f'<a href="{escape(session["cancel_url"])}">Back</a>')


def _portal(account: Account, session: Object, params: dict[str, Any]) -> Answer:
    if params:
        customers.add_card(account, session["customer"], params["card"])
    words = {last4: f"Use the card ending in {last4}" for last4 in CARDS}
    return _page("Portal", _buttons("card", words) + f'<a href="{escape(session["return_url"])}">Back</a>')


def _invoice(account: Account, invoice: Object, params: dict[str, Any]) -> Answer:
    if params and invoice["status"] == "open":
        changes.settle(account, invoice)
    lines = "".join(
        f"<li>{escape(row['description'])}: {row['amount'] / 100:.2f}</li>" for row in invoice["lines"]["data"]
    )
    about = f"<ul>{lines}</ul><p>Due: {invoice['amount_remaining'] / 100:.2f} ({invoice['status']})</p>"
    pay = _buttons("pay", {"yes": "Confirm and pay"}) if invoice["status"] == "open" else ""
    return _page(f"Invoice {invoice['number']}", about + pay)


PAGES = {r"/c/pay/([^/]+)": _checkout, r"/p/session/([^/]+)": _portal, r"/i/([^/]+)(?:/pdf)?": _invoice}


def _buttons(name: str, words: dict[str, str]) -> str:
    each = (f'<button name="{name}" value="{value}">{escape(text)}</button>' for value, text in words.items())
    return f'<form method="post">{"".join(each)}</form>'


def _page(title: str, body: str) -> Answer:
    return 200, {"Content-Type": "text/html; charset=utf-8"}, FRAME.format(title=escape(title), body=body).encode()


def _to(url: str) -> Answer:
    return 303, {"Location": url}, b""
