"""Puts files into storage and takes them out again, by fsspec. Blocking: to be run in threads."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fsspec

from visavis.errors import VisavisError
from visavis.server.recordings.destinations import FILESYSTEMS, Destination

MEDIA_TYPE = "video/mp4"
SUFFIX = ".mp4"
"""Of files in folders; keys in buckets have none, as the hosted service's."""
SIGNED_FOR = 3600
"""Seconds that a signed URL is good for."""

REFUSALS = ("Permission", "Credential", "Authentic", "RefreshError")
"""In the names of errors that say we may not."""
REFUSED = ("AccessDenied", "InvalidClientTokenId", "SignatureDoesNotMatch", "ExpiredToken", 401, 403)
"""Codes that say so."""


class StorageFailed(VisavisError):
    """A recording's storage did not do what was asked.

    Attributes:
        code: as webhooks tell it, e.g. ``DESTINATION_AUTH_FAILED``.
        transient: whether another try may go better.
    """

    def __init__(self, code: str, message: str, transient: bool = False) -> None:
        super().__init__(message)
        self.code, self.transient = code, transient


def put(destination: Destination, key: str, file: Path) -> None:
    """Copy a file there; what is there under this key is replaced.

    Raises:
        StorageFailed: see its code.
    """
    if not file.is_file():
        raise StorageFailed("SOURCE_NOT_FOUND", "the recording's file is gone")
    with _told():
        if destination.provider == "local":
            _put_local(Path(destination.bucket, key + SUFFIX), file)
            return
        path = f"{destination.bucket}/{key}"
        _filesystem(destination).put_file(str(file), path, **_media_type(destination))


def remove(destination: Destination, key: str) -> None:
    """Remove what is there; nothing there is as well.

    Raises:
        StorageFailed: see its code.
    """
    with _told(), contextlib.suppress(FileNotFoundError):
        if destination.provider == "local":
            Path(destination.bucket, key + SUFFIX).unlink()
        else:
            _filesystem(destination).rm_file(f"{destination.bucket}/{key}")


def signed(destination: Destination, key: str) -> str:
    """A URL that gives the file to whoever has it, for ``SIGNED_FOR`` seconds.

    Raises:
        StorageFailed: see its code.
    """
    with _told():
        try:
            path = f"{destination.bucket}/{key}"
            return str(_filesystem(destination).sign(path, expiration=SIGNED_FOR))
        except NotImplementedError:
            raise StorageFailed("NOT_SUPPORTED", "this storage gives out no URLs") from None


def _media_type(destination: Destination) -> dict[str, Any]:
    """How each filesystem is told of it; that of S3 goes by the name of the file."""
    if destination.provider == "gcs":
        return {"content_type": MEDIA_TYPE}
    if destination.provider == "azure_blob":
        from azure.storage.blob import ContentSettings

        return {"content_settings": ContentSettings(content_type=MEDIA_TYPE)}
    return {}


def _put_local(target: Path, file: Path) -> None:
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = target.with_name(f".{uuid.uuid4().hex}.part")
    try:
        os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        shutil.copyfile(file, part)
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)


def _filesystem(destination: Destination) -> Any:
    """Made anew each time: the keys of a role are good for an hour."""
    options = dict(destination.options)
    if destination.role:
        options.update(_assumed(destination))
    if destination.impersonate:
        options["token"] = _impersonated(destination)
    protocol = FILESYSTEMS[destination.provider]
    return fsspec.filesystem(protocol, **options, skip_instance_cache=True, use_listings_cache=False)


def _assumed(destination: Destination) -> dict[str, str]:
    """Keys of the AWS role, asked for with the operator's own."""
    import botocore.session

    options = destination.options
    client: dict[str, Any] = dict(options.get("client_kwargs", {}))
    sts = botocore.session.get_session().create_client(
        "sts",
        region_name=client.get("region_name") or "us-east-1",
        endpoint_url=options.get("endpoint_url") or client.get("endpoint_url"),
        aws_access_key_id=options.get("key"),
        aws_secret_access_key=options.get("secret"),
        aws_session_token=options.get("token"),
    )
    external = {"ExternalId": destination.external_id} if destination.external_id else {}
    answer = sts.assume_role(RoleArn=destination.role, RoleSessionName="visavis", **external)
    keys = answer["Credentials"]
    return {"key": keys["AccessKeyId"], "secret": keys["SecretAccessKey"], "token": keys["SessionToken"]}


def _impersonated(destination: Destination) -> Any:
    """Credentials of the Google service account, made with the operator's own."""
    import google.auth
    from google.auth import impersonated_credentials

    scopes = ["https://www.googleapis.com/auth/devstorage.read_write"]
    source, _ = google.auth.default(scopes=["https://www.googleapis.com/auth/cloud-platform"])
    return impersonated_credentials.Credentials(source, destination.impersonate, scopes)


@contextlib.contextmanager
def _told() -> Iterator[None]:
    """What went wrong, in words of our own: a storage's may hold keys and addresses."""
    try:
        yield
    except StorageFailed:
        raise
    except Exception as error:
        # Each provider's package has its own tree of errors.
        raise _classified(error) from error


def _classified(error: Exception) -> StorageFailed:
    names = " ".join(kind.__name__ for kind in type(error).__mro__)
    code = _code(error)
    if any(word in names for word in REFUSALS) or code in REFUSED:
        return StorageFailed("DESTINATION_AUTH_FAILED", "the storage refused our credentials, or has none")
    if "NotFound" in names or code in (404, "NoSuchBucket"):
        return StorageFailed("DESTINATION_NOT_FOUND", "there is no such bucket")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return StorageFailed("DESTINATION_FULL", "the storage is full", transient=True)
    return StorageFailed(
        "DESTINATION_UNAVAILABLE", f"the storage could not be used ({type(error).__name__})", transient=True
    )


def _code(error: Exception) -> object:
    """The service's own code of an error, or its HTTP status."""
    response = getattr(error, "response", None)
    if isinstance(response, dict):  # botocore
        return response.get("Error", {}).get("Code")
    return getattr(error, "code", None) or getattr(error, "status_code", None)
