from __future__ import annotations

import asyncio
import gzip
import ssl
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.outbound.serving import Names, Received, local_client, reply, serving
from visavis.errors import OutboundFailed, OutboundRefused
from visavis.outbound.client import GuardedClient
from visavis.outbound.guard import LOOPBACK, Guard

Writer = asyncio.StreamWriter


async def ok(_: Received, __: Writer) -> bytes:
    return reply(200, b"fine", x_kind="test")


async def test_a_request_and_its_answer() -> None:
    async with serving(ok) as server, local_client() as client:
        for _ in range(2):
            answer = await client.request(
                "POST", f"{server.url}/a%20b?c=d", headers={"X-Mine": "1"}, body=b"hello"
            )
            assert (answer.status, answer.body, answer.truncated) == (200, b"fine", False)
            assert answer.headers["x-kind"] == "test"
    received = server.received[0]
    assert (received.method, received.target, received.body) == ("POST", "/a%20b?c=d", b"hello")
    assert received.headers["x-mine"] == "1"
    assert received.headers["host"] == f"127.0.0.1:{server.port}"
    assert received.headers["user-agent"].startswith("visavis/")
    assert server.connections == 1, "the connection is used again"


async def test_by_default_nothing_on_this_machine_is_reached() -> None:
    async with serving(ok) as server, GuardedClient(Guard()) as client:
        for host in (
            "127.0.0.1",
            "localhost",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "2130706433",
            "0x7f.1",
            "0.0.0.0",
        ):
            with pytest.raises(OutboundRefused):
                await client.request("GET", f"http://{host}:{server.port}/")
            with pytest.raises(OutboundRefused):
                await client.check(f"http://{host}:{server.port}/")
    assert server.connections == 0


async def test_a_name_that_leads_elsewhere_between_two_lookups_is_checked_each_time() -> None:
    names = Names.of(rebind_test=[["8.8.8.8"], ["127.0.0.1"]], both_test=[["8.8.8.8", "127.0.0.1"]])
    async with serving(ok) as server, GuardedClient(Guard(), resolve=names) as client:
        await client.check(f"http://rebind.test:{server.port}/")
        with pytest.raises(OutboundRefused):
            await client.request("GET", f"http://rebind.test:{server.port}/")
        with pytest.raises(OutboundRefused):
            await client.request("GET", f"http://both.test:{server.port}/")
    assert server.connections == 0


async def test_the_address_that_was_checked_is_the_one_connected_to() -> None:
    # The system knows no such name, and the second answer would be refused.
    names = Names.of(hooks_test=[["127.0.0.1"], ["10.0.0.1"]])
    async with serving(ok) as server, GuardedClient(Guard(LOOPBACK), resolve=names) as client:
        answer = await client.request("GET", f"http://hooks.test:{server.port}/")
    assert answer.status == 200
    assert names.asked == 1
    assert server.received[0].headers["host"] == f"hooks.test:{server.port}"


async def test_the_second_address_is_tried_when_the_first_refuses() -> None:
    names = Names.of(hooks_test=[["127.0.0.9", "127.0.0.1"]])
    async with serving(ok) as server, GuardedClient(Guard(LOOPBACK), resolve=names) as client:
        assert (await client.request("GET", f"http://hooks.test:{server.port}/")).status == 200


async def test_a_redirect_is_an_answer() -> None:
    async def elsewhere(_: Received, __: Writer) -> bytes:
        return reply(302, location="http://169.254.169.254/latest/meta-data/")

    async with serving(elsewhere) as server, local_client() as client:
        answer = await client.request("GET", server.url)
    assert answer.status == 302
    assert len(server.received) == 1


@pytest.mark.parametrize(
    ("url", "reason"),
    [
        ("ftp://example.com/", "http"),
        ("file:///etc/passwd", "http"),
        ("//example.com", "http"),
        ("http://", "host"),
        ("http://user:secret@127.0.0.1/", "user and password"),
        ("http://token@127.0.0.1/", "user and password"),
        ("http://[::1", "valid"),
        ("http://127.0.0.1:99999/", "port"),
        ("http://127.0.0.1:0/", "port"),
        ("http://example.com/\r\nx: y", "valid"),
        ("http://example.com/" + "a" * 9000, "characters"),
    ],
)
async def test_urls_that_are_refused(url: str, reason: str) -> None:
    async with local_client() as client:
        with pytest.raises(OutboundRefused, match=reason) as refused:
            await client.request("GET", url)
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "other"},
        {"Content-Length": "3"},
        {"x": "a\r\nb: c"},
        {"a b": "c"},
        {"Proxy-Authorization": "x"},
    ],
)
async def test_headers_that_say_how_a_message_travels_are_refused(headers: dict[str, str]) -> None:
    async with serving(ok) as server, local_client() as client:
        with pytest.raises(OutboundRefused, match="header"):
            await client.request("POST", server.url, headers=headers, body=b"abcdef")
    assert server.connections == 0


