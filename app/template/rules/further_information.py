"""7.16 Further information: wholly optional; what is stated uses the official lists."""

from collections.abc import Iterable, Iterator

from app.template.rules.registry import ADVICE, REQUIRED, Case, Sightings, Spot, rule, unlisted


@rule(
    "field-advised",
    ADVICE,
    "7.16",
    "A published micro-credential with an EQF level names its field (ISCED-F).",
    cites=("7.16", "footnote 26"),
)
def field_advised(case: Case) -> Sightings:
    """Find a level and no field in what is published; without a level nothing is said."""
    published = case.award is None or case.offering_at is None
    if published and case.offering.level.eqf is not None and not case.offering.further_information.isced_f:
        yield (
            case.in_offering("further_information", "isced_f"),
            "With an EQF level the field can be specified (ISCED-F): it helps those who search.",
        )


@rule("code-not-in-list", REQUIRED, "7.16", "Languages, target groups, fields and currencies are codes of their lists.")
def code_unlisted(case: Case) -> Sightings:
    """Find codes that their lists do not have."""
    information = case.offering.further_information
    yield from _unlisted(case, "language", "languages", information.languages)
    yield from _unlisted(case, "target-group", "target_groups", information.target_groups)
    yield from _unlisted(case, "isced-f", "isced_f", information.isced_f)
    for position, fee in enumerate(information.fees):
        if fee.currency not in case.codes["currency"]:
            yield case.in_offering("further_information", "fees", position, "currency"), unlisted("currency")


def _unlisted(case: Case, list_name: str, member: str, codes: Iterable[str]) -> Iterator[tuple[Spot, str]]:
    known = case.codes[list_name]
    for position, code in enumerate(codes):
        if code not in known:
            yield case.in_offering("further_information", member, position), unlisted(list_name)
