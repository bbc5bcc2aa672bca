"""One tree, two renderings with the same body: for W3C wallets and for Europass.

Why two: docs/decisions/0008-two-renderings.md.

``vcdm2``: Verifiable Credentials Data Model 2.0, each node once. ``edc``: the European Digital Credential on Data Model
1.1, full copies of repeated nodes, because its readers take the JSON as a tree (elm.md sections 1.1 and 1.3).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from app.elm.mapping import COMMON, PERSONAL, Node, Tree
from app.instants import write_instant
from app.jsonld.contexts import CREDENTIALS_V1, CREDENTIALS_V2, EDC_AP, ELM_CONTEXT_URL

VCDM2_CONTEXT: Final = (CREDENTIALS_V2, ELM_CONTEXT_URL)
EDC_CONTEXT: Final = (CREDENTIALS_V1, EDC_AP)
CREDENTIAL_TYPES: Final = ("VerifiableCredential", "EuropeanDigitalCredential")


@dataclass(frozen=True, slots=True)
class CredentialFacts:
    """What one copy of an award adds to the tree: its number, its times, its place in the status lists."""

    uuid: UUID
    issued: datetime
    """When the credential was made; the day of the award is in the tree."""
    valid_from: datetime
    valid_until: datetime | None = None
    status_entries: Sequence[Mapping[str, Any]] = ()
    """``credentialStatus`` of ``vcdm2``: one entry for revocation, one for suspension."""
    status_url: str | None = None
    """``credentialStatus.id`` of ``edc``, which knows no bitstring terms."""
    related_resources: Sequence[Mapping[str, Any]] = ()
    """``relatedResource`` of ``vcdm2`` (VCDM 2.0 section 5.3): our context with its digest."""
    page_images: Mapping[str, Sequence[str]] | None = None
    """For ``edc``: base64 PNG pages by id of the language concept, instead of the static artwork."""


def credential_id(uuid: UUID) -> str:
    """Return what a credential of ``vcdm2`` is called."""
    return f"urn:uuid:{uuid}"


def render_vcdm2(tree: Tree, facts: CredentialFacts) -> dict[str, Any]:
    """Render the tree as an unsigned credential of VCDM 2.0. Its nodes are the tree's: never write below the top."""
    document: dict[str, Any] = {
        "@context": list(VCDM2_CONTEXT),
        "id": credential_id(facts.uuid),
        "type": list(CREDENTIAL_TYPES),
        **_profile(tree),
        "issuer": tree["issuer"],
        "issued": write_instant(facts.issued),
        "validFrom": write_instant(facts.valid_from),
    }
    if facts.valid_until is not None:
        document["validUntil"] = write_instant(facts.valid_until)
    document["displayParameter"] = tree["displayParameter"]
    document["credentialSubject"] = tree["credentialSubject"]
    if facts.status_entries:
        document["credentialStatus"] = [dict(entry) for entry in facts.status_entries]
    if facts.related_resources:
        document["relatedResource"] = [dict(resource) for resource in facts.related_resources]
    return document


def render_edc(tree: Tree, facts: CredentialFacts) -> dict[str, Any]:
    """Render the tree as an unsigned European Digital Credential; every value is a copy."""
    copies = _Copies(tree)
    issued = write_instant(facts.issued)
    document: dict[str, Any] = {
        "@context": list(EDC_CONTEXT),
        "id": f"urn:credential:{facts.uuid}",
        "type": list(CREDENTIAL_TYPES),
        **{name: copies.of(value) for name, value in _profile(tree).items()},
        "issuer": copies.of(tree["issuer"]),
        "issued": issued,
        # VC 1.1 demands issuanceDate and reads expirationDate; EDC reads issued and validUntil (elm.md section 1.1).
        "issuanceDate": issued,
        "validFrom": write_instant(facts.valid_from),
    }
    if facts.valid_until is not None:
        document["validUntil"] = document["expirationDate"] = write_instant(facts.valid_until)
    document["displayParameter"] = copies.of(tree["displayParameter"])
    if facts.page_images:
        _put_pages(document["displayParameter"], facts.page_images)
    document["credentialSubject"] = copies.of(tree["credentialSubject"])
    if facts.status_url is not None:
        document["credentialStatus"] = {"id": facts.status_url, "type": "CredentialStatus"}
    return document


def _profile(tree: Tree) -> dict[str, Any]:
    return {name: tree[name] for name in ("credentialSchema", "credentialProfiles", "identifier")}


def _values(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else [value]


class _Copies:
    """Full copies of the nodes of one tree. A tree has no cycle: a node refers only to nodes that are finished."""

    def __init__(self, tree: Tree) -> None:
        self._full: dict[str, Mapping[str, Any]] = {}
        for value in tree.values():
            self._collect(value)

    def _collect(self, value: Any) -> None:  # noqa: ANN401 - JSON
        if isinstance(value, list):
            for item in value:
                self._collect(item)
        elif isinstance(value, Mapping):
            if len(value) > 2 and "id" in value:  # noqa: PLR2004 - more than {id, type}
                self._full[value["id"]] = value
            for item in value.values():
                if isinstance(item, (list, Mapping)):
                    self._collect(item)

    def of(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """A deep copy, references replaced by what they refer to, ids and ``description`` named as in EDC."""
        if isinstance(value, list):
            return [self.of(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        whole = self._full.get(value["id"], value) if len(value) == 2 and "id" in value else value  # noqa: PLR2004
        copy = {
            ("description" if name == "elmDescription" else name): self.of(item)
            if isinstance(item, (list, Mapping))
            else item
            for name, item in whole.items()
        }
        if copy.get("id", "").startswith(COMMON):
            copy["id"] = PERSONAL + copy["id"].removeprefix(COMMON)
        return copy


def _put_pages(display: Node, pages: Mapping[str, Sequence[str]]) -> None:
    """Replace the static artwork of each language that has pages of its own, with new ids for the new content."""
    numbers = {"displayDetail": 1000, "mediaObject": 1000}

    def fresh(kind: str) -> str:
        numbers[kind] += 1
        return f"{PERSONAL}{kind}:{numbers[kind]}"

    for individual in _values(display["individualDisplay"]):
        images = pages.get(individual["language"]["id"])
        if not images:
            continue
        details = _values(individual["displayDetail"])
        individual["displayDetail"] = [
            {
                "id": fresh("displayDetail"),
                "type": "DisplayDetail",
                "page": number,
                "image": {**details[0]["image"], "id": fresh("mediaObject"), "content": image},
            }
            for number, image in enumerate(images, start=1)
        ]
