"""Settings from the command line, the environment and the file, with errors in words."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path
from typing import Any

from pydantic import ValidationError
from pydantic_settings import SettingsError

from visavis.config import Settings
from visavis.errors import ConfigurationError

FILE = "VISAVIS_CONFIG"


def load(config: Path | None = None, **given: Any) -> Settings:
    """The settings in force.

    Args:
        config: the file to read, for this process and those it starts.
        given: settings from the command line; None means not given.

    Raises:
        ConfigurationError: one of them is wrong; the message names it and where it may have come from.
    """
    if config is not None:
        os.environ[FILE] = str(config)
    if (named := os.environ.get(FILE)) and not Path(named).is_file():
        raise ConfigurationError(f"the configuration file {named} does not exist")
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        raise ConfigurationError("; ".join(_problem(problem) for problem in error.errors())) from error
    except SettingsError as error:
        raise ConfigurationError(f'{error}; lists are written as JSON, e.g. \'["one", "two"]\'') from error
    except tomllib.TOMLDecodeError as error:
        file = os.environ.get(FILE, "visavis.toml")
        raise ConfigurationError(f"{file} is not valid TOML: {error}") from error


def _problem(problem: Any) -> str:
    """What is wrong with a setting, without its value, which may be a secret."""
    name = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"there is no setting {name!r}"
    return f"setting {name!r} (VISAVIS_{name.upper()}): {problem['msg']}"
