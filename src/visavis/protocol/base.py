"""The envelope every message shares (PROTOCOL 1.1)."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class Properties(BaseModel):
    """A message's payload; unknown keys are kept, so that a message passes through unharmed."""

    model_config = ConfigDict(extra="allow", coerce_numbers_to_str=True, use_attribute_docstrings=True)


class Message(BaseModel):
    """Anything on the data channel. Unknown keys are kept."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    def wire(self) -> dict[str, Any]:
        """The JSON object that goes on the wire: what was set, nothing else.

        ``message_type`` and ``event_type`` are always present, ``null`` only where a field documents it.
        """
        data = self.model_dump(mode="json", exclude_unset=True, by_alias=True)
        head = {name: getattr(self, name) for name in ("message_type", "event_type")}
        return {**head, **data}


def documented(*required: str) -> ConfigDict:
    """Configuration of a model whose schema demands these fields, as the documents do; its reader does not.

    What is published says how a message should be; what comes in the wild is read all the same.
    """
    return ConfigDict(json_schema_extra={"required": list(required)})


def _truth(value: object) -> object:
    """Older documents and clients send booleans as the strings "true" and "false" (PROTOCOL 0)."""
    if isinstance(value, str) and value.strip().lower() in ("true", "false"):
        return value.strip().lower() == "true"
    return value


LenientBool = Annotated[bool, BeforeValidator(_truth)]
