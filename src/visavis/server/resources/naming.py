"""One field, several names (PROTOCOL 0): documents keep the first, clients read and write any."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Document = dict[str, Any]
Group = tuple[str, ...]
Groups = dict[str, tuple[Group, ...]]

SHOWN: Groups = {
    "": (
        ("persona_name", "pal_name"),
        ("default_replica_id", "default_face_id"),
    ),
    "layers/conversational_flow": (
        ("replica_interruptibility", "pal_interruptibility", "face_interruptibility"),
    ),
}
"""Names in use, by the path of the object that holds the fields; the first of a group is the stored one."""
DEPRECATED: Groups = {
    "layers/perception": (
        ("perception_model", "perception_model_name"),
        ("visual_awareness_queries", "ambient_awareness_queries"),
        ("visual_tool_prompt", "perception_tool_prompt", "tool_prompt"),
        ("visual_tools", "perception_tools"),
    ),
}
"""Names that are read, and not shown beside the first."""
PERSONA = {**SHOWN, **DEPRECATED}


def with_one_name(document: Document) -> Document:
    """The document as it is stored: of each group the first name, with what any of them says."""
    return _rebuilt(document, _first_only, PERSONA)


def with_all_names(document: Document, deprecated: bool = False) -> Document:
    """The document as it is shown; with deprecated names, too, as it may be changed."""
    return _rebuilt(document, _spread, PERSONA if deprecated else SHOWN)


def said(document: Document) -> dict[str, Document]:
    """What the fields with several names hold; for ``agree``."""
    return {
        path: {name: holder[name] for group in PERSONA[path] for name in group if name in holder}
        for path in PERSONA
        if (holder := _at(document, path)) is not None
    }


def agree(document: Document, before: dict[str, Document], operation: dict[str, Any]) -> None:
    """Have all names of a field say the same after an operation: what was said under the one it changed.

    Args:
        document: as the operation left it; it is changed.
        before: what was ``said`` before the operation.
        operation: of a JSON Patch. A field is gone when it took one of its names away.
    """
    gone = {
        operation["path"] if operation["op"] == "remove" else "",
        operation["from"] if operation["op"] == "move" else "",
    }
    for path, groups in PERSONA.items():
        holder = _at(document, path)
        if holder is None:
            continue
        earlier = before.get(path, {})
        prefix = f"/{path}/" if path else "/"
        for group in groups:
            present = [name for name in group if name in holder]
            changed = [name for name in present if name not in earlier or holder[name] != earlier[name]]
            if not changed and any(prefix + name in gone for name in group):
                for name in present:
                    del holder[name]
            elif present:
                holder.update(dict.fromkeys(group, holder[(changed or present)[0]]))


def _at(document: Document, path: str) -> Document | None:
    holder: Any = document
    for part in filter(None, path.split("/")):
        holder = holder.get(part) if isinstance(holder, dict) else None
    return holder if isinstance(holder, dict) else None


def _rebuilt(
    document: Document, change: Callable[[Document, Group], None], groups: Groups, path: str = ""
) -> Document:
    """A copy of the objects that hold such fields, changed."""
    result = {
        key: _rebuilt(value, change, groups, inner)
        if isinstance(value, dict) and any(known.startswith(inner) for known in groups)
        else value
        for key, value in document.items()
        if (inner := f"{path}/{key}".lstrip("/"))
    }
    for group in groups.get(path, ()):
        change(result, group)
    return result


def _first_only(holder: Document, group: Group) -> None:
    said = [holder.pop(name) for name in group if holder.get(name) is not None]
    for name in group:
        holder.pop(name, None)
    if said:
        # An old program's words count beside the newer name's emptiness, which it never heard of.
        holder[group[0]] = next((value for value in said if value not in ("", [])), said[0])


def _spread(holder: Document, group: Group) -> None:
    _first_only(holder, group)
    if group[0] in holder:
        holder.update(dict.fromkeys(group, holder[group[0]]))
