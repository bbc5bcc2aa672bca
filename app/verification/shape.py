"""The required properties of the EDC application profile, read from JSON.

The official shapes (EDC-generic-no-cv, branch EDC-3.2-(LTS)) are SHACL over a graph and cost a thousand times what a
verification may cost, so their ``sh:minCount`` and ``sh:maxCount`` rules for the classes of a micro-credential stand
here as a table. Tests hold the table against the shapes. Both renderings are understood: full copies, and nodes written
once and referred to by ``{id, type}``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, TypeAlias

from app.errors import Finding, json_pointer

_CITATION: Final = "ELM 3.2 LTS, EDC-generic-no-cv, "

ONE: Final = 1
MANY: Final = None

# class -> {property: most values}; at least one value is required of each.
REQUIRED: Final[Mapping[str, Mapping[str, int | None]]] = {
    "EuropeanDigitalCredential": {
        "credentialProfiles": MANY,
        "credentialSchema": MANY,
        "credentialSubject": ONE,
        "displayParameter": ONE,
        "issued": ONE,
        "issuer": ONE,
        "validFrom": ONE,
    },
    "Organisation": {"legalName": MANY, "location": MANY},
    "Location": {"address": MANY},
    "Address": {"countryCode": ONE},
    "LegalIdentifier": {"notation": ONE, "spatial": ONE},
    "Identifier": {"notation": ONE},
    "Person": {"hasClaim": MANY},
    "LearningAchievement": {"title": MANY, "awardedBy": ONE},
    "LearningActivity": {"title": MANY, "awardedBy": ONE},
    "LearningAssessment": {"title": MANY, "awardedBy": ONE, "grade": ONE},
    "LearningEntitlement": {"title": MANY, "awardedBy": ONE},
    "AwardingProcess": {"awardingBody": MANY},
    "Qualification": {"title": MANY},
    "LearningAchievementSpecification": {"title": MANY},
    "LearningActivitySpecification": {"title": MANY},
    "LearningAssessmentSpecification": {"title": MANY},
    "LearningOutcome": {"title": MANY},
    "GradingScheme": {"title": MANY},
    "LearningOpportunity": {"title": MANY, "providedBy": MANY},
    "LearningEntitlementSpecification": {"title": MANY, "dcType": ONE, "entitlementStatus": ONE},
    "CreditPoint": {"framework": ONE, "point": ONE},
    "Note": {"noteLiteral": MANY},
    "WebResource": {"contentURL": ONE},
    "MediaObject": {"content": ONE, "contentEncoding": ONE, "contentType": ONE},
    "DisplayParameter": {"title": MANY, "primaryLanguage": ONE, "language": MANY, "individualDisplay": MANY},
    "IndividualDisplay": {"language": ONE, "displayDetail": MANY},
    "DisplayDetail": {"image": ONE, "page": ONE},
    "Evidence": {"dcType": ONE},
    "Accreditation": {"title": MANY, "dcType": ONE, "accreditingAgent": ONE},
    "Amount": {"unit": ONE, "value": ONE},
    "Group": {"prefLabel": MANY},
    "ResultCategory": {"label": ONE, "count": ONE},
}
_ISSUER: Final[Mapping[str, int | None]] = {"eIDASIdentifier": ONE, "legalName": MANY, "location": MANY}

# A place in the document as a chain from the leaf upwards: only the places of findings are ever written out.
_Path: TypeAlias = "tuple[_Path, str | int] | None"


def is_edc(document: Mapping[str, Any]) -> bool:
    """Whether ``document`` says that it follows the EDC application profile."""
    return "EuropeanDigitalCredential" in _types(document)


def shape_findings(document: Mapping[str, Any]) -> list[Finding]:
    """Return every required property that is missing, and every one that stands there too often."""
    body = {key: value for key, value in document.items() if key not in {"@context", "proof", "credentialStatus"}}
    nodes = _nodes(body)
    whole: dict[str, list[Mapping[str, Any]]] = {}
    for _, node in nodes:
        if isinstance(node.get("id"), str):
            whole.setdefault(node["id"], []).append(node)
    findings: dict[tuple[str, str], Finding] = {}
    seen: set[tuple[str, str]] = set()
    for path, node in nodes:
        # Where a node is only referred to, what it lacks is told once, at its first place.
        parts = whole.get(node["id"], [node]) if isinstance(node.get("id"), str) else [node]
        for kind in sorted(_types(node) & REQUIRED.keys()):
            if isinstance(node.get("id"), str):
                if (node["id"], kind) in seen:
                    continue
                seen.add((node["id"], kind))
            for finding in _check(parts, path, kind, REQUIRED[kind]):
                findings.setdefault((finding.code, finding.pointer), finding)
    issuer = document.get("issuer")
    if isinstance(issuer, Mapping):
        parts = whole.get(str(issuer.get("id")), [issuer])
        for finding in _check(parts, (None, "issuer"), "issuer", _ISSUER):
            findings.setdefault((finding.code, finding.pointer), finding)
    else:
        findings[("issuer-not-a-node", "#/issuer")] = Finding(
            "issuer-not-a-node", "#/issuer", "The issuer must be an Organisation node.", _CITATION + "IssuerNodeShape"
        )
    return list(findings.values())


def _check(
    parts: Sequence[Mapping[str, Any]], path: _Path, kind: str, properties: Mapping[str, int | None]
) -> Iterator[Finding]:
    for name, most in properties.items():
        counts = [_count(part.get(name)) for part in parts]
        if not any(counts):
            yield Finding(
                "property-missing", _pointer((path, name)), f"{kind}: `{name}` is required.", _CITATION + kind
            )
        elif most is not None and max(counts) > most:
            yield Finding(
                "property-too-often", _pointer((path, name)), f"{kind}: `{name}` stands at most once.", _CITATION + kind
            )


def _count(value: object) -> int:
    if value is None or value in ("", {}):
        return 0
    if isinstance(value, list):
        return sum(_count(item) for item in value)
    return 1


def _nodes(document: Mapping[str, Any]) -> list[tuple[_Path, Mapping[str, Any]]]:
    """Return every node that states a type, in document order."""
    nodes: list[tuple[_Path, Mapping[str, Any]]] = []
    pending: list[tuple[_Path, Any]] = [(None, document)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, dict):
            if "type" in value:
                nodes.append((path, value))
            below: list[tuple[str | int, Any]] = list(value.items())
        else:
            below = list(enumerate(value))
        pending += [((path, step), item) for step, item in reversed(below) if isinstance(item, dict | list)]
    return nodes


def _pointer(path: _Path) -> str:
    steps = []
    while path is not None:
        path, step = path
        steps.append(step)
    return json_pointer(reversed(steps))


def _types(node: Mapping[str, Any]) -> set[str]:
    value = node.get("type")
    return {item for item in (value if isinstance(value, list) else [value]) if isinstance(item, str)}
