"""Whole documents as readable JSON, with fixed ids and times: a reviewer reads the difference here.

``UPDATE_APPROVED=1 pytest tests/elm/test_approved.py`` writes them again.
"""

import json
import os

import pytest

from tests.builders import SUBTYPES, a_request
from tests.conftest import REPOSITORY
from tests.elm.documents import RENDERERS, a_document, a_statement

APPROVED = REPOSITORY / "tests" / "approved"


@pytest.mark.parametrize("rendering", RENDERERS)
@pytest.mark.parametrize("subtype", SUBTYPES)
def test_a_credential_of_each_kind_is_the_approved_one(subtype, rendering):
    document = a_document(a_statement(a_request(subtype)), rendering)
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    file = APPROVED / f"{subtype}.{rendering}.json"
    if os.environ.get("UPDATE_APPROVED"):
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    assert json.loads(file.read_text("utf-8")) == document, f"{file.name}: read the difference, then UPDATE_APPROVED=1"