async def test_plain_http_where_only_https_will_do() -> None:
    names = Names.of(public_test=[["8.8.8.8"]])
    async with GuardedClient(Guard(), resolve=names) as client:
        with pytest.raises(OutboundRefused, match="only https"):
            await client.request("GET", "http://public.test/", https_only=True)
        with pytest.raises(OutboundRefused, match="only https"):
            await client.check("http://public.test/", https_only=True)
        await client.check("https://public.test/", https_only=True)
    async with serving(ok) as server, local_client() as client:
        assert (await client.request("GET", server.url, https_only=True)).status == 200


async def test_an_endless_answer_is_cut() -> None:
    async def endless(_: Received, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x" * 65536)
            await writer.drain()

    async with serving(endless) as server, local_client() as client:
        answer = await client.request("GET", server.url, answer_limit=100_000)
    assert (len(answer.body), answer.truncated) == (100_000, True)


async def test_an_answer_that_drips_is_given_up() -> None:
    async def drip(_: Received, writer: Writer) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
        while not writer.is_closing():
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with serving(drip) as server, local_client() as client:
        began = time.monotonic()
        with pytest.raises(OutboundFailed, match="within 1 s"):
            await client.request("GET", server.url, timeout=1)
    assert time.monotonic() - began < 5


async def test_nothing_is_unpacked() -> None:
    bomb = gzip.compress(bytes(20_000_000))

    async def packed(_: Received, __: Writer) -> bytes:
        return reply(200, bomb, content_encoding="gzip")

    async with serving(packed) as server, local_client() as client:
        answer = await client.request("GET", server.url)
    assert server.received[0].headers["accept-encoding"] == "identity"
    assert answer.body == bomb


async def test_a_body_that_is_too_long_is_not_sent() -> None:
    async with serving(ok) as server, local_client() as client:
        with pytest.raises(OutboundRefused, match="more than 10"):
            await client.request("POST", server.url, body=b"x" * 11, body_limit=10)
    assert server.connections == 0


async def test_what_may_work_another_time_is_told_apart() -> None:
    async def nonsense(_: Received, writer: Writer) -> None:
        writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
        await writer.drain()

    async def silence(_: Received, __: Writer) -> None:
        await asyncio.sleep(30)

    async with serving(nonsense) as odd, serving(silence) as silent, local_client() as client:
        with pytest.raises(OutboundFailed, match="no valid HTTP"):
            await client.request("GET", odd.url)
        with pytest.raises(OutboundFailed, match="no complete answer"):
            await client.request("GET", silent.url, timeout=1)
        # Cancelled within the handshake: a socket left open would be a warning, and those are errors here.
        with pytest.raises(OutboundFailed, match="within 1 s"):
            await client.request("GET", odd.url.replace("http", "https"), timeout=1)
    async with serving(ok) as gone, local_client() as client:
        pass
    async with local_client() as client:
        with pytest.raises(OutboundFailed, match="refused"):
            await client.request("GET", gone.url)
    async with GuardedClient(Guard(), resolve=Names.of()) as client:
        with pytest.raises(OutboundFailed, match="resolved"):
            await client.request("GET", "https://nowhere.test/")
        await client.check("https://nowhere.test/")


async def test_proxies_of_the_environment_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(ok) as proxy, serving(ok) as server, local_client() as client:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, proxy.url)
        names = Names.of(hooks_test=[["127.0.0.1"]])
        async with GuardedClient(Guard(LOOPBACK), resolve=names) as client:
            await client.request("GET", f"http://hooks.test:{server.port}/")
    assert (proxy.connections, server.connections) == (0, 1)


def certificate(name: str, folder: Path) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server's context for a name, and a client's that trusts it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = folder / "cert.pem"
    pem.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(pem)
    return server, ssl.create_default_context(cafile=str(pem))


async def test_certificates_are_verified_for_the_name_not_the_address(tmp_path: Path) -> None:
    tls, trusting = certificate("hooks.test", tmp_path)
    shown: list[str | None] = []
    tls.sni_callback = lambda _socket, name, _context: shown.append(name)
    names = Names.of(hooks_test=[["127.0.0.1"]], other_test=[["127.0.0.1"]])
    guard = Guard(LOOPBACK)
    async with serving(ok, tls) as server:
        async with GuardedClient(guard, resolve=names, ssl_context=trusting) as client:
            assert (await client.request("GET", f"https://hooks.test:{server.port}/")).status == 200
            with pytest.raises(OutboundFailed, match="certificate is not accepted"):
                await client.request("GET", f"https://other.test:{server.port}/")
        async with GuardedClient(guard, resolve=names) as client:
            with pytest.raises(OutboundFailed, match="certificate is not accepted"):
                await client.request("GET", f"https://hooks.test:{server.port}/")
    assert shown == ["hooks.test", "other.test", "hooks.test"]


async def test_a_server_that_speaks_no_tls() -> None:
    async def hello(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(hello, "127.0.0.1", 0) as listener, local_client() as client:
        port = listener.sockets[0].getsockname()[1]
        with pytest.raises(OutboundFailed, match="TLS: no secure connection"):
            await client.request("GET", f"https://127.0.0.1:{port}/")
