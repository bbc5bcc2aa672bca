"""A learner with a wallet: opens the claim link that a university sent and presses the button.

The wallet speaks OpenID4VCI 1.0 and takes the kind of credential that is bound to no key, which needs no cryptography.
"""

import html
import json
import re
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx

from demo.university import Unexpected, University, explained

GRANT: Final = "urn:ietf:params:oauth:grant-type:pre-authorized_code"


def claim_link(university: University, credential_id: str) -> str:
    """Have the university make a claim link, which is safe to e-mail; asked again, it has the same one."""
    answer = university.client.post(
        f"/api/v1/credentials/{credential_id}/claim-links",
        headers={"Authorization": f"Bearer {university.api_key}"},
    )
    return str(_expected(answer, 201, 200).json()["url"])


def press_the_button(client: httpx.Client, link: str) -> str:
    """Read the claim page, which changes nothing, and press its button; return what its QR code says."""
    _expected(client.get(link), 200)
    page = _expected(client.post(link), 200)
    found = re.search(r'href="(openid-credential-offer://[^"]+)"', page.text)
    if found is None:
        raise Unexpected(f"POST {link}: the page leads to no wallet\n{explained(page)}")
    return html.unescape(found[1])


def fetch_into_wallet(client: httpx.Client, address: str) -> bytes:
    """Follow an offer as a wallet does; return the credential that it keeps."""
    (reference,) = parse_qs(urlsplit(address).query)["credential_offer_uri"]
    offer: Mapping[str, Any] = _expected(client.get(reference), 200).json()
    issuer = offer["credential_issuer"]
    kind = next(name for name in offer["credential_configuration_ids"] if name.endswith(".unbound"))
    form = {"grant_type": GRANT, "pre-authorized_code": offer["grants"][GRANT]["pre-authorized_code"]}
    token = _expected(client.post(f"{issuer}/token", data=form), 200).json()["access_token"]
    answer = client.post(
        f"{issuer}/credential",
        json={"credential_configuration_id": kind},
        headers={"Authorization": f"Bearer {token}"},
    )
    return json.dumps(_expected(answer, 200).json()["credentials"][0]["credential"]).encode()


def _expected(answer: httpx.Response, *statuses: int) -> httpx.Response:
    if answer.status_code not in statuses:
        raise Unexpected(f"{answer.request.method} {answer.request.url.path.split('/')[1]}: {explained(answer)}")
    return answer
