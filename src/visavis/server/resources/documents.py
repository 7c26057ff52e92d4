"""Documents (PROTOCOL 2.4). They are kept; nothing reads them yet, and each says so."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, Field, StringConstraints

from visavis.net import http_url
from visavis.server.store import Resource
from visavis.server.views import iso
from visavis.session.bodies import URL, Body, Tag

DOCUMENT = "document"
"""The kind of ``store.Resource``."""
NOT_READ = "error"
WHY_NOT_READ = (
    "document_processing_failed: this server keeps documents but does not read them yet; "
    "conversations are told nothing of this one"
)
"""``started`` would have clients wait for ever, ``ready`` have them believe that it is used."""

Tags = Annotated[list[Tag], Field(max_length=100)]


def _fetchable(url: str) -> str:
    try:
        http_url(url)
    except ValueError as error:
        raise ValueError(f"invalid_file_url: {error}") from None
    return url


HttpUrl = Annotated[str, StringConstraints(max_length=2048), AfterValidator(_fetchable)]


class Crawl(Body):
    """How far to follow a website's links."""

    depth: int = Field(1, ge=1, le=10)
    max_pages: int = Field(10, ge=1, le=100)


class DocumentBody(Body):
    """The body of ``POST /v2/documents``."""

    document_url: HttpUrl
    document_name: str = Field("", max_length=255)
    callback_url: URL = ""
    tags: Tags = Field(default_factory=list)
    participant_tags: Tags = Field(default_factory=list)
    custom_description: str = Field("", max_length=10_000)
    is_customer_support_document: bool = False
    font_size_aware_extraction: bool = False
    crawl: Crawl | None = None


class DocumentChange(Body):
    """The body of ``PATCH``: a plain object, not a JSON Patch."""

    document_name: str | None = Field(None, min_length=1, max_length=255)
    tags: Tags | None = None


class Recrawl(Body):
    """The body of ``POST /v2/documents/{id}/recrawl``."""

    crawl: Crawl | None = None


def stored(body: DocumentBody) -> dict[str, Any]:
    """The document to keep."""
    document = body.model_dump(mode="json")
    crawl = document.pop("crawl")
    name = body.document_name or body.document_url.rstrip("/").rpartition("/")[2][:255]
    return {
        **document,
        "document_name": name,
        "crawl_config": crawl,
        "status": NOT_READ,
        "error_message": WHY_NOT_READ,
    }


def document_view(row: Resource) -> dict[str, Any]:
    """A document as clients read it."""
    return {
        "progress": None,
        "crawled_urls": [],
        "last_crawled_at": None,
        "crawl_count": 0,
        **row.document,
        "document_id": row.id,
        "uuid": row.id,
        "created_at": iso(row.created_at),
        "updated_at": iso(row.updated_at),
    }
