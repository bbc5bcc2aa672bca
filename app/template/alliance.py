"""The universities of the ENHANCE alliance, and what a credential must say about the one that awards it.

The slugs are part of every public URL and DID and never change. Identifiers that a registry assigns (eIDAS, Erasmus,
SCHAC, ROR) are configuration of a deployment: :class:`AwardingBody` carries them, this module invents none.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from pydantic import Field

from app.template.elements import CountryCode, Element, MemberSlug, WebAddress
from app.template.text import Line, Title

ALLIANCE_NAME: Final = "ENHANCE Alliance"
TEST_SLUG: Final = "test"
"""The sandbox issuer that every deployment has. It is not a member."""


class IssuerKind(StrEnum):
    """Who signs: a university, the service itself (receipts, trust file), or the sandbox of a deployment."""

    UNIVERSITY = "university"
    SERVICE = "service"
    TEST = "test"


@dataclass(frozen=True, slots=True)
class Member:
    """A university of the alliance: public facts."""

    slug: str
    short_name: str
    legal_name: dict[str, str]
    country: str
    town: str
    homepage: str
    time_zone: str
    nqf_framework: str
    """Which national framework of the EU list nqf its levels come from, by the prefix of their labels."""


MEMBERS: Final[dict[str, Member]] = {
    member.slug: member
    for member in (
        Member(
            "chalmers",
            "Chalmers",
            {"en": "Chalmers University of Technology", "sv": "Chalmers tekniska högskola"},
            "SWE",
            "Göteborg",
            "https://www.chalmers.se/",
            "Europe/Stockholm",
            "SeQF",
        ),
        Member(
            "ntnu",
            "NTNU",
            {
                "en": "Norwegian University of Science and Technology",
                "nb": "Norges teknisk-naturvitenskapelige universitet",
            },
            "NOR",
            "Trondheim",
            "https://www.ntnu.no/",
            "Europe/Oslo",
            "NKR",
        ),
        Member(
            "polimi",
            "PoliMi",
            {"en": "Politecnico di Milano", "it": "Politecnico di Milano"},
            "ITA",
            "Milano",
            "https://www.polimi.it/",
            "Europe/Rome",
            "QNQ",
        ),
        Member(
            "rwth-aachen",
            "RWTH",
            {
                "en": "RWTH Aachen University",
                "de": "Rheinisch-Westfälische Technische Hochschule Aachen",
            },
            "DEU",
            "Aachen",
            "https://www.rwth-aachen.de/",
            "Europe/Berlin",
            "DQR",
        ),
        Member(
            "tu-berlin",
            "TUB",
            {"en": "Technische Universität Berlin", "de": "Technische Universität Berlin"},
            "DEU",
            "Berlin",
            "https://www.tu.berlin/",
            "Europe/Berlin",
            "DQR",
        ),
        Member(
            "upv",
            "UPV",
            {
                "en": "Universitat Politècnica de València",
                "es": "Universidad Politécnica de Valencia",
                "ca": "Universitat Politècnica de València",
            },
            "ESP",
            "València",
            "https://www.upv.es/",
            "Europe/Madrid",
            "MECU",
        ),
        Member(
            "wut",
            "WUT",
            {"en": "Warsaw University of Technology", "pl": "Politechnika Warszawska"},
            "POL",
            "Warszawa",
            "https://www.pw.edu.pl/",
            "Europe/Warsaw",
            "PQF",
        ),
    )
}


class OrganisationIdentifier(Element):
    """A registered identifier of a university other than its eIDAS identifier, such as its Erasmus code."""

    scheme: Line
    value: Annotated[str, Field(pattern=r"^[ -~]{1,100}$")]


class AwardingBody(Element):
    """An awarding body as configured in a deployment: what its credentials say about it (7.3, 7.4).

    ``slug`` is a member of the alliance or ``test``. ``did`` is its issuer identifier. ``eidas_identifier`` must equal
    organizationIdentifier (OID 2.5.4.97) of its seal certificate once it has one.
    """

    slug: MemberSlug
    did: Annotated[str, Field(pattern=r"^did:web:[A-Za-z0-9.%:_-]+$")]
    legal_name: Title
    short_name: Line
    country: CountryCode
    address: Line
    time_zone: Line
    homepage: WebAddress
    eidas_identifier: Annotated[str, Field(pattern=r"^[!-~]{3,100}$")]
    identifiers: tuple[OrganisationIdentifier, ...] = ()
    default_language: Annotated[str, Field(pattern=r"^[a-z]{2}$")] = "en"

    @property
    def is_member(self) -> bool:
        """Whether this body is one of the seven, so that it awards on behalf of the alliance (7.4)."""
        return self.slug in MEMBERS
