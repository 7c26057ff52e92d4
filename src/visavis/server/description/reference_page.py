"""The REST API's description as one HTML page: no script, nothing loaded from anywhere."""

from __future__ import annotations

import json
from html import escape
from typing import Any

from visavis.protocol.specification_page import STYLE
from visavis.server.description.openapi import operations

WRAP = "nav code { overflow-wrap: anywhere; }"

Document = dict[str, Any]


def page(document: Document, home: str = "") -> str:
    """The whole page of an OpenAPI document.

    Args:
        document: the description.
        home: the path under which browsers reach the server, without a final slash.
    """
    sections: dict[str, list[tuple[str, str, Document]]] = {}
    for path, method, about in operations(document):
        tag = next(iter(about.get("tags", [])), "others")
        sections.setdefault(tag, []).append((path, method, about))
    body = [
        f"<h1>{escape(document['info']['title'])}: the REST API</h1>",
        _prose(document["info"]["description"]),
    ]
    body.append(f"<p><a href='{escape(home, quote=True)}/openapi.json'>The same as OpenAPI 3.1</a></p>")
    body.append(_contents(sections))
    for tag, entries in sections.items():
        body.append(f"<h2 id='{_anchor(tag)}'>{escape(tag.capitalize())}</h2>")
        body += [_operation(document, *entry) for entry in entries]
    body.append("<h2 id='objects'>Objects</h2>")
    body += [_schema(document, name) for name in sorted(document["components"]["schemas"])]
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>The REST API</title>\n<style>{STYLE}{WRAP}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def _contents(sections: dict[str, list[tuple[str, str, Document]]]) -> str:
    parts = ["<nav aria-label='Contents'>"]
    for tag, entries in sections.items():
        links = "".join(
            f"<li><a href='#{_anchor(method, path)}'><code>{method.upper()} {escape(path)}</code></a></li>"
            for path, method, _ in entries
        )
        parts.append(
            f"<p><b><a href='#{_anchor(tag)}'>{escape(tag.capitalize())}</a></b></p><ul>{links}</ul>"
        )
    return "".join(parts) + "<p><b><a href='#objects'>Objects</a></b></p></nav>"


def _operation(document: Document, path: str, method: str, about: Document) -> str:
    anchor = _anchor(method, path)
    parts = [
        f"<section aria-labelledby='{anchor}'><h3 id='{anchor}'>{method.upper()} {escape(path)}</h3>",
        _prose(about.get("description", "")),
    ]
    if about.get("parameters"):
        rows = "".join(
            _row(one["name"], one["schema"], one.get("required", False), one.get("description", ""))
            for one in about["parameters"]
        )
        parts.append(_table("<th>parameter</th><th>type</th><th>required</th><th>meaning</th>", rows))
    for content in about.get("requestBody", {}).get("content", {}).values():
        parts.append(f"<p>Body: {_type(content.get('schema', {}))}</p>")
    rows = ""
    for status, answer in sorted(about["responses"].items()):
        contents: list[Document] = list(answer.get("content", {}).values())
        schema = contents[0].get("schema", {}) if contents else {}
        shape = _type(schema) if schema else ""
        rows += f"<tr><td>{status}</td><td>{shape}</td><td>{_inline(answer['description'])}</td></tr>"
    parts.append(_table("<th>status</th><th>answer</th><th>when</th>", rows))
    return "\n".join([*parts, "</section>"])


def _schema(document: Document, name: str) -> str:
    about = document["components"]["schemas"][name]
    required = about.get("required", [])
    rows = "".join(
        _row(field, shape, field in required, shape.get("description", ""))
        for field, shape in about.get("properties", {}).items()
    )
    head = "<th>field</th><th>type</th><th>always</th><th>meaning</th>"
    return (
        f"<section><h3 id='{_anchor('object', name)}'>{escape(name)}</h3>"
        f"{_prose(about.get('description', ''))}{_table(head, rows) if rows else ''}"
        + "".join(f"<pre>{escape(json.dumps(one, indent=2))}</pre>" for one in about.get("examples", []))
        + "</section>"
    )


def _row(name: str, shape: Document, required: bool, meaning: str) -> str:
    return (
        f"<tr><td><code>{escape(name)}</code></td><td>{_type(shape)}</td>"
        f"<td>{'yes' if required else ''}</td><td>{_inline(meaning)}</td></tr>"
    )


def _type(shape: Document) -> str:
    if "$ref" in shape:
        name = shape["$ref"].rpartition("/")[2]
        return f"<a href='#{_anchor('object', name)}'>{escape(name)}</a>"
    for key in ("anyOf", "oneOf", "allOf"):
        if key in shape:
            return " | ".join(_type(one) for one in shape[key] if one != {"type": "null"}) or "null"
    if "const" in shape or "enum" in shape:
        values = [shape["const"]] if "const" in shape else shape["enum"]
        return escape(" | ".join(json.dumps(value) for value in values))
    kind = str(shape.get("type", "any"))
    if kind == "array" and shape.get("items"):
        return f"array of {_type(shape['items'])}"
    bounds = [f"{word} {shape[key]}" for key, word in BOUNDS.items() if key in shape]
    if shape.get("default") not in (None, "", [], {}):
        bounds.append(f"default {json.dumps(shape['default'])}")
    return escape(", ".join([kind, *bounds]))


BOUNDS = {
    "minimum": "from",
    "maximum": "to",
    "minLength": "at least, characters:",
    "maxLength": "at most, characters:",
    "pattern": "like",
}


def _table(head: str, rows: str) -> str:
    head = f"<thead><tr>{head}</tr></thead>"
    return f"<div class='scroll' tabindex='0'><table>{head}<tbody>{rows}</tbody></table></div>"


def _anchor(*parts: str) -> str:
    return escape("-".join(parts).replace(" ", "-").replace("{", "").replace("}", ""), quote=True)


def _prose(text: str) -> str:
    return f"<p>{_inline(text)}</p>" if text else ""


def _inline(text: str) -> str:
    """Code stands between backticks, single or double."""
    pieces = escape(" ".join(text.split())).replace("``", "`").split("`")
    return "".join(f"<code>{piece}</code>" if at % 2 else piece for at, piece in enumerate(pieces))
