"""Personas as clients see them, and what a patch of one makes of the stored document (PROTOCOL 2.2)."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, cast

from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError

from visavis.outbound.sealing import origin
from visavis.server.errors import Refusal
from visavis.server.resources import naming
from visavis.server.resources.patches import Operation, patched
from visavis.server.resources.sealing import lent, masked, returned, sealed, secrets_in
from visavis.server.store import Resource
from visavis.server.vault import Vault
from visavis.server.views import iso
from visavis.session.bodies import Layers, PersonaBody

LAYERS = (
    *("llm", "stt", "tts", "sts", "conversational_flow", "perception", "transport", "knowledge_base"),
    *("conferencing", "capabilities"),
)
AT_SERVERS = ("llm", "perception")
"""Layers with a ``base_url`` that their keys go to."""
READ_ONLY = ("persona_id", "pal_id", "created_at", "updated_at")

Document = dict[str, Any]


def stored(body: PersonaBody) -> Document:
    """The document to keep, its secrets not sealed yet."""
    return naming.with_one_name(body.model_dump(mode="json", exclude_unset=True))


def persona_view(persona: Resource) -> Document:
    """A persona, flat as clients read it, with all names of its fields and without its secrets."""
    return {**_shown(masked(persona.document)), **_identity(persona)}


def changed(persona: Resource, patch: list[Operation], vault: Vault) -> Document:
    """The document that a patch of the persona, as clients see it, makes of the stored one.

    A field that is not set may be replaced, too, and fields of a layer that is not set be added.

    Raises:
        Refusal: an operation fails, or changes what cannot be.
        RequestValidationError: the result is no persona.
        ForgedSecret: see ``sealed``.
    """
    before = persona.document
    offered = {**_offered(_shown(lent(before), deprecated=True)), **_identity(persona)}
    result = patched(offered, patch)
    for name in READ_ONLY:
        if result.get(name) != offered[name]:
            raise Refusal(400, f"{name} cannot be changed")
        del result[name]
    # What was only offered, and not taken, was not said either.
    said = naming.with_one_name(_taken(result, offered, naming.with_all_names(before, deprecated=True)))
    layers = said.get("layers")
    if isinstance(layers, dict):
        known = before.get("layers", {})
        said["layers"] = {name: value for name, value in layers.items() if value != {} or name in known}
        if not said["layers"] and "layers" not in before:
            del said["layers"]
    after = stored(checked(returned(said, before)))
    _keep_at_home(before, after)
    return sealed(after, vault, before)


def _keep_at_home(before: Document, after: Document) -> None:
    """A stored secret goes only to the server that it was given for, whoever changes the address."""
    stored_ones = secrets_in(before)
    for name in AT_SERVERS:
        former, layer = _only(before, name), _only(after, name)
        allowed = secrets_in(former) if _origin(former, name) == _origin(layer, name) else set()
        if secrets_in(layer) & (stored_ones - allowed):
            raise Refusal(
                400,
                f"layers.{name}: give the keys again, with a base_url of another server or from elsewhere",
            )


def _only(document: Document, layer: str) -> Document:
    return {"layers": {layer: document.get("layers", {}).get(layer, {})}}


def _origin(document: Document, layer: str) -> tuple[str, str] | None:
    return origin(document["layers"][layer].get("base_url", ""))


def checked(document: Document) -> PersonaBody:
    """A stored or changed document, if it is a persona; rules may have become stricter since.

    Raises:
        RequestValidationError: it is none.
    """
    try:
        return PersonaBody.model_validate(document)
    except ValidationError as error:
        raise RequestValidationError(error.errors(include_input=False)) from None


def _identity(persona: Resource) -> Document:
    moments = {"created_at": iso(persona.created_at), "updated_at": iso(persona.updated_at)}
    return {"persona_id": persona.id, "pal_id": persona.id, **moments}


def _shown(document: Document, deprecated: bool = False) -> Document:
    return naming.with_all_names({**_defaults(), "layers": {}, **document}, deprecated)


def _defaults() -> Document:
    return {name: make() for name, make in _makers()}


@functools.cache
def _makers() -> list[tuple[str, Callable[[], Any]]]:
    """What makes each field that is absent; asking Pydantic for it each time took most of a list's time."""
    makers: list[tuple[str, Callable[[], Any]]] = []
    for name, field in PersonaBody.model_fields.items():
        if name == "layers":
            continue
        if field.default_factory is not None:
            makers.append((name, cast(Callable[[], Any], field.default_factory)))
        else:
            makers.append((name, functools.partial(lambda default: default, field.default)))
    return makers


def _offered(view: Document) -> Document:
    """The view with a place for every field of the layers, so that a patch may ``replace`` any."""
    layers = {}
    for name in (*LAYERS, *view["layers"]):
        given = view["layers"].get(name)
        layers[name] = {**_places(name), **given} if isinstance(given, dict) else (given or _places(name))
    return {**view, "layers": layers}


def _places(layer: str) -> Document:
    field = Layers.model_fields.get(layer)
    model = field.annotation if field else None
    names = list(model.model_fields) if isinstance(model, type) and issubclass(model, BaseModel) else []
    groups = naming.PERSONA.get(f"layers/{layer}", ())
    return dict.fromkeys([*names, *(name for group in groups for name in group)])


def _taken(result: Any, offered: Any, before: Any) -> Any:
    """The result without what was offered beside ``before`` and is as it was offered."""
    if not (isinstance(result, dict) and isinstance(offered, dict)):
        return result
    earlier = before if isinstance(before, dict) else {}
    return {
        key: _taken(value, offered.get(key), earlier.get(key))
        for key, value in result.items()
        if key in earlier or key not in offered or value != offered[key]
    }
