"""Which addresses of the Internet a customer's address may lead to: public ones, and nothing that leads back inside.

`ipaddress` knows most private networks; the list below is what it calls global although it tunnels or translates to
private addresses, or was withdrawn.
"""

import queue
import socket
import threading
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

INSIDE = tuple(
    ip_network(each)
    for each in (
        "::/96",  # IPv4 in an old form: ::127.0.0.1
        "64:ff9b::/96",  # translated to IPv4 at a gateway
        "64:ff9b:1::/48",
        "2002::/16",  # 6to4: carries an IPv4 address
        "2001::/32",  # Teredo: the same
        "fec0::/10",  # site-local, withdrawn
        "5f00::/16",  # segment routing inside a network
        "100::/64",  # discarded
    )
)


def is_public(text: str) -> bool:
    """Whether `text`, an address in figures as a resolver gives it, is one that everybody reaches."""
    try:
        address: IPv4Address | IPv6Address = ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    return address.is_global and not address.is_multicast and not any(address in network for network in INSIDE)


def resolve(host: str, port: int, timeout_s: float) -> list[str]:
    """The addresses of `host`, each once, in the resolver's order. Raises OSError, TimeoutError.

    The resolver cannot be interrupted, so it is asked in a thread that is left behind when it takes too long.
    """
    answer: queue.Queue[list[str] | OSError] = queue.Queue(1)
    threading.Thread(target=_ask, args=(host, port, answer), daemon=True).start()
    try:
        found = answer.get(timeout=timeout_s)
    except queue.Empty:
        raise TimeoutError(f"{host} was not resolved within {timeout_s:.0f} s") from None
    if isinstance(found, OSError):
        raise found
    return found


def _ask(host: str, port: int, answer: "queue.Queue[list[str] | OSError]") -> None:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        answer.put(error if isinstance(error, OSError) else OSError(f"{host} is no name of a host"))
        return
    answer.put(list(dict.fromkeys(str(each[4][0]) for each in found)))
