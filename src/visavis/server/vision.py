"""Which vision-language model looks at the people of a conversation."""

from __future__ import annotations

from visavis.config import Settings
from visavis.layers.perception.settings import PerceptionLayer
from visavis.server.endpoints import own_endpoint
from visavis.session.spec import VisionSpec


def vision_spec(layer: PerceptionLayer, settings: Settings) -> VisionSpec | None:
    """The persona's own, else the server's with the persona's parameters; None where neither names one.

    Headers and keys of the layer go to the layer's own endpoint only. How often one is asked is the
    operator's to say.
    """
    limits = {"interval": settings.vision_interval, "max_requests": settings.vision_max_requests}
    if layer.base_url:
        return VisionSpec(**own_endpoint(layer), **limits)
    if not settings.vision_base_url:
        return None
    return VisionSpec(
        base_url=settings.vision_base_url,
        api_key=settings.vision_api_key.get_secret_value(),
        model=settings.vision_model or "default",
        extra_body=layer.extra_body,
        **limits,
    )
