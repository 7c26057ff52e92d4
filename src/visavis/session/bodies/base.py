"""What all bodies share."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints, model_validator

from visavis.net import http_url_or_none

LONGEST_PROMPT = 100_000
"""Characters of one of the texts that a language model is told; few models read as much."""
LONGEST_URL = 2048
EU = "eu"
"""A conversation's ``policy``: for people in the European Union."""

URL = Annotated[
    str,
    StringConstraints(max_length=LONGEST_URL, pattern=r"^(https?://\S+)?$"),
    AfterValidator(http_url_or_none),
]
"""Empty for none."""
Id = Annotated[str, StringConstraints(min_length=1, max_length=255)]
Tag = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class Body(BaseModel):
    """Lenient: fields we do not know are let pass, and null, as clients send it, means absent."""

    model_config = ConfigDict(extra="allow", use_attribute_docstrings=True)

    @model_validator(mode="before")
    @classmethod
    def _null_is_absent(cls, data: Any) -> Any:
        return (
            {key: value for key, value in data.items() if value is not None}
            if isinstance(data, dict)
            else data
        )
