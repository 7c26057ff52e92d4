"""Which of the resources of a kind are wanted, by what their documents hold; on SQLite and on Postgres."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Dialect, Select, exists, func, or_, select, true

from visavis.server.store.models import Resource

_SPECIAL = re.compile(r"[%_\\]")


@dataclass(frozen=True, slots=True)
class Filter:
    """What a document must hold.

    Attributes:
        equal: texts, by their field.
        any_of: lists of texts by their field, of which one must be in the document's list.
        search: what must be the id, or in one of ``searched``, in any case of letters; empty for all.
        searched: fields.
        oldest_first: the order; the newest come first otherwise.
    """

    equal: Mapping[str, str] = field(default_factory=dict)
    any_of: Mapping[str, Collection[str]] = field(default_factory=dict)
    search: str = ""
    searched: tuple[str, ...] = ()
    oldest_first: bool = False

    def conditions(self, dialect: Dialect) -> list[ColumnElement[bool]]:
        """For a ``where``."""
        made = [Resource.document[name].as_string() == value for name, value in self.equal.items()]
        for name, values in self.any_of.items():
            if values:
                element = elements(name, dialect)
                made.append(exists(select(1).select_from(element).where(element.c.value.in_(values))))
        if self.search:
            # Both sides by the database: its idea of capital letters may not be Python's.
            pattern = func.lower(f"%{_SPECIAL.sub(_escaped, self.search)}%")
            texts = [func.lower(Resource.document[name].as_string()) for name in self.searched]
            made.append(or_(Resource.id == self.search, *(text.like(pattern, escape="\\") for text in texts)))
        return made


def elements(name: str, dialect: Dialect) -> Any:
    """The texts in a list of the document, as a table with the column ``value``."""
    if dialect.name == "sqlite":
        made = func.json_each(Resource.document, f"$.{name}")
    else:
        made = func.json_array_elements_text(Resource.document[name])
    return made.table_valued("value")


def tags_in_use(kind: str, name: str, dialect: Dialect) -> Select[Any]:
    """Every text in a list of the documents of a kind, once, in order."""
    element = elements(name, dialect)
    rows = select(element.c.value).select_from(Resource).join(element, true())
    return rows.where(Resource.kind == kind).distinct()


def _escaped(special: re.Match[str]) -> str:
    return f"\\{special[0]}"
