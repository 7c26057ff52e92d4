"""``delivery.api`` of a tool: where its calls are sent, and how they prove whose they are (PROTOCOL 2.7).

What a call becomes is in ``calls``; what is done with the secrets in ``sealing``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from visavis.net import http_url
from visavis.outbound.messages import valid_header
from visavis.outbound.templates import PLACEHOLDER, placeholders

MASK = "********"
"""What stands for a secret in answers."""
MASKED_IN_QUERY = re.compile(rf"[?&][^=&#]*={re.escape(MASK)}(?=[&#]|$)")
BODYLESS = frozenset({"GET", "HEAD", "DELETE"})
FORM = "application/x-www-form-urlencoded"
OUR_PREFIX = "tavus_"
"""Placeholders that begin so are filled in by the server; parameters may not."""

Secret = Annotated[str, Field(min_length=1, max_length=8192)]


class _Strict(BaseModel):
    """A field that is misspelt would be left out of requests without a word; so unknown ones are refused."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class NoAuth(_Strict):
    """Nothing is added."""

    type: Literal["none"] = "none"


class BearerAuth(_Strict):
    """``Authorization: Bearer <token>``."""

    type: Literal["bearer"] = "bearer"
    token: Secret


class BasicAuth(_Strict):
    """``Authorization: Basic <base64 of username:password>``."""

    type: Literal["basic"] = "basic"
    username: str = Field(min_length=1)
    password: Secret


class ApiKeyAuth(_Strict):
    """A header, or a parameter in the query."""

    type: Literal["api_key"] = "api_key"
    name: str = Field(min_length=1)
    value: Secret
    location: Literal["header", "query"] = "header"

    @model_validator(mode="after")
    def _can_be_sent(self) -> Self:
        if self.location == "header" and not valid_header(self.name, self.value):
            raise ValueError("auth.name and auth.value are no header that can be sent")
        return self


class HmacAuth(_Strict):
    """``X-Tavus-Signature``: HMAC-SHA256 of the body, in hexadecimal digits.

    The body is an envelope of its own: ``name``, ``arguments`` as JSON text, ``tool_call_id``,
    ``conversation_id``.
    """

    type: Literal["hmac"] = "hmac"
    secret: Secret


class OAuth2Auth(_Strict):
    """``Authorization: Bearer`` with a token that is fetched, kept and renewed (RFC 6749, 4.4)."""

    type: Literal["oauth2_client_credentials"] = "oauth2_client_credentials"
    token_url: str = Field(min_length=1)
    client_id: str = Field(min_length=1)
    client_secret: Secret
    scope: str | None = None

    @field_validator("token_url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        http_url(url)
        return url


Auth = Annotated[
    NoAuth | BearerAuth | BasicAuth | ApiKeyAuth | HmacAuth | OAuth2Auth, Field(discriminator="type")
]

SECRET_FIELDS = {
    "bearer": "token",
    "basic": "password",
    "api_key": "value",
    "hmac": "secret",
    "oauth2_client_credentials": "client_secret",
}
"""The secret of each kind of ``auth``."""


class ApiDelivery(_Strict):
    """``delivery.api``. Plain HTTP is for addresses that the operator allows; sending it says so."""

    url: str = Field(min_length=1)
    """With placeholders in path and query."""
    method: Literal["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"] = "POST"
    timeout: float = Field(10.0, gt=0, le=60)
    """Seconds, the token's included."""
    headers: dict[str, str] | None = None
    auth: Auth | None = None
    body_template: dict[str, Any] | None = None
    query_params: dict[str, str] | None = None
    content_type: str | None = None

    @field_validator("url")
    @classmethod
    def _is_a_url(cls, url: str) -> str:
        if PLACEHOLDER.search(_netloc(url)):
            raise ValueError("the host cannot have placeholders")
        http_url(url)
        return url

    @field_validator("headers")
    @classmethod
    def _can_be_sent(cls, headers: dict[str, str] | None) -> dict[str, str] | None:
        for name, value in (headers or {}).items():
            if not valid_header(name, value):
                raise ValueError(f"the header {name[:64]!r} cannot be sent")
        return headers

    @field_validator("content_type")
    @classmethod
    def _is_understood(cls, content_type: str | None) -> str | None:
        if content_type is not None and (
            not valid_header("content-type", content_type) or content_type.lower().startswith("multipart/")
        ):
            raise ValueError(f"must be a JSON type or {FORM}")
        return content_type

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.body_template is not None and self.method in BODYLESS:
            raise ValueError(f"{self.method} has no body; remove body_template, or use POST, PUT or PATCH")
        if isinstance(self.auth, HmacAuth):
            if self.method in BODYLESS:
                raise ValueError(f"hmac signs a body, and {self.method} has none; use POST, PUT or PATCH")
            if self.body_template or self.query_params or PLACEHOLDER.search(self.url):
                raise ValueError("hmac has its own body and a fixed URL: no templates, no query_params")
        field = SECRET_FIELDS.get(self.auth.type) if self.auth else None
        if (
            MASK in (self.headers or {}).values()
            or (field and getattr(self.auth, field) == MASK)
            or _holds_mask([self.query_params, self.body_template])
            or MASKED_IN_QUERY.search(self.url)
        ):
            raise ValueError(f"{MASK} stands for a secret that is not known; send the secret itself")
        return self

    @property
    def placeholders(self) -> set[str]:
        """The arguments that it names."""
        return placeholders([self.url, self.body_template, self.query_params])


def check_declared(delivery: ApiDelivery, parameters: Mapping[str, Any]) -> None:
    """Make sure that every placeholder is a parameter of the tool, or one that the server fills in.

    Args:
        delivery: of the tool.
        parameters: its JSON Schema.

    Raises:
        ValueError: one is neither.
    """
    properties = parameters.get("properties")
    declared = set(properties) if isinstance(properties, Mapping) else set()
    strangers = sorted(name for name in delivery.placeholders - declared if not name.startswith(OUR_PREFIX))
    if strangers:
        raise ValueError(
            f"delivery.api names {', '.join(strangers)}, which parameters.properties does not declare"
        )


def _holds_mask(value: Any) -> bool:
    if isinstance(value, dict):
        return any(map(_holds_mask, value.values()))
    return any(map(_holds_mask, value)) if isinstance(value, list) else bool(value == MASK)


def _netloc(url: str) -> str:
    try:
        return urlsplit(url).netloc
    except ValueError:
        return ""  # it is no URL; what is wrong with it is for ``http_url`` to say
