"""Meeting tokens: what opens a private room (PROTOCOL 2.1): JWTs whose claims have Daily's short names."""

from __future__ import annotations

import time
from dataclasses import dataclass

import jwt

from visavis.server.errors import Refusal

ALGORITHM = "HS256"
LONGEST = 4096
"""Characters of a token that is looked at; ours have about 200."""

NOT_ALLOWED = "You are not allowed to join this meeting."
EXPIRED = "The meeting token has expired."

CHALLENGE = {"www-authenticate": 'Bearer error="invalid_token", error_description="expired"'}
"""RFC 6750, 3: of use to a client that can ask its backend for another one."""


@dataclass(frozen=True, slots=True)
class Guest:
    """Who a meeting token is for; an empty text leaves it to the client."""

    user_id: str = ""
    user_name: str = ""


ANYBODY = Guest()


class MeetingTokens:
    """Issues and reads them.

    Args:
        key: 32 bytes that only this server knows.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def issue(self, conversation_id: str, expires: float, guest: Guest = ANYBODY) -> str:
        """A token for one room.

        Args:
            conversation_id: the room.
            expires: Unix seconds; nobody joins with it later.
            guest: who it is for.
        """
        claims = {
            "r": conversation_id,
            "iat": int(time.time()),
            "exp": int(expires),
            **({"u": guest.user_name} if guest.user_name else {}),
            **({"ud": guest.user_id} if guest.user_id else {}),
        }
        return jwt.encode(claims, self._key, ALGORITHM)

    def read(self, token: str, conversation_id: str) -> Guest:
        """Who a token lets into this room.

        Raises:
            Refusal: it lets nobody in, or no longer.
        """
        if not token or len(token) > LONGEST:
            raise Refusal(403, NOT_ALLOWED)
        try:
            claims = jwt.decode(token, self._key, algorithms=[ALGORITHM], options={"require": ["exp", "iat"]})
        except jwt.ExpiredSignatureError:
            raise Refusal(401, EXPIRED, CHALLENGE) from None
        except (jwt.InvalidTokenError, UnicodeError):
            raise Refusal(403, NOT_ALLOWED) from None
        if claims.get("r") != conversation_id:
            raise Refusal(403, NOT_ALLOWED)
        return Guest(str(claims.get("ud", "")), str(claims.get("u", "")))
