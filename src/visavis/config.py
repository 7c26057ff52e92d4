"""The server's settings: one TOML file, then the environment (``VISAVIS_…``), then the command line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, Any, Literal

from limits import parse
from platformdirs import user_cache_path, user_data_path
from pydantic import AfterValidator, Field, SecretStr, StringConstraints, field_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from visavis.ice import IceServerSetting
from visavis.layers.perception.settings import EmotionRecognition
from visavis.net import destination, http_url_or_none, is_loopback
from visavis.protocol.dialects import DialectName

EMBEDDED_MODELS = Literal["qwen2.5-coder-0.5b", "smollm2-135m"]


def _rate(text: str) -> str:
    """A rate that can be read.

    Raises:
        ValueError: it cannot.
    """
    if text != "off":
        try:
            parse(text)
        except ValueError:
            raise ValueError("must look like 600/minute or 10/second, or be off") from None
    return text


Rate = Annotated[str, AfterValidator(_rate)]
HttpUrl = Annotated[str, AfterValidator(http_url_or_none)]
"""Empty for none."""
Origin = Annotated[str, StringConstraints(pattern=r"^(\*|https?://[A-Za-z0-9.:\[\]-]+)$")]
"""A scheme, a host and perhaps a port; ``*`` for all."""
Ancestor = Annotated[str, StringConstraints(pattern=r"^(\*|self|https?://(\*\.)?[A-Za-z0-9.:\[\]-]+)$")]
"""The same, or ``self``, or ``https://*.example.com``."""

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}
"""Addresses that mean all of this machine's own, and one that reaches them."""

A_CENTURY = 36_525
"""Days; calendars end somewhere, and a retention that goes beyond them would only fail later."""


