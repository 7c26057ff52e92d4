"""``contract.yaml``: what is documented is in the OpenAPI description and in real answers."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.server.conftest import Api

CONTRACT: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "contract.yaml").read_text())
KNOWN = {"call", "query", "body", "fields", "status", "reply", "save", "statuses", "with"}

Schema = dict[str, Any]


@pytest.fixture
async def described(api: Api) -> Schema:
    document: Schema = (await api.http.get("/openapi.json", headers={"x-api-key": ""})).json()
    return document


class Description:
    """The OpenAPI document, to be asked."""

    def __init__(self, document: Schema) -> None:
        self.document = document

    def operation(self, method: str, path: str) -> Schema:
        """By its path, whatever its parameters are called."""
        (found,) = (
            about
            for known, about in self.document["paths"].items()
            if re.sub(r"{\w+}", "{}", known) == re.sub(r"{\w+}", "{}", path)
        )
        operation: Schema = found[method.lower()]
        return operation

    def variants(self, schema: Schema) -> list[Schema]:
        """The objects that a schema may stand for."""
        if "$ref" in schema:
            return self.variants(self.document["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
        for key in ("anyOf", "oneOf", "allOf"):
            if key in schema:
                return [one for part in schema[key] for one in self.variants(part)]
        return self.variants(schema["items"]) if schema.get("type") == "array" else [schema]

    def has(self, schema: Schema, place: str) -> bool:
        first, _, rest = place.removesuffix("[]").partition(".")
        first = first.removesuffix("[]")
        for one in self.variants(schema):
            inner = one.get("properties", {}).get(first)
            if inner is not None and (not rest or self.has(inner, rest)):
                return True
        return False


def content(part: Schema) -> Schema:
    schema: Schema = part["content"]["application/json"]["schema"]
    return schema


def filled(value: Any, saved: dict[str, str]) -> Any:
    if isinstance(value, dict):
        return {key: filled(inner, saved) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, saved) for inner in value]
    return re.sub(r"{(\w+)}", lambda name: saved[name[1]], value) if isinstance(value, str) else value


def at(value: Any, place: str) -> list[Any]:
    """All values at a place; an absent one raises."""
    found = [value]
    for part in place.split("."):
        found = [one[int(part)] if part.isdecimal() else one[part.removesuffix("[]")] for one in found]
        if part.endswith("[]"):
            assert all(found), f"nothing is listed in {place}"
            found = [inner for one in found for inner in one]
    return found


def test_the_contract_can_be_read() -> None:
    for entry in CONTRACT:
        assert entry.keys() <= KNOWN, entry
    assert len(CONTRACT) >= 50


async def test_what_is_documented_is_described(described: Schema) -> None:
    OpenAPIV31SpecValidator(described).validate()
    about = Description(described)
    for entry in CONTRACT:
        method, path = entry["call"].split()
        operation = about.operation(method, path)
        assert operation["description"] and operation["security"] == [{"apiKey": []}], entry["call"]
        parameters = {one["name"] for one in operation.get("parameters", []) if one["in"] == "query"}
        assert parameters >= set(entry.get("query", {})), entry["call"]
        answers = {int(status) for status in operation["responses"]}
        assert answers >= {entry["status"], *entry.get("statuses", [])}, entry["call"]
        sent = list(entry["body"]) if isinstance(entry.get("body"), dict) else []
        if sent and path != "/v2/interactions":
            body = content(operation["requestBody"])
            missing = [field for field in [*sent, *entry.get("fields", [])] if not about.has(body, field)]
            assert not missing, entry["call"]
        if entry.get("reply"):
            reply = content(operation["responses"][str(entry["status"])])
            missing = [field for field in entry["reply"] if not about.has(reply, field) and field != "data"]
            assert not missing, entry["call"]


async def test_what_is_documented_is_answered_as_it_is_described(api: Api, described: Schema) -> None:
    about = Description(described)
    saved: dict[str, str] = {}
    for entry in CONTRACT:
        method, path = entry["call"].split()
        values = {**saved, **{name: saved[other] for name, other in entry.get("with", {}).items()}}
        answer = await api.http.request(
            method,
            filled(path, values),
            params={name: value for name, value in entry.get("query", {}).items() if value is not None},
            json=filled(entry["body"], values) if "body" in entry else None,
        )
        assert answer.status_code == entry["status"], (entry["call"], answer.text)
        if answer.status_code == 204:
            assert answer.content == b""
            continue
        reply = answer.json()
        for field in entry.get("reply", []):
            at(reply, field)
        schema = content(about.operation(method, path)["responses"][str(answer.status_code)])
        whole = {**schema, "components": described["components"]}
        Draft202012Validator(whole).validate(reply)
        for name, place in entry.get("save", {}).items():
            (saved[name],) = at(reply, place)


async def test_the_page_of_the_api_names_every_route_and_needs_nothing_else(
    api: Api, described: Schema
) -> None:
    answer = await api.http.get("/docs/", headers={"x-api-key": ""})
    assert answer.status_code == 200
    for path, methods in described["paths"].items():
        for method in methods:
            assert f">{method.upper()} {path}</h3>" in answer.text
    anchors = set(re.findall(r" id='([^']+)'", answer.text))
    assert set(re.findall(r"href='#([^']+)'", answer.text)) <= anchors
    assert not re.search(r"<script|src=|href='https?:|@import|url\(", answer.text)


async def test_the_examples_are_bodies_that_are_taken(api: Api, described: Schema) -> None:
    schemas = described["components"]["schemas"]
    posted: dict[str, str] = {}
    for path, methods in described["paths"].items():
        if "application/json" not in methods.get("post", {}).get("requestBody", {}).get("content", {}):
            continue
        schema = content(methods["post"]["requestBody"])
        for one in [schema, *schema.get("anyOf", [])]:
            posted.setdefault(one.get("$ref", "").rpartition("/")[2], path)
    examples = {name: about["examples"][0] for name, about in schemas.items() if "examples" in about}
    assert len(examples) == 6
    for name, example in examples.items():
        answer = await api.http.post(posted[name], json=example)
        assert answer.status_code in (200, 201), (name, answer.text)
