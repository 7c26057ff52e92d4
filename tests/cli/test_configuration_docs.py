import re
from pathlib import Path

from visavis.config import Settings

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
ROW = re.compile(r"^\| `(\w+)` \| (.+?) \|", re.MULTILINE)


def test_the_page_names_every_setting_and_no_other():
    assert sorted(name for name, _ in ROW.findall(PAGE.read_text())) == sorted(Settings.model_fields)


def test_the_page_tells_the_defaults():
    told = dict(ROW.findall(PAGE.read_text()))
    for name, field in Settings.model_fields.items():
        if (
            field.default_factory is None
            and field.default not in ("", None)
            and not name.endswith(("_key", "_secret"))
        ):
            assert told[name] == f"`{field.default}`", name
