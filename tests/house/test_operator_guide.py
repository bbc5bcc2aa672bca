import re
from pathlib import Path

from app.settings import Settings

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "operator-guide.md"


def _rows():
    rows = re.findall(r"^\| `([A-Z0-9_]+)` \| (.*?) \| (.*) \|$", GUIDE.read_text(), re.MULTILINE)
    return {name: (default, words) for name, default, words in rows}


def test_every_setting_has_a_line_in_the_operator_guide_and_no_line_is_left_over():
    assert set(_rows()) == {name.upper() for name in Settings.model_fields}


def test_the_operator_guide_states_the_default_of_every_setting():
    rows = _rows()
    for name, field in Settings.model_fields.items():
        default = field.get_default(call_default_factory=True)
        if isinstance(default, tuple):
            default = ",".join(default)
        shown = f"`{default}`" if default not in ("", None) else "none"
        assert rows[name.upper()][0] == shown, name
