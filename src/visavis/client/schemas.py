"""From a function's signature and docstring to a JSON schema, and from JSON to its arguments."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, get_type_hints

from pydantic import BaseModel, Field, PydanticUserError, ValidationError, create_model

from visavis.errors import ConfigurationError

_SECTION = re.compile(r"^(Args|Arguments|Parameters|Returns|Yields|Raises|Attributes|Examples?|Notes?):\s*$")
_PARAMETER = re.compile(r"^(\w+)\s*(?:\([^)]*\))?:\s*(.*)$")


@dataclass(frozen=True, slots=True)
class Docs:
    """What a docstring in Google's style says.

    Attributes:
        summary: everything before the first section.
        parameters: what is said of each.
    """

    summary: str
    parameters: dict[str, str]


class Signature:
    """What a function takes from a language model.

    Args:
        function: every parameter needs a type hint.
        injected: a type whose parameters are not the model's to fill in.

    Attributes:
        description: the docstring's beginning.
        schema: JSON schema of the arguments.
        context_name: the parameter of the injected type; empty if there is none.

    Raises:
        ConfigurationError: a parameter cannot be described.
    """

    def __init__(self, function: Callable[..., Any], injected: type) -> None:
        docs = read_docstring(inspect.getdoc(function) or "")
        hints = get_type_hints(function, include_extras=True)
        self.description = docs.summary
        self.context_name = ""
        self._names: dict[str, str] = {}
        fields: dict[str, Any] = {}
        for name, parameter in inspect.signature(function).parameters.items():
            if hints.get(name) is injected:
                self.context_name = name
                continue
            field = f"argument_{len(fields)}"  # a name of its own: no parameter's can be in pydantic's way
            self._names[field] = name
            fields[field] = _field(function, parameter, hints.get(name), docs.parameters.get(name))
        try:
            self._model: type[BaseModel] = create_model("Arguments", **fields)
            self.schema = _without_titles(self._model.model_json_schema())
        except PydanticUserError as error:
            reason = str(error).splitlines()[0]
            raise ConfigurationError(f"{function.__name__}: {reason}") from error

    def read(self, arguments: str | dict[str, Any]) -> dict[str, Any]:
        """The arguments of a call, validated.

        Args:
            arguments: JSON text of an object, or one.

        Raises:
            ValueError: they do not fit; the message is for the model to read.
        """
        try:
            if isinstance(arguments, str):
                read = self._model.model_validate_json(arguments or "{}")
            else:
                read = self._model.model_validate(arguments)
        except ValidationError as error:
            raise ValueError(_in_words(error)) from None
        return {name: getattr(read, field) for field, name in self._names.items()}


def read_docstring(text: str) -> Docs:
    """Read a docstring in Google's style, its indentation cleaned (``inspect.getdoc``)."""
    summary: list[str] = []
    described: dict[str, list[str]] = {}
    section, current = "", ""
    for line in text.splitlines():
        if heading := _SECTION.match(line):
            section = heading[1]
        elif not section:
            summary.append(line)
        elif section in ("Args", "Arguments", "Parameters"):
            indent = len(line) - len(line.lstrip())
            if (found := _PARAMETER.match(line.strip())) and indent <= 4:
                current = found[1]
                described[current] = [found[2]]
            elif current:
                described[current].append(line.strip())
    parameters = {name: " ".join(filter(None, lines)) for name, lines in described.items()}
    return Docs("\n".join(summary).strip(), parameters)


def _field(
    function: Callable[..., Any], parameter: inspect.Parameter, hint: Any, description: str | None
) -> tuple[Any, Any]:
    if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD, parameter.POSITIONAL_ONLY):
        raise ConfigurationError(f"{function.__name__}: {parameter} cannot be given by name")
    if hint is None:
        raise ConfigurationError(f"{function.__name__}: {parameter.name} needs a type hint")
    more: dict[str, Any] = {"alias": parameter.name}
    if description:
        more["description"] = description
    default = ... if parameter.default is parameter.empty else parameter.default
    return Annotated[hint, Field(**more)], default


def _without_titles(schema: Any) -> Any:
    """Pydantic names everything twice; a model that reads it pays for each word."""
    if isinstance(schema, list):
        return [_without_titles(item) for item in schema]
    if not isinstance(schema, dict):
        return schema
    return {
        key: {name: _without_titles(one) for name, one in value.items()}
        if key in ("properties", "$defs")
        else _without_titles(value)
        for key, value in schema.items()
        if not (key == "title" and isinstance(value, str))
    }


def _in_words(error: ValidationError) -> str:
    """Names and what is wrong with each, in a line."""
    found = [
        f"{'.'.join(str(part) for part in problem['loc']) or 'arguments'}: {problem['msg']}"
        for problem in error.errors(include_url=False, include_context=False, include_input=False)
    ]
    return "; ".join(found)
