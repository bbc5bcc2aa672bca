"""Writes ``docs/examples``: one request of each sub-type, every element filled, for the sandbox issuer.

    python -m tests.examples

They stand in the API description and in the guides; a test issues each of them.
"""

import json

from app.settings import REPOSITORY
from app.template.alliance import TEST_SLUG
from tests.builders import SUBTYPES, Json, full_request

EXAMPLES = REPOSITORY / "docs" / "examples"


def example(subtype: str) -> Json:
    """Return the example of a sub-type."""
    return full_request(subtype, awarding_body=TEST_SLUG)


if __name__ == "__main__":
    EXAMPLES.mkdir(exist_ok=True)
    for subtype in SUBTYPES:
        text = json.dumps(example(subtype), ensure_ascii=False, indent=2)
        (EXAMPLES / f"{subtype}.json").write_text(text + "\n", encoding="utf-8")
