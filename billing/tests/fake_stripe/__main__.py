"""`python -m billing.tests.fake_stripe PORT SITE`: the stand-in for a browser, telling SITE what happens.

Run the product with STRIPE_SECRET_KEY=sk_test_stand_in STRIPE_WEBHOOK_SECRET=whsec_stand_in
STRIPE_API_URL=http://127.0.0.1:PORT, and once `manage.py stripe_catalogue`. Each line read from standard input lets
so many days pass.
"""

import sys
import threading
import time
from datetime import UTC, datetime, timedelta

from billing.tests.fake_stripe import Account, Server
from billing.tests.fake_stripe.clock import advance
from billing.tests.fake_stripe.server import deliver


def main() -> None:
    port, site = int(sys.argv[1]), sys.argv[2].rstrip("/")
    account = Account(datetime.now(UTC))
    with Server(account, port):
        print(f"Stripe's stand-in: {account.url}", flush=True)
        threading.Thread(target=_deliver, args=(account, f"{site}/billing/stripe/"), daemon=True).start()
        for line in sys.stdin:
            advance(account, datetime.fromtimestamp(account.now, UTC) + timedelta(days=float(line)))
            print(f"It is {datetime.fromtimestamp(account.now, UTC):%Y-%m-%d}.", flush=True)
        threading.Event().wait()


def _deliver(account: Account, url: str) -> None:
    """In order, each until it is taken."""
    told = 0
    while True:
        if told < len(account.events):
            try:
                deliver(account.events[told], url)
                told += 1
                continue
            except OSError as error:
                print(f"{url}: {error}", flush=True)
        time.sleep(0.5)


main()
