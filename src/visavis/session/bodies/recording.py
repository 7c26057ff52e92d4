"""Where a conversation's recording is to go (PROTOCOL 2.1)."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from visavis.session.bodies.base import Body


class RecordingStorage(Body):
    """``recording_storage``: a bucket of the caller's own."""

    provider: Literal["s3", "gcs", "azure_blob"] = "s3"
    bucket_name: str = Field("", pattern=r"^([a-z0-9][a-z0-9._-]{1,220}[a-z0-9])?$")
    bucket_region: str = Field("", pattern=r"^[a-z0-9-]{0,40}$")
    assume_role_arn: str = Field(
        "", max_length=2048, pattern=r"^(arn:[a-z-]+:iam::[0-9]{12}:role/[A-Za-z0-9_+=,.@/-]+)?$"
    )
    external_id: str = Field("", max_length=1224)
    project_id: str = Field("", pattern=r"^[a-z0-9:.-]{0,100}$")
    workload_identity_provider: str = Field("", max_length=1024)
    service_account_email: str = Field("", pattern=r"^([A-Za-z0-9_.-]+@[A-Za-z0-9_.-]+)?$")
    storage_account: str = Field("", pattern=r"^([a-z0-9]{3,24})?$")
    container: str = Field("", pattern=r"^([a-z0-9][a-z0-9-]{1,61}[a-z0-9]|\$root)?$")
    tenant_id: str = Field("", max_length=100)
    client_id: str = Field("", max_length=100)

    @property
    def bucket(self) -> str:
        """The bucket, or what Azure calls a container."""
        return self.container if self.provider == "azure_blob" else self.bucket_name

    @model_validator(mode="after")
    def _names_a_place(self) -> Self:
        needed = ("storage_account", "container") if self.provider == "azure_blob" else ("bucket_name",)
        for name in needed:
            if not getattr(self, name):
                raise ValueError(f"{self.provider} needs {name}")
        return self
