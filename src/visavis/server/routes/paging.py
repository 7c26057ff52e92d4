"""Lists come in pages. Most count from 1 (PROTOCOL 0); 0, which a client sends, is the first too."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query

Limit = Annotated[int, Query(ge=1, le=100, description="Rows of a page.")]
Page = Annotated[int, Query(ge=0, le=1_000_000, description="Counts from 1; 0 is the first page, too.")]
PageFrom0 = Annotated[int, Query(ge=0, le=1_000_000, description="Counts from 0.")]
Order = Annotated[
    Literal["ascending", "descending", "asc", "desc"] | None,
    Query(alias="sort", description="By creation; the newest come first unless it is ascending."),
]
Search = Annotated[str, Query(max_length=255, description="The id, or a part of the name in any case.")]
Tags = Annotated[str, Query(max_length=4096, description="A comma list; one of them must be there.")]


def offset(limit: int, page: int) -> int:
    """Rows before a page that counts from 1."""
    return (max(page, 1) - 1) * limit


def oldest_first(order: str | None) -> bool:
    """What ``sort`` asks for."""
    return order in ("ascending", "asc")


def comma_list(text: str) -> list[str]:
    """The parts of a comma list, without empty ones."""
    return [part.strip() for part in text.split(",") if part.strip()]


def listing(data: list[dict[str, Any]], total: int, **more: Any) -> dict[str, Any]:
    """The body of a list."""
    return {"data": data, "total_count": total, **more}


def tag_listing(tags: list[str], search: str | None, limit: int | None, page: int) -> dict[str, Any]:
    """The body of a list of tags."""
    found = [tag for tag in tags if (search or "").casefold() in tag.casefold()]
    shown = found[offset(limit, page) :][:limit] if limit else found
    return {"tags": shown, "total_count": len(found)}
