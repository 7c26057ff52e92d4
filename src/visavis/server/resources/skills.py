"""The skills that personas may have (PROTOCOL 2.7): they are kept and checked, and none has an effect yet."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from visavis.server.errors import Refusal

SKILLS = "skills"
"""Where a persona's document has them, by their ids; each has ``config``, ``attached_at``, ``updated_at``."""
NO_EFFECT = "Kept for programs that set it; this server does nothing with it yet."


class Config(BaseModel):
    """What a skill takes."""

    model_config = ConfigDict(extra="forbid")


class MagicCanvas(Config):
    """A sparse overlay: which components may be shown, and how."""

    components: dict[str, Any] = Field(default_factory=dict)
    usage_guidance: str = Field("", max_length=10_000)


class Presentation(Config):
    """Documents that are shown."""

    document_ids: list[str] = Field(min_length=1, max_length=100)
    slides_trigger: str = Field("", max_length=100)
    prompt: str = Field("", max_length=10_000)


class InternetSearch(Config):
    """Nothing to set."""


class Memory(BaseModel):
    """Not documented: taken as it is."""

    model_config = ConfigDict(extra="allow")


@dataclass(frozen=True, slots=True)
class Skill:
    """An entry of the registry."""

    id: str
    display_name: str
    description: str
    config: type[BaseModel]

    def view(self) -> dict[str, Any]:
        """As clients read it."""
        return {
            "skill_id": self.id,
            "display_name": self.display_name,
            "description": f"{self.description} {NO_EFFECT}",
            "tool_names": [],
            "config_schema": self.config.model_json_schema(),
        }

    def checked(self, config: Any) -> dict[str, Any]:
        """A configuration, if it is one.

        Raises:
            RequestValidationError: it is none.
        """
        try:
            return self.config.model_validate(config).model_dump(mode="json", exclude_unset=True)
        except ValidationError as error:
            places = [{**one, "loc": ("config", *one["loc"])} for one in error.errors()]
            raise RequestValidationError(places) from None


REGISTRY = {
    skill.id: skill
    for skill in (
        Skill("magic_canvas", "Magic Canvas", "Shows interactive components during a call.", MagicCanvas),
        Skill("presentation", "Presentation", "Walks people through documents and slides.", Presentation),
        Skill("internet_search", "Internet search", "Searches the web during a call.", InternetSearch),
        Skill("memory", "Memory", "Remembers people from call to call.", Memory),
    )
}


def skill(skill_id: str) -> Skill:
    """One of the registry.

    Raises:
        Refusal: there is none of this id.
    """
    if skill_id not in REGISTRY:
        raise Refusal(404, f"Unknown skill {skill_id[:64]!r}")
    return REGISTRY[skill_id]


def skills_of(document: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Those that a persona has, by their ids; a field of that name that means something else is none."""
    kept = document.get(SKILLS)
    if not isinstance(kept, dict):
        return {}
    return {name: one for name, one in kept.items() if name in REGISTRY and isinstance(one, dict)}
