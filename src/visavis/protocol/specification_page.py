"""The specification as one HTML page: no script, nothing loaded from anywhere, readable from a disk."""

from __future__ import annotations

import json
from collections.abc import Sequence
from html import escape
from typing import Any

from visavis.protocol.base import Message
from visavis.protocol.dialects import DIALECTS, Dialect
from visavis.protocol.events import EventMessage
from visavis.protocol.specification import (
    EXTENSION,
    event_types,
    events,
    interactions,
    place,
    schema,
    webhooks,
)
from visavis.protocol.webhooks import WebhookMessage

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --paper: #fff;
  --card: #f6f8fa; --accent: #0b57d0; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6edf3; --soft: #9aa4af; --line: #30363d; --paper: #0d1117; --card: #161b22;
    --accent: #7cb0ff; } }
* { box-sizing: border-box; }
body { margin: 0; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
main { max-width: 60rem; margin: 0 auto; padding: 24px 16px 96px; }
nav ul { columns: 22rem; padding-left: 1.2rem; }
nav li { break-inside: avoid; }
a { color: var(--accent); }
h1 { font-size: 2rem; line-height: 1.2; }
h2 { margin-top: 3rem; padding-bottom: 4px; border-bottom: 1px solid var(--line); }
h3 { margin: 2.5rem 0 0.25rem; font: 600 1.05rem/1.4 ui-monospace, monospace; overflow-wrap: anywhere; }
p { margin: 0.5rem 0; }
.mark { display: inline-block; margin-left: 8px; padding: 0 8px; border: 1px solid var(--line);
  border-radius: 8px; font: 12px/1.6 system-ui, sans-serif; color: var(--soft); }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; margin: 0.75rem 0; font-size: 0.925rem; }
th, td { padding: 6px 12px 6px 0; border-bottom: 1px solid var(--line); text-align: left;
  vertical-align: top; }
code, pre { font: 0.875rem/1.5 ui-monospace, monospace; }
pre { margin: 0.5rem 0; padding: 12px 16px; background: var(--card); border: 1px solid var(--line);
  border-radius: 8px; overflow-x: auto; }
