"""Callback URLs that will be refused for sure are refused at once."""

from __future__ import annotations

from ipaddress import ip_address

from visavis.errors import OutboundRefused
from visavis.outbound.guard import Guard
from visavis.outbound.messages import parse
from visavis.server.errors import Refusal


def check_callback(url: str, guard: Guard) -> None:
    """Nothing is looked up: what a name leads to is known when something is sent.

    Args:
        url: empty for none.
        guard: where requests may go.

    Raises:
        Refusal: nothing can be sent to it.
    """
    if not url:
        return
    try:
        host = parse(url).raw_host.decode("ascii")
        try:
            address = ip_address(host.strip("[]"))
        except ValueError:
            return
        guard.check(host, [address])
    except OutboundRefused as error:
        raise Refusal(400, f"callback_url: {error.reason}") from None
