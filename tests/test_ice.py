"""STUN and TURN servers in settings, in headers, and their credentials."""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any

import pytest
from pydantic import ValidationError

from visavis.ice import VALID_SECONDS, IceServer, IceServerSetting, from_links, link


def setting(value: Any) -> IceServerSetting:
    return IceServerSetting.model_validate(value)


def test_a_url_alone_is_enough() -> None:
    assert setting("stun:a.test:3478").issue(0.0) == IceServer("stun:a.test:3478")


def test_fixed_credentials_are_given_as_they_are() -> None:
    fixed = setting({"url": "turn:a.test", "username": "ann", "credential": "pw"})
    assert fixed.issue(0.0) == IceServer("turn:a.test", "ann", "pw")


def test_a_shared_secret_makes_credentials_that_expire() -> None:
    """As coturn's use-auth-secret wants them: the time of expiry, signed by HMAC-SHA1."""
    made = setting({"url": "turn:a.test", "secret": "s3cret"}).issue(1000.7)
    assert made.username == f"{1000 + VALID_SECONDS}:visavis"
    digest = hmac.new(b"s3cret", made.username.encode(), hashlib.sha1).digest()
    assert made.credential == base64.b64encode(digest).decode()


@pytest.mark.parametrize(
    "wrong",
    [
        "http://a.test",
        "turn:",
        {"url": "turn:a.test", "username": "ann"},
        {"url": "turn:a.test", "credential": "pw"},
        {"url": "turn:a.test", "username": "ann", "credential": "pw", "secret": "s"},
        {"url": "turn:a.test", "user": "ann"},
        {},
    ],
)
def test_what_makes_no_sense_is_refused(wrong: Any) -> None:
    with pytest.raises(ValidationError):
        setting(wrong)


def test_credentials_do_not_show_in_a_settings_text() -> None:
    assert "s3cret" not in repr(setting({"url": "turn:a.test", "secret": "s3cret"}))


@pytest.mark.parametrize(
    "server",
    [
        IceServer("stun:a.test:3478"),
        IceServer("turn:a.test?transport=udp", "7200:visavis", "AbC+/="),
        IceServer("turns:[::1]:5349", 'an"n', "back\\slash, and; more"),
    ],
)
def test_a_link_header_is_read_as_it_was_written(server: IceServer) -> None:
    assert from_links(f"{link(server)}, <https://a.test/x>; rel=next, {link(server)}") == [server, server]


def test_workers_are_told_the_whole_of_it() -> None:
    servers = [setting({"url": "turn:a.test", "secret": "s3cret"}), setting("stun:b.test")]
    assert [setting(server.plain()) for server in servers] == servers
