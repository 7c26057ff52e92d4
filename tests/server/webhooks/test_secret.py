from __future__ import annotations

import time
from pathlib import Path

import pytest

from visavis.config import Settings
from visavis.errors import ConfigurationError
from visavis.outbound.signing import new_secret, sign, verify
from visavis.server.vault import Vault
from visavis.server.webhooks import signing_secrets


def secrets(folder: Path, given: str = "", key: str = "k" * 32) -> list[str]:
    return signing_secrets(Settings(data_dir=folder, webhook_secret=given), Vault(key))


def test_without_a_setting_the_secret_follows_from_the_secret_key(tmp_path: Path) -> None:
    (secret,) = secrets(tmp_path)
    assert [secret] == secrets(tmp_path) != secrets(tmp_path, key="l" * 32)
    verify(secret, sign(secret, "msg_1", time.time(), b"{}"), b"{}")


def test_several_may_be_set(tmp_path: Path) -> None:
    given = [new_secret(), new_secret()]
    assert secrets(tmp_path, " ".join(given)) == given


@pytest.mark.parametrize(
    "given", ["nonsense", "whsec_!", "whsec_c2hvcnQ=", "c2hvcnQ" * 8, f"whsec_{'YWJj' * 11} x"]
)
def test_what_is_none_or_can_be_guessed_is_refused_and_not_repeated(tmp_path: Path, given: str) -> None:
    with pytest.raises(ConfigurationError, match="webhook_secret") as refused:
        secrets(tmp_path, given)
    assert given not in str(refused.value)
