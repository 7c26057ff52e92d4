"""Where recordings go: the settings' storage, or a bucket that a conversation names and they allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any, Literal
from urllib.parse import urlsplit

import fsspec

from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.session.bodies import RecordingStorage

Provider = Literal["s3", "gcs", "azure_blob", "local"]

SCHEMES: dict[str, Provider] = {
    "s3": "s3",
    "gs": "gcs",
    "gcs": "gcs",
    "az": "azure_blob",
    "abfs": "azure_blob",
    "file": "local",
}
FILESYSTEMS: dict[Provider, str] = {"s3": "s3", "gcs": "gcs", "azure_blob": "az", "local": "file"}
"""fsspec's names."""
EXTRAS: dict[Provider, str] = {"s3": "s3", "gcs": "gcs", "azure_blob": "azure"}
"""What to install for them: ``pip install 'visavis[s3]'``."""


@dataclass(frozen=True, slots=True)
class Destination:
    """A place for recordings.

    Attributes:
        bucket: or container, or folder.
        prefix: of all keys in it; empty, or with a final slash.
        options: of fsspec's filesystem; may hold secrets.
        role: ARN of an AWS role to take on; empty for none.
        external_id: what that role asks for.
        impersonate: a Google service account to act as; empty for none.
    """

    provider: Provider
    bucket: str
    prefix: str = ""
    options: Mapping[str, Any] = field(default_factory=dict, repr=False)
    role: str = ""
    external_id: str = field(default="", repr=False)
    impersonate: str = ""

    def uri(self, key: str) -> str:
        """How the storage's own tools name it."""
        if self.provider == "azure_blob" and (account := self.options.get("account_name")):
            return f"https://{account}.blob.core.windows.net/{self.bucket}/{key}"
        scheme = {"s3": "s3", "gcs": "gs", "azure_blob": "az", "local": "file"}[self.provider]
        return f"{scheme}://{self.bucket}/{key}"


class Destinations:
    """What the settings say about recordings' places.

    Raises:
        ConfigurationError: ``recordings_url`` cannot be used, or its package is not installed.
    """

    def __init__(self, settings: Settings) -> None:
        self._allowed = settings.recordings_allow_buckets
        self._options = settings.recordings_options
        self._own = _own(settings.recordings_url, settings.recordings_options)

    def of(self, storage: RecordingStorage | None) -> Destination | None:
        """Where a conversation's recording goes; None: it stays where it was made."""
        return self._own if storage is None else self._of_conversation(storage)

    def refusal(self, storage: RecordingStorage) -> str:
        """Why a conversation may not have its recording there; empty if it may."""
        name = _name(storage)
        if not any(fnmatchcase(name, pattern) for pattern in self._allowed):
            return (
                f"recording_storage: this server may not store recordings in {name}; "
                "its setting recordings_allow_buckets says where it may"
            )
        return missing(storage.provider)

    def _of_conversation(self, storage: RecordingStorage) -> Destination:
        # The operator's endpoint and keys are for the operator's kind of storage.
        same = self._own is not None and self._own.provider == storage.provider
        options: dict[str, Any] = dict(self._options) if same else {}
        match storage.provider:
            case "s3":
                region = {"region_name": storage.bucket_region} if storage.bucket_region else {}
                options["client_kwargs"] = {**options.get("client_kwargs", {}), **region}
            case "gcs":
                if storage.project_id:
                    options["project"] = storage.project_id
            case "azure_blob":
                if options.get("account_name") != storage.storage_account:
                    options = {"account_name": storage.storage_account, "anon": False}
        return Destination(
            provider=storage.provider,
            bucket=storage.bucket,
            options=options,
            role=storage.assume_role_arn,
            external_id=storage.external_id,
            impersonate=storage.service_account_email,
        )


def missing(provider: Provider) -> str:
    """What has to be installed for a kind of storage; empty if nothing."""
    try:
        fsspec.get_filesystem_class(FILESYSTEMS[provider])
    except ImportError:
        return f"storing recordings in {provider} needs a package: pip install 'visavis[{EXTRAS[provider]}]'"
    return ""


def _own(url: str, options: Mapping[str, Any]) -> Destination | None:
    if not url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        raise ConfigurationError("recordings_url is no URL") from None
    provider = SCHEMES.get(parts.scheme)
    if provider is None:
        raise ConfigurationError(
            f"recordings_url must begin with one of {', '.join(f'{scheme}://' for scheme in SCHEMES)}"
        )
    if parts.username or parts.query or parts.fragment:
        raise ConfigurationError("recordings_url: keys and other options belong in recordings_options")
    if problem := missing(provider):
        raise ConfigurationError(f"recordings_url: {problem}")
    if provider == "local":
        if parts.netloc or not parts.path.strip("/"):
            raise ConfigurationError("recordings_url: a folder is written file:///path/of/the/folder")
        return Destination(provider, parts.path.rstrip("/"), options=options)
    if not parts.netloc:
        raise ConfigurationError("recordings_url names no bucket")
    path = parts.path.strip("/")
    return Destination(provider, parts.netloc, f"{path}/" if path else "", options)


def _name(storage: RecordingStorage) -> str:
    if storage.provider == "azure_blob":
        return f"azure_blob://{storage.storage_account}/{storage.container}"
    return f"{storage.provider}://{storage.bucket_name}"
