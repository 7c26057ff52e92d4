"""What of the stored personas this server's perception cannot answer."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import ValidationError

from visavis.cli.checks import Check
from visavis.config import Settings
from visavis.errors import ConfigurationError, EngineMissing, ModelUnavailable
from visavis.server.perception import Perception
from visavis.server.resources.catalogue import PERSONA
from visavis.server.resources.tools import TOOL
from visavis.server.store import Resource, Store
from visavis.server.store.engine import database_url
from visavis.server.store.migrating import newest, revision
from visavis.session.bodies import PersonaBody
from visavis.session.tools import ToolBody

Asking = tuple[str, PersonaBody, list[ToolBody]]
"""A persona's id, itself, and its tools of the store that perception calls."""
HERE = {"app_message": True}


def run(settings: Settings) -> Iterator[Check]:
    """One line for perception, and one for each persona that asks what cannot be answered."""
    if settings.perception_engine == "off":
        yield Check("perception", "optional", "perception_engine is off: nobody is looked at")
    else:
        model = settings.vision_model or settings.vision_base_url
        eyes = f"{model} answers what is asked of pictures" if model else "no vision-language model"
        yield Check("perception", "ok", f"{settings.perception_engine}; {eyes}")
    try:
        personas = asyncio.run(_personas(settings))
    except ConfigurationError as error:
        yield Check("database", "missing", str(error))
        return
    perception = Perception(settings)
    names = Counter(about.persona_name for _, about, _ in personas)
    for persona_id, about, tools in personas:
        try:
            found = perception.unanswerable(about, tools)
        except (EngineMissing, ModelUnavailable):
            return  # other checks say so
        if found:
            alone = about.persona_name and names[about.persona_name] == 1
            yield Check(
                f"persona {about.persona_name if alone else f'{about.persona_name} {persona_id}'.strip()}",
                "partial",
                "; ".join(found),
                "word it as docs/perception.md has it, or set VISAVIS_VISION_BASE_URL",
            )


async def _personas(settings: Settings) -> list[Asking]:
    """Those of a database that is there and of this release; it is left as it is.

    Raises:
        ConfigurationError: it cannot be reached.
    """
    if not settings.database_url and not (settings.data_dir / "visavis.db").exists():
        return []
    url = database_url(settings)
    if await revision(url) != newest():
        return []
    store = Store(url)
    try:
        tools = {row.id: row.document for row in await store.resources.all(TOOL)}
        rows = await store.resources.all(PERSONA)
    finally:
        await store.close()
    return [asking for row in rows if (asking := _asking(row, tools))]


def _asking(row: Resource, tools: dict[str, dict[str, Any]]) -> Asking | None:
    try:
        about = PersonaBody.model_validate(row.document)
    except ValidationError:
        return None  # of an older release, and refused when a conversation begins with it
    used = [tools[tool_id] for tool_id in about.tool_ids if tool_id in tools]
    # where they are delivered to is sealed, and of no matter here
    seeing = [tool for tool in used if tool.get("origin") in ("vision", "audio")]
    return row.id, about, [ToolBody.model_validate({**tool, "delivery": HERE}) for tool in seeing]
