"""STUN and TURN servers, as an operator names them and as peers are given them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator

_URL = re.compile(r"(stun|turn)s?:\S+")
VALID_SECONDS = 2 * 60 * 60
"""How long credentials made from a shared secret are good: longer than any call."""


@dataclass(frozen=True, slots=True)
class IceServer:
    """One server as a peer uses it (RFC 8829, ``RTCIceServer``).

    Attributes:
        url: ``stun:``, ``stuns:``, ``turn:`` or ``turns:``.
        username: of a TURN server.
        credential: its password.
    """

    url: str
    username: str = ""
    credential: str = ""

    @property
    def usable(self) -> bool:
        """Whether the URL is that of a STUN or TURN server."""
        return _URL.fullmatch(self.url) is not None


class IceServerSetting(BaseModel):
    """One server as the settings name it: a URL alone, or an object.

    A TURN server wants either a fixed ``username`` and ``credential``, which everybody in a call then learns,
    or a ``secret`` that it shares with this server (coturn's ``static-auth-secret``), from which each call is
    given credentials that expire.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: str
    username: str = Field("", max_length=500)
    credential: SecretStr = SecretStr("")
    secret: SecretStr = SecretStr("")

    @model_validator(mode="before")
    @classmethod
    def _url_alone(cls, data: Any) -> Any:
        return {"url": data} if isinstance(data, str) else data

    @model_validator(mode="after")
    def _makes_sense(self) -> IceServerSetting:
        if not IceServer(self.url).usable:
            raise ValueError(f"{self.url!r} is no stun: or turn: URL")
        if self.secret.get_secret_value() and self.credential.get_secret_value():
            raise ValueError("give a credential or a secret, not both")
        if bool(self.username) != bool(self.credential.get_secret_value()):
            raise ValueError("username and credential come together")
        return self

    def plain(self) -> dict[str, str]:
        """With its secrets in the clear: for the worker processes."""
        hidden = {"credential": self.credential, "secret": self.secret}
        return {**self.model_dump(), **{name: value.get_secret_value() for name, value in hidden.items()}}

    def issue(self, now: float) -> IceServer:
        """What a peer is given.

        Args:
            now: Unix seconds.
        """
        secret = self.secret.get_secret_value()
        if not secret:
            return IceServer(self.url, self.username, self.credential.get_secret_value())
        username = f"{int(now) + VALID_SECONDS}:visavis"
        digest = hmac.new(secret.encode(), username.encode(), hashlib.sha1).digest()
        return IceServer(self.url, username, base64.b64encode(digest).decode())


def link(server: IceServer) -> str:
    """The value of a Link header that names it (RFC 9725, 4.6)."""
    named = f'<{server.url}>; rel="ice-server"'
    if not server.username:
        return named
    credentials = f'username="{_quoted(server.username)}"; credential="{_quoted(server.credential)}"'
    return f'{named}; {credentials}; credential-type="password"'


def _quoted(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


_LINK = re.compile(r"<([^>]*)>((?:\s*;\s*[\w-]+\s*=\s*(?:\"(?:[^\"\\]|\\.)*\"|[^\s\",;]+))*)")
_PARAMETER = re.compile(r";\s*([\w-]+)\s*=\s*(?:\"((?:[^\"\\]|\\.)*)\"|([^\s\",;]+))")


def from_links(header: str) -> list[IceServer]:
    """The ICE servers that Link headers name; other links are passed over.

    Args:
        header: one value, or several joined by commas.
    """
    servers = []
    for url, rest in _LINK.findall(header):
        parameters = {
            name.lower(): re.sub(r"\\(.)", r"\1", quoted) or bare
            for name, quoted, bare in _PARAMETER.findall(rest)
        }
        server = IceServer(url, parameters.get("username", ""), parameters.get("credential", ""))
        if "ice-server" in parameters.get("rel", "").split() and server.usable:
            servers.append(server)
    return servers