summary { cursor: pointer; color: var(--soft); }
"""

INTRO = """
<p>JSON objects on a conversation's app-message channel. <b>Interactions</b> come from clients;
<b>events</b> go to everyone in the room; <b>webhooks</b> are posted to a conversation's
<code>callback_url</code>. On the WebRTC data channel <code>visavis.app</code>, and on the
WebSocket <code>/{conversation_id}/chat</code>, a client's frame is
<code>{"to": …, "data": message}</code> and one from the room
<code>{"from": …, "data": message}</code>. A message has at most 255 KiB of JSON.</p>
<p>Messages marked <i>extension</i> are additions of this implementation: ignore those you do not know. The
same as files: <a href="asyncapi.json">AsyncAPI 3</a>, JSON Schema 2020-12 of
<a href="schemas/interactions.json">interactions</a>, <a href="schemas/events.json">events</a>,
<a href="schemas/message.json">both</a> and <a href="schemas/webhooks.json">webhooks</a>; each message links
its own.</p>
"""


def page() -> str:
    """The whole page."""
    body = [
        "<h1>The Interactions Protocol</h1>",
        INTRO,
        _contents(),
        "<h2 id='interactions'>Interactions</h2>",
        *(_section(model) for model in interactions()),
        "<h2 id='events'>Events</h2>",
        *(_section(model) for model in events()),
        "<h2 id='webhooks'>Webhooks</h2>",
        *(_section(model) for model in webhooks()),
        _dialects(),
    ]
    return (
        "<!doctype html>\n<html lang='en'>\n<head>\n<meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>The Interactions Protocol</title>\n<style>{STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(body)
        + "\n</main>\n</body>\n</html>\n"
    )


def anchor(model: type[Message]) -> str:
    """The id of its section."""
    name = event_types(model)[0]
    return f"webhook.{name}" if issubclass(model, WebhookMessage) else name


def _contents() -> str:
    def part(name: str, title: str, models: Sequence[type[Message]]) -> str:
        links = (
            f"<li><a href='#{anchor(model)}'><code>{event_types(model)[0]}</code></a></li>"
            for model in models
        )
        return f"<p><b><a href='#{name}'>{title}</a></b></p><ul>{''.join(links)}</ul>"

    return (
        "<nav aria-label='Contents'>"
        + part("interactions", "Interactions", interactions())
        + part("events", "Events", events())
        + part("webhooks", "Webhooks", webhooks())
        + "<p><b><a href='#dialects'>Dialects</a></b></p></nav>"
    )


def _section(model: type[Message]) -> str:
    made = schema(model)
    name, *others = event_types(model)
    marks = "<span class='mark'>extension</span>" if made.get(EXTENSION) else ""
    parts = [
        f"<section aria-labelledby='{anchor(model)}'><h3 id='{anchor(model)}'>{name}{marks}</h3>",
        f"<p>{_prose(made.get('description', ''))}</p>",
    ]
    if others:
        parts.append(f"<p>Also spelled {_list(others)}.</p>")
    if issubclass(model, EventMessage) and not made.get(EXTENSION):
        parts.append(f"<p>Dialects: {_list(made['x-dialects'])}.</p>")
    parts.append(_properties(made))
    parts += [
        f"<pre>{escape(json.dumps(one, indent=2, ensure_ascii=False))}</pre>" for one in made["examples"]
    ]
    parts.append(f"<p><a href='{place(model)}'>{name}.json</a></p></section>")
    return "\n".join(parts)


def _properties(made: dict[str, Any]) -> str:
    field = made["properties"].get("properties", {})
    definition = made.get("$defs", {}).get(str(field.get("$ref", "")).rpartition("/")[2])
    if not definition or not definition.get("properties"):
        return "<p>No properties.</p>"
    required = definition.get("required", [])
    rows = [
        f"<tr><td><code>{name}</code></td><td>{escape(_type(about))}</td>"
        f"<td>{'yes' if name in required else ''}</td><td>{_prose(about.get('description', ''))}</td></tr>"
        for name, about in definition["properties"].items()
    ]
    head = "<tr><th>property</th><th>type</th><th>always</th><th>meaning</th></tr>"
    return _table(head, "".join(rows))


def _table(head: str, rows: str) -> str:
    return f"<div class='scroll' tabindex='0'><table><thead>{head}</thead><tbody>{rows}</tbody></table></div>"


def _type(about: dict[str, Any]) -> str:
    if "enum" in about:
        return " | ".join(json.dumps(value) for value in about["enum"])
    if "const" in about:
        return json.dumps(about["const"])
    if "anyOf" in about:
        return " | ".join(_type(kind) for kind in about["anyOf"])
    kind = str(about.get("type", "any"))
    return f"{kind} of {_type(about['items'])}" if kind == "array" and about.get("items") else kind


def _dialects() -> str:
    rows = "".join(_dialect(dialect) for dialect in DIALECTS.values())
    head = (
        "<tr><th>name</th><th>since</th><th>envelope</th><th>not sent</th><th>without properties</th>"
        "<th>properties not sent</th><th>also sent</th></tr>"
    )
    about = (
        "What the wire looked like at a given time. ``union`` is the default and serves all known clients; a "
        "conversation chooses by ``properties.dialect``, a server by its setting ``dialect``."
    )
    return f"<h2 id='dialects'>Dialects</h2><p>{_prose(about)}</p>{_table(head, rows)}"


def _dialect(dialect: Dialect) -> str:
    also = [f"{twin} behind {name}" for name, twin in dialect.twins.items()]
    if dialect.pal_twins:
        also.append("events of role replica first with role pal")
    cells = [
        f"<code>{dialect.name}</code>",
        dialect.since or "all",
        _list(sorted(dialect.envelope)),
        _list(sorted(dialect.omitted)),
        _list(sorted(dialect.bare)),
        _list(sorted(dialect.without)),
        escape("; ".join(also)),
    ]
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _list(names: list[str]) -> str:
    return ", ".join(f"<code>{escape(name)}</code>" for name in names)


def _prose(text: str) -> str:
    """Docstrings write code between double backticks."""
    pieces = escape(" ".join(text.split())).split("``")
    return "".join(f"<code>{piece}</code>" if at % 2 else piece for at, piece in enumerate(pieces))
