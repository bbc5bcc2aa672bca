"""Messages of OpenID4VCI 1.0, judged by openid4vci of PyPI (a test tool under EUPL-1.2, no part of the product).

Reads one JSON value {kind: message}, or {kind: [message, ...]}; writes {kind: error or null}. Kinds are ``metadata``,
``server``, ``offer``, ``token``, ``credential`` and ``address`` ({identifier, url}: the well-known address).
"""

import json
import sys
from typing import Any

from openid4vci.models.credential import CredentialResponse
from openid4vci.models.metadata import (
    AuthorizationServerMetadata,
    CredentialIssuerMetadata,
    credential_issuer_metadata_url,
)
from openid4vci.models.oauth import TokenResponse
from openid4vci.models.offer import CredentialOffer

MODELS: dict[str, Any] = {
    "metadata": CredentialIssuerMetadata,
    "server": AuthorizationServerMetadata,
    "offer": CredentialOffer,
    "token": TokenResponse,
    "credential": CredentialResponse,
}


def judge(kind: str, message: Any) -> str | None:  # noqa: ANN401 - JSON
    """Return what is wrong with a message, or none."""
    if kind == "address":
        expected = credential_issuer_metadata_url(message["identifier"])
        return None if message["url"] == expected else f"{expected} is expected"
    try:
        model = MODELS[kind].model_validate(message)
    except ValueError as error:
        return str(error)
    # What the library did not take over as it was sent, it understood in another way.
    return None if model.to_dict() == message else "read and written again it is another message"


answers = {}
for kind, messages in json.load(sys.stdin).items():
    found = [judge(kind, message) for message in (messages if isinstance(messages, list) else [messages])]
    answers[kind] = next(filter(None, found), None)
json.dump(answers, sys.stdout)
