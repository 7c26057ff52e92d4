"""What a server says is wrong."""

from __future__ import annotations

import httpx


def words_of(response: httpx.Response) -> str:
    """Its message; clients read ``message`` first, then ``error`` (PROTOCOL 2.0). Empty if there is none."""
    try:
        body = response.json()
    except ValueError:
        body = None
    if isinstance(body, dict):
        for key in ("message", "error"):
            if isinstance(body.get(key), str) and body[key]:
                return str(body[key])
    return ""
