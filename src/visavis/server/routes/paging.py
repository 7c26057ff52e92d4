"""Lists come in pages that count from 1 (PROTOCOL 0); 0, which a client sends, is the first one too."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from fastapi import Query

T = TypeVar("T")

Limit = Annotated[int, Query(ge=1, le=100)]
Page = Annotated[int, Query(ge=0, le=1_000_000)]


def page_of(rows: Sequence[T], limit: int, page: int) -> Sequence[T]:
    """The rows of one page."""
    start = (max(page, 1) - 1) * limit
    return rows[start : start + limit]


def listing(data: list[dict[str, Any]], total: int) -> dict[str, Any]:
    """The body of a list."""
    return {"data": data, "total_count": total}
