"""A server for S3 in this process, and recordings without a worker."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import botocore.session
import httpx
import numpy as np
import pytest
from moto.server import ThreadedMotoServer

from tests.server.conftest import Api, run_server  # noqa: F401
from visavis.media.recording import Format, Movie

BUCKET = "recordings"


@dataclass
class S3:
    """The server's address, and a client with keys."""

    endpoint: str
    client: Any

    @property
    def options(self) -> dict[str, Any]:
        """As ``recordings_options`` has them."""
        return {"key": "one", "secret": "two", "endpoint_url": self.endpoint}

    def keys(self, bucket: str = BUCKET) -> list[str]:
        return [entry["Key"] for entry in self.client.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.fixture
def database(tmp_path: Path) -> str:
    """SQLite; the store's own tests run on both."""
    return f"sqlite+aiosqlite:///{tmp_path}/visavis.db"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator[S3]:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    # It keeps everything in this process, for whoever comes next.
    httpx.post(f"{endpoint}/moto-api/reset").raise_for_status()
    client = botocore.session.get_session().create_client(
        "s3",
        region_name="us-east-1",
        endpoint_url=endpoint,
        aws_access_key_id="one",
        aws_secret_access_key="two",
    )
    client.create_bucket(Bucket=BUCKET)
    yield S3(endpoint, client)
    client.close()
    server.stop()


def recorded(api: Api, conversation_id: str, moment: str = "1764000000000", ended_well: bool = True) -> Path:
    """What a worker leaves behind: two seconds of silence."""
    folder = api.settings.data_dir / "recordings" / conversation_id
    folder.mkdir(parents=True, exist_ok=True)
    movie = Movie(folder / f"{moment}.mp4", Format("vp9", None))
    movie.hear(np.zeros(96_000, np.int16), 0)
    movie.close()
    if ended_well:
        (folder / f"{moment}.json").write_text("{}")
    return folder / f"{moment}.mp4"
