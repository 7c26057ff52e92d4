"""``warnings`` in answers about a persona: what this server cannot do for it."""

from __future__ import annotations

from visavis.server.resources.personas import checked
from visavis.server.resources.tools import tools_of
from visavis.server.services import Services
from visavis.server.store import Resource


async def warnings_of(services: Services, persona: Resource) -> dict[str, list[str]]:
    """The field, where there is something to be said; else nothing."""
    about = checked(persona.document)
    tools = [tool for _, tool in await tools_of(services.store, services.vault, about)]
    found = await services.perception.warnings(about, tools)
    return {"warnings": found} if found else {}
