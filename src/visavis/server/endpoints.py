"""Models of a persona's own."""

from __future__ import annotations

from typing import Any

from visavis.layers.perception.settings import PerceptionLayer
from visavis.session.bodies import LLMLayer


def own_endpoint(layer: LLMLayer | PerceptionLayer) -> dict[str, Any]:
    """The fields of an ``EndpointSpec`` that a layer with a ``base_url`` gives."""
    return {
        "base_url": layer.base_url,
        "api_key": layer.api_key,
        "model": layer.model or "default",
        "headers": layer.headers,
        "extra_body": layer.extra_body,
        "default_query": layer.default_query,
    }
