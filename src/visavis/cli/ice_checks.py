"""Whether the STUN and TURN servers of the settings give addresses, as peers will ask them to."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

from aioice import stun, turn
from aiortc.rtcicetransport import parse_stun_turn_uri

from visavis.cli.checks import Check
from visavis.config import Settings
from visavis.ice import IceServerSetting

PATIENCE = 4.0
"""Seconds for an address."""
REACHABLE = "is it reachable from here, and does a firewall let UDP through?"


def run(settings: Settings) -> Iterator[Check]:
    """Each server in turn."""
    for setting in settings.ice_servers:
        yield asyncio.run(ice_server(setting))


async def ice_server(setting: IceServerSetting) -> Check:
    """Ask a server for an address: a STUN server what ours is, a TURN server for one of its own."""
    title = f"ICE server {setting.url}"
    try:
        async with asyncio.timeout(PATIENCE):
            address = await _address(setting)
    except (TimeoutError, stun.TransactionTimeout):
        return Check(title, "missing", "no answer", REACHABLE)
    except stun.TransactionFailed as error:
        code, words = error.response.attributes.get("ERROR-CODE", (0, "refused"))
        if code in (401, 441):
            return Check(
                title, "missing", "it refuses our credentials", "check username and credential, or secret"
            )
        return Check(title, "missing", f"it refuses: {words} ({code})", "look into its log")
    except OSError as error:
        return Check(title, "missing", f"no answer: {error.strerror or error}", REACHABLE)
    return Check(title, "ok", f"gives {address[0]}")


async def _address(setting: IceServerSetting) -> tuple[str, int]:
    server = setting.issue(time.time())
    place = parse_stun_turn_uri(server.url)
    host, port = place["host"], place["port"]
    if place["scheme"] in ("stun", "stuns"):
        return await _reflexive(host, port)
    transport, _ = await turn.create_turn_endpoint(
        asyncio.DatagramProtocol,
        (host, port),
        username=server.username or None,
        password=server.credential or None,
        ssl=True if place["scheme"] == "turns" else None,
        transport=place["transport"],
    )
    try:
        relayed: tuple[str, int] = transport.get_extra_info("sockname")
        return relayed
    finally:
        transport.close()


async def _reflexive(host: str, port: int) -> tuple[str, int]:
    """Our address as the server sees it (RFC 8489)."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[bytes] = loop.create_future()
    request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)

    class Asking(asyncio.DatagramProtocol):
        def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
            if not answer.done():
                answer.set_result(data)

        def error_received(self, exc: Exception) -> None:
            if not answer.done():
                answer.set_exception(exc)

    transport, _ = await loop.create_datagram_endpoint(Asking, remote_addr=(host, port))
    try:
        transport.sendto(bytes(request))
        attributes = stun.parse_message(await answer).attributes
        seen: tuple[str, int] = attributes.get("XOR-MAPPED-ADDRESS") or attributes["MAPPED-ADDRESS"]
        return seen
    finally:
        transport.close()