class Settings(BaseSettings):
    """Everything an operator may set. ``VISAVIS_CONFIG`` names the file (default ``./visavis.toml``)."""

    model_config = SettingsConfigDict(env_prefix="VISAVIS_", extra="forbid")

    host: str = "127.0.0.1"
    """Address to listen on. Beyond loopback there must be an API key, in ``api_keys`` or stored."""
    port: int = Field(7600, ge=0, le=65535)
    public_url: HttpUrl = ""
    """How browsers reach the server; default ``http://{host}:{port}``."""
    ssl_certfile: Path | None = None
    ssl_keyfile: Path | None = None
    data_dir: Path = Field(default_factory=lambda: user_data_path("visavis"))
    """Database and the development key."""
    models: Path = Field(default_factory=lambda: user_cache_path("visavis") / "models")
    """Where model files are kept."""
    model_sources: Literal["auto", "hub", "packages"] = "auto"
    """Where they come from."""
    database_url: str = ""
    """Default: SQLite in ``data_dir``."""
    api_keys: list[SecretStr] = Field(default_factory=list)
    """Accepted ``x-api-key`` values. Empty on loopback: a development key is made and printed."""
    secret_key: SecretStr = SecretStr("")
    """Encrypts stored secrets and signs tokens; at least 32 characters. Default: one made in ``data_dir``."""

    rate_limit_api: Rate = "1200/minute"
    """Requests of one API key; ``off`` for no limit."""
    rate_limit_join: Rate = "600/minute"
    """Requests of one address to what needs no key: pages, joins, chats."""
    rate_limit_failed_keys: Rate = "60/minute"
    """Requests of one address with a wrong key; beyond it no key of that address is looked at."""
    trusted_proxies: list[str] = Field(default_factory=lambda: ["127.0.0.1", "::1"])
    """Addresses or networks whose ``X-Forwarded-For`` and ``-Proto`` are believed."""
    cors_origins: list[Origin] = Field(default_factory=lambda: ["*"])
    """Origins whose pages may ask the server."""
    frame_ancestors: list[Ancestor] = Field(default_factory=lambda: ["*"])
    """Origins whose pages may show a call in a frame; empty for none."""
    outbound_allow: list[str] | None = None
    """Networks, addresses and host names that requests of users may reach though they are not public.

    Absent: this machine, as long as the server itself is for this machine alone; else none.
    """

    webhook_secret: SecretStr = SecretStr("")
    """Signs webhooks: ``whsec_…``, or several, separated by spaces. Default: one from ``secret_key``."""
    conversation_retention_days: int = Field(0, ge=0, le=A_CENTURY)
    """Days after which conversations that are over are removed with all that was kept; 0 keeps them."""
    webhook_retention_days: int = Field(30, ge=1, le=A_CENTURY)
    """How long what was delivered or given up stays in the log of deliveries."""

    workers: int = Field(default_factory=lambda: max(2, min(8, (os.cpu_count() or 2) // 2)), ge=1)
    """Worker processes that hold conversations."""
    conversations_per_worker: int = Field(4, ge=1)
    """More are refused with the concurrency error."""
    chats_per_worker: int = Field(32, ge=1)
    """Conversations with ``"chat": true`` count apart: they have neither sound nor picture."""
    worker_load_limit: float = Field(0.5, gt=0)
    """A worker that uses more of a core than this takes no new conversation; a watched one costs 0.6."""

    webrtc_engine: Literal["wrtc", "aiortc"] = "wrtc"
    ice_servers: list[IceServerSetting] = Field(default_factory=list)
    """STUN and TURN servers handed to peers. None is needed on loopback or a LAN."""

    llm_base_url: HttpUrl = ""
    """An OpenAI-compatible endpoint for personas that name none; empty: the embedded model."""
    llm_api_key: SecretStr = SecretStr("")
    llm_model: str = ""
    embedded_llm: EMBEDDED_MODELS = "qwen2.5-coder-0.5b"
    embedded_llm_threads: int = Field(1, ge=1)

    stt_engine: str = "whisper"
    tts_engine: str = "hibari"
    vad_engine: str = "silero"
    turn_engine: str = "smart-turn"
    replica_engine: str = "drawn"
    emotion_recognition: EmotionRecognition = "full"
    """The most that any persona gets, whatever it asks."""
    perception_engine: str = "embedded"
    """``off``: no conversation looks at cameras or listens to tones of voice, whatever a persona asks."""
    vision_base_url: str = Field("", pattern=r"^(https?://.+)?$")
    """An OpenAI-compatible endpoint with a vision-language model, for personas that name none."""
    vision_api_key: SecretStr = SecretStr("")
    vision_model: str = ""
    vision_interval: float = Field(2.0, ge=0.1, le=3600)
    """Seconds from one question to the next, at least, of a conversation."""
    vision_max_requests: int = Field(600, ge=1)
    """To a vision-language model, of one conversation, the last one for the analysis included."""

    embedding_engine: str = "minilm"
    """Tells what sentences mean: which signals answer what a persona asks of perception."""

    video_width: int = Field(640, ge=160, le=1920, multiple_of=2)
    video_height: int = Field(480, ge=120, le=1080, multiple_of=2)
    video_fps: int = Field(25, ge=1, le=60)

    recordings_url: str = ""
    """Where recordings go when a call is over: ``s3://…``, ``gs://…``, ``az://…`` or ``file:///…``; empty:
    they stay in ``data_dir``."""
    recordings_options: dict[str, Any] = Field(default_factory=dict, repr=False)
    """Of its fsspec filesystem: keys, an endpoint."""
    recordings_allow_buckets: list[str] = Field(default_factory=list)
    """Which buckets conversations may name, as patterns such as ``s3://acme-*``."""
    recording_codec: Literal["vp9", "h264"] = "vp9"
    """Of recordings: VP9 with Opus, or H.264 with AAC by libx264, which is under the GPL."""
    recording_fps: int = Field(25, ge=1, le=60)
    """Pictures a second in recordings, at most."""

    dialect: DialectName = "union"
    """Which events are sent, and what of them, where a conversation does not say (docs/protocol.md)."""
    keep_input_log: bool = True
    """Store what a conversation was told, so that it can be replayed. It holds users' words, as events do."""
    log_format: Literal["console", "json"] = "console"
    log_level: Literal["debug", "info", "warning", "error"] = "info"

    @field_validator("outbound_allow")
    @classmethod
    def _are_destinations(cls, entries: list[str] | None) -> list[str] | None:
        for entry in entries or ():
            destination(entry)
        return entries

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment wins over the file, the command line over both."""
        path = os.environ.get("VISAVIS_CONFIG", "visavis.toml")
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, path)

    @property
    def base_url(self) -> str:
        """How browsers reach the server, without a final slash."""
        if self.public_url:
            return self.public_url.rstrip("/")
        return self._url(self.host)

    @property
    def local_url(self) -> str:
        """How programs on this machine reach the server, whatever stands in front of it for others."""
        return self._url(ANY_ADDRESS.get(self.host, self.host))

    @property
    def for_this_machine_alone(self) -> bool:
        """Whether it listens on loopback, with no proxy in front that gives it a public name."""
        return is_loopback(self._url(self.host)) and is_loopback(self.base_url)

    def _url(self, host: str) -> str:
        scheme = "https" if self.ssl_certfile else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"
