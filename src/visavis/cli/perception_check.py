"""What of the stored personas this server's perception cannot answer."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from pydantic import ValidationError

from visavis.cli.checks import Check
from visavis.config import Settings
from visavis.errors import ConfigurationError, EngineMissing, ModelUnavailable
from visavis.server.perception import Perception
from visavis.server.resources.catalogue import PERSONA
from visavis.server.resources.tools import tools_of
from visavis.server.store import Resource, Store
from visavis.server.store.engine import database_url
from visavis.server.store.migrating import newest, revision
from visavis.server.vault import Vault
from visavis.session.bodies import PersonaBody
from visavis.session.tools import ToolBody

Asking = tuple[str, PersonaBody, list[ToolBody]]
"""A persona's id, itself, and its tools of the store."""


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
        yield Check("stored personas", "missing", str(error))
        return
    perception = Perception(settings)
    for persona_id, about, tools in personas:
        try:
            found = perception.unanswerable(about, tools)
        except (EngineMissing, ModelUnavailable):
            return  # other checks say so
        if found:
            yield Check(
                f"persona {about.persona_name or persona_id}",
                "optional",
                "; ".join(found),
                "word it as docs/perception.md has it, or set VISAVIS_VISION_BASE_URL",
            )


async def _personas(settings: Settings) -> list[Asking]:
    """Those of a database that is there and of this release; it is left as it is.

    Raises:
        ConfigurationError: it cannot be reached.
    """
    url = database_url(settings)
    if url.startswith("sqlite") and not (settings.data_dir / "visavis.db").exists():
        return []
    if await revision(url) != newest():
        return []
    store = Store(url)
    try:
        rows = await store.resources.all(PERSONA)
        vault = Vault.from_settings(settings)
        return [asking for row in rows if (asking := await _asking(store, vault, row))]
    finally:
        await store.close()


async def _asking(store: Store, vault: Vault, row: Resource) -> Asking | None:
    try:
        about = PersonaBody.model_validate(row.document)
    except ValidationError:
        return None  # of an older release, and refused when a conversation begins with it
    return row.id, about, [tool for _, tool in await tools_of(store, vault, about)]
