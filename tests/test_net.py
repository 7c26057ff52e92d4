"""Which texts are URLs that could be requested."""

from __future__ import annotations

import pytest

from visavis.net import http_url, http_url_or_none

GOOD = (
    *("http://localhost", "https://example.com:8443/a?b=c#d", "http://[::1]:80/", "http://10.0.0.1/x"),
    *("https://ü.example/", "https://a_b.example./", "https://example.com/{order_id}"),
)
BAD = (
    *("http://[", "http://[::1", "http://[zz]/", "http://", "http://:80/", "http://a b/", "http://a..b/"),
    *("http://%zz/", f"http://{'a' * 64}/", "http://999.1.1.1/", "http://a:0/", "http://a:99999/"),
    *("http://a:b/", "ftp://a/", "a", "http://me:secret@a/", "http://a/\0", f"http://a/{'a' * 8192}"),
)


@pytest.mark.parametrize("text", GOOD)
def test_what_can_be_requested_is_a_url(text: str) -> None:
    assert http_url(text).host
    assert http_url_or_none(text) == text


@pytest.mark.parametrize("text", BAD)
def test_what_cannot_be_requested_is_none_and_not_repeated(text: str) -> None:
    with pytest.raises(ValueError, match="URL") as error:
        http_url(text)
    assert text == "a" or text not in str(error.value)
    assert http_url_or_none("") == ""
