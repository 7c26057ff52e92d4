from __future__ import annotations

import base64
import hashlib
import hmac
import time

import pytest

from visavis.errors import ConfigurationError, SignatureInvalid
from visavis.outbound.signing import new_secret, sign, verify

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
BODY = '{"text": "Grüße"}'.encode()


def test_the_vector_of_the_specification() -> None:
    headers = sign(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert headers == {
        "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
        "webhook-timestamp": "1614265330",
        "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    }


def test_a_signature_is_what_the_specification_says() -> None:
    secret = new_secret()
    assert len(base64.b64decode(secret.removeprefix("whsec_"))) == 32
    assert secret != new_secret()
    headers = sign(secret, "msg_1", 1700000000.9, BODY)
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.digest(key, b"msg_1.1700000000." + BODY, hashlib.sha256)).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_what_was_signed_verifies_whatever_the_case_of_headers() -> None:
    headers = sign(SECRET, "msg_1", time.time(), BODY)
    verify(SECRET, headers, BODY)
    verify(SECRET, {name.title(): value for name, value in headers.items()}, BODY)


def test_while_secrets_change_both_verify() -> None:
    old, new = new_secret(), new_secret()
    headers = sign([new, old], "msg_1", time.time(), BODY)
    verify(old, headers, BODY)
    verify(new, headers, BODY)


@pytest.mark.parametrize(
    "change",
    [
        {"webhook-id": "msg_2"},
        {"webhook-timestamp": str(int(time.time()) - 20)},
        {"webhook-timestamp": "soon"},
        {"webhook-timestamp": "nan"},
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "v1"},
        {"webhook-signature": "nonsense , v1"},
        {"webhook-signature": "v1,***"},
        {"webhook-signature": ""},
    ],
)
def test_what_was_changed_does_not(change: dict[str, str]) -> None:
    headers = {**sign(SECRET, "msg_1", time.time(), BODY), **change}
    with pytest.raises(SignatureInvalid):
        verify(SECRET, headers, BODY)


def test_another_body_another_secret_or_another_day_does_not() -> None:
    headers = sign(SECRET, "msg_1", time.time(), BODY)
    for secret, body in [(SECRET, BODY + b" "), (new_secret(), BODY), (SECRET, b"\xff")]:
        with pytest.raises(SignatureInvalid):
            verify(secret, headers, body)
    for away in (-400, 400):
        with pytest.raises(SignatureInvalid, match="too"):
            verify(SECRET, sign(SECRET, "msg_1", time.time() + away, BODY), BODY)


@pytest.mark.parametrize("secret", ["whsec_", "", "whsec_é"])
def test_a_secret_that_is_none(secret: str) -> None:
    with pytest.raises(ConfigurationError, match="whsec_ and base64"):
        sign(secret, "msg_1", 0, BODY)
