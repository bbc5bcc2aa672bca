"""The flight recorder: for each offer what the wallet fetched and sent, and why it was refused, in plain words.

"QR scanned, something went wrong, no log anywhere" is what staff of universities meet. So whoever serves a wallet
records each step here, and staff read it through the API, the command line and a stream.

Promises:

1. Nothing is recorded that belongs to no offer and no claim link of ours: a flood of strangers' requests leaves no row.
2. Each offer, and each claim link, has at most ``MOST_EVENTS`` rows, and each row goes after ``KEPT``.
3. An event holds a kind, a cause from a closed list, and facts from a closed list of members, each of a form that has
   no room for personal data, a code, a token, a nonce or a key.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, TypeAlias
from uuid import UUID

from app.store import wallet_events
from app.store.connection import Connection
from app.store.wallet_events import NewWalletEvent
from app.strict_json import canonical

MOST_EVENTS: Final = 200
"""Events of one offer, and of one claim link before there is an offer."""
KEPT: Final = timedelta(days=90)

Fact: TypeAlias = str | int | bool | tuple[str, ...]


class EventKind(StrEnum):
    """What happened."""

    CLAIM_REFUSED = "claim-refused"
    OFFER_MADE = "offer-made"
    OFFER_FETCHED = "offer-fetched"
    TOKEN_GIVEN = "token-given"  # noqa: S105 - names an event
    TOKEN_REFUSED = "token-refused"  # noqa: S105 - names an event
    CREDENTIAL_GIVEN = "credential-given"
    CREDENTIAL_DEFERRED = "credential-deferred"
    CREDENTIAL_REFUSED = "credential-refused"
    NOTIFIED = "notified"
    STATUS_CHANGED = "status-changed"


class Cause(StrEnum):
    """Why something was refused. What each means, and what to do, is in ``EXPLAINED``."""

    # the claim page
    LINK_EXPIRED = "link-expired"
    LINK_WITHDRAWN = "link-withdrawn"
    LINK_USED_UP = "link-used-up"
    BIRTH_DATE_WRONG = "birth-date-wrong"
    CLAIM_CODE_WRONG = "claim-code-wrong"
    GUESSES_USED_UP = "guesses-used-up"
    # the token endpoint
    OFFER_EXPIRED = "offer-expired"
    OFFER_WITHDRAWN = "offer-withdrawn"
    CODE_USED = "code-used"
    TRANSACTION_CODE_MISSING = "transaction-code-missing"
    TRANSACTION_CODE_UNEXPECTED = "transaction-code-unexpected"
    TRANSACTION_CODE_WRONG = "transaction-code-wrong"
    GRANT_UNSUPPORTED = "grant-unsupported"
    AUTHORIZATION_DETAILS_UNUSABLE = "authorization-details-unusable"
    DPOP_UNUSABLE = "dpop-unusable"
    DPOP_REPLAYED = "dpop-replayed"
    DPOP_KEY_DIFFERS = "dpop-key-differs"
    # the credential endpoints
    TOKEN_EXPIRED = "token-expired"  # noqa: S105 - names a cause
    TOKEN_USED = "token-used"  # noqa: S105 - names a cause
    TOKEN_OF_ANOTHER_ISSUER = "token-of-another-issuer"  # noqa: S105 - names a cause
    REQUEST_MALFORMED = "request-malformed"
    REQUEST_OF_A_DRAFT = "request-of-a-draft"
    CONFIGURATION_UNKNOWN = "configuration-unknown"
    CONFIGURATION_NOT_OFFERED = "configuration-not-offered"
    IDENTIFIER_UNKNOWN = "identifier-unknown"
    ENCRYPTION_UNSUPPORTED = "encryption-unsupported"
    BATCH_TOO_LARGE = "batch-too-large"
    PROOF_MISSING = "proof-missing"
    PROOF_UNEXPECTED = "proof-unexpected"
    PROOF_TYPE_UNSUPPORTED = "proof-type-unsupported"
    PROOF_MALFORMED = "proof-malformed"
    PROOF_TYP_WRONG = "proof-typ-wrong"
    PROOF_ALGORITHM_UNSUPPORTED = "proof-algorithm-unsupported"
    PROOF_KEY_UNUSABLE = "proof-key-unusable"
    PROOF_KEY_PRIVATE = "proof-key-private"
    PROOF_SIGNATURE_WRONG = "proof-signature-wrong"
    PROOF_AUDIENCE_WRONG = "proof-audience-wrong"
    PROOF_TIME_WRONG = "proof-time-wrong"
    PROOF_ISSUER_UNEXPECTED = "proof-issuer-unexpected"
    PROOF_KEYS_REPEATED = "proof-keys-repeated"
    NONCE_MISSING = "nonce-missing"
    NONCE_UNKNOWN = "nonce-unknown"
    NONCE_EXPIRED = "nonce-expired"
    NONCE_USED = "nonce-used"
    AWARD_REVOKED = "award-revoked"
    AWARD_SUSPENDED = "award-suspended"
    AWARD_ERASED = "award-erased"
    CLAIMS_MISSING = "claims-missing"
    SIGNING_FAILED = "signing-failed"
    # deferred and notification
    TRANSACTION_UNKNOWN = "transaction-unknown"
    NOTIFICATION_UNKNOWN = "notification-unknown"
    NOTIFICATION_MALFORMED = "notification-malformed"
    WALLET_FAILED = "wallet-failed"
    WALLET_DELETED = "wallet-deleted"


@dataclass(frozen=True, slots=True)
class Explained:
    """A cause in plain words, and what to do about it."""

    cause: str
    fix: str


_NEW_OFFER: Final = "Open the claim page again and press the button: it makes a new offer."
_WALLET: Final = "The wallet has to be corrected by its maker; until then use another wallet, or a plain download."
_STAFF: Final = "Make a new claim link for the learner, or renew this one."
_AGAIN: Final = "Try again; wallets do so by themselves. If it stays, the wallet's maker has to correct it."

EXPLAINED: Final[Mapping[Cause, Explained]] = {
    Cause.LINK_EXPIRED: Explained("The claim link was opened after its last day.", _STAFF),
    Cause.LINK_WITHDRAWN: Explained("The claim link had been withdrawn.", _STAFF),
    Cause.LINK_USED_UP: Explained(
        "The link was used as often as it allows.", "Renew the link if the learner moves to another device."
    ),
    Cause.BIRTH_DATE_WRONG: Explained(
        "The date of birth that was typed is not the one on record.",
        "Compare the date on record with the learner's; a wrong one is corrected by replacing the credential.",
    ),
    Cause.CLAIM_CODE_WRONG: Explained(
        "The code that was typed on the claim page is not the one of this link.",
        "Tell the learner the code that the record of the link shows; a renewed link has another one.",
    ),
    Cause.GUESSES_USED_UP: Explained(
        "A wrong answer was given too often, and nothing more is accepted.",
        "Make sure that you speak with the learner, then renew the claim link.",
    ),
    Cause.OFFER_EXPIRED: Explained("The wallet came after the offer had ended.", _NEW_OFFER),
    Cause.OFFER_WITHDRAWN: Explained("The offer had been replaced by a newer one or withdrawn.", _NEW_OFFER),
    Cause.CODE_USED: Explained(
        "The offer had been used before, by this wallet or another one.",
        f"{_NEW_OFFER} If the learner did not use it, revoke the copy that was made of it.",
    ),
    Cause.TRANSACTION_CODE_MISSING: Explained(
        "The wallet did not send the transaction code, which this offer asks for.",
        "Type the code that the page shows. If the wallet never asked for one, it does not know transaction codes: "
        "use another wallet, or a link without a code.",
    ),
    Cause.TRANSACTION_CODE_UNEXPECTED: Explained(
        "The wallet sent a transaction code, though this offer has none.", _WALLET
    ),
    Cause.TRANSACTION_CODE_WRONG: Explained(
        "The transaction code is not the one of this offer.",
        "Type the code of the newest offer: each new offer has its own. After five wrong ones the offer ends.",
    ),
    Cause.GRANT_UNSUPPORTED: Explained(
        "The wallet asked for a token in a way that this issuer does not announce.", _WALLET
    ),
    Cause.AUTHORIZATION_DETAILS_UNUSABLE: Explained(
        "The wallet asked for something in authorization_details that the offer does not hold.", _WALLET
    ),
    Cause.DPOP_UNUSABLE: Explained(
        "The wallet's proof for its token (DPoP) is malformed, too old, or made for another address.",
        f"Set the device's clock. {_AGAIN}",
    ),
    Cause.DPOP_REPLAYED: Explained("The wallet sent the same proof for its token (DPoP) twice.", _AGAIN),
    Cause.DPOP_KEY_DIFFERS: Explained(
        "The token belongs to another key (DPoP) than the one that was shown with it.", _NEW_OFFER
    ),
    Cause.TOKEN_EXPIRED: Explained("The wallet waited too long before it fetched the credential.", _NEW_OFFER),
    Cause.TOKEN_USED: Explained(
        "The wallet had fetched the credential before with the same token.",
        f"Look whether the wallet holds it. If not: {_NEW_OFFER[0].lower()}{_NEW_OFFER[1:]}",
    ),
    Cause.TOKEN_OF_ANOTHER_ISSUER: Explained("The token was given by another university of this service.", _WALLET),
    Cause.REQUEST_MALFORMED: Explained("The wallet's request is not one of OpenID4VCI 1.0.", _WALLET),
    Cause.REQUEST_OF_A_DRAFT: Explained(
        "The wallet speaks a draft of OpenID4VCI from before version 1.0 (it sent `format` or `proof`).",
        "Update the wallet. A wallet of before 2025 cannot be served; the plain downloads can be used without one.",
    ),
    Cause.CONFIGURATION_UNKNOWN: Explained(
        "The wallet asked for a kind of credential that this issuer does not announce.",
        f"{_NEW_OFFER} The wallet may have kept old metadata of the issuer.",
    ),
    Cause.CONFIGURATION_NOT_OFFERED: Explained(
        "The wallet asked for a kind of credential that is announced, but is not in this offer.", _WALLET
    ),
    Cause.IDENTIFIER_UNKNOWN: Explained(
        "The wallet named a credential by an identifier that was not given to it.", _WALLET
    ),
    Cause.ENCRYPTION_UNSUPPORTED: Explained(
        "The wallet asked for an encrypted answer, which this issuer does not announce.", _WALLET
    ),
    Cause.BATCH_TOO_LARGE: Explained("The wallet asked for more copies at once than the metadata allows.", _WALLET),
    Cause.PROOF_MISSING: Explained(
        "The wallet did not show a key, and this kind of credential is bound to one.",
        "Offer the unbound kind, if the wallet has no keys of its own; otherwise its maker has to correct it.",
    ),
    Cause.PROOF_UNEXPECTED: Explained(
        "The wallet showed a key for a kind of credential that is not bound to one.", _WALLET
    ),
    Cause.PROOF_TYPE_UNSUPPORTED: Explained(
        "The wallet shows its key in a way that this issuer does not announce.", _WALLET
    ),
    Cause.PROOF_MALFORMED: Explained("What should show the wallet's key is no signed token (JWT).", _WALLET),
    Cause.PROOF_TYP_WRONG: Explained(
        "The token that shows the wallet's key does not say what it is (`typ` is not openid4vci-proof+jwt).",
        f"{_WALLET} The unbound kind of credential asks for no such token.",
    ),
    Cause.PROOF_ALGORITHM_UNSUPPORTED: Explained(
        "The wallet's key has an algorithm that this issuer does not announce (ES256 and EdDSA are).", _WALLET
    ),
    Cause.PROOF_KEY_UNUSABLE: Explained(
        "The wallet's key is named in no way, in several ways, or in a way that cannot be read.", _WALLET
    ),
    Cause.PROOF_KEY_PRIVATE: Explained(
        "The wallet sent its PRIVATE key along. That key is burnt.",
        "Tell the wallet's maker at once and do not use this wallet.",
    ),
    Cause.PROOF_SIGNATURE_WRONG: Explained("The signature by the wallet's key does not fit.", _WALLET),
    Cause.PROOF_AUDIENCE_WRONG: Explained(
        "The wallet made its proof for another issuer (`aud` is not the identifier of this one).",
        "Compare PUBLIC_URL with the address that the wallet was led to; a proxy must not change the host.",
    ),
    Cause.PROOF_TIME_WRONG: Explained(
        "The wallet's proof is too old or from the future.", "Set the device's clock to automatic and try again."
    ),
    Cause.PROOF_ISSUER_UNEXPECTED: Explained(
        "The wallet's proof names a client (`iss`), which it must not without a registration.", _WALLET
    ),
    Cause.PROOF_KEYS_REPEATED: Explained("The wallet asked for several copies for one and the same key.", _WALLET),
    Cause.NONCE_MISSING: Explained(
        "The wallet's proof has no nonce; version 1.0 fetches one from the nonce endpoint.", _WALLET
    ),
    Cause.NONCE_UNKNOWN: Explained("The nonce in the wallet's proof is not one of this issuer.", _AGAIN),
    Cause.NONCE_EXPIRED: Explained("The nonce in the wallet's proof is too old.", _AGAIN),
    Cause.NONCE_USED: Explained("The nonce in the wallet's proof was used before.", _AGAIN),
    Cause.AWARD_REVOKED: Explained(
        "The credential is revoked, so no copy of it is made.", "If it was replaced, make a link for the new one."
    ),
    Cause.AWARD_SUSPENDED: Explained(
        "The credential is suspended, so no copy of it is made.", "Reinstate it when the review is over."
    ),
    Cause.AWARD_ERASED: Explained("The learner's data was erased.", "Nothing can be made of it any more."),
    Cause.CLAIMS_MISSING: Explained(
        "The award was corrected and lacks now what this kind of credential must say.",
        "Offer another kind, or correct the award: an offer of this kind names what it lacks.",
    ),
    Cause.SIGNING_FAILED: Explained(
        "The copy could not be signed just now.", "Look at /readyz and the log of the service, then try again."
    ),
    Cause.TRANSACTION_UNKNOWN: Explained(
        "The wallet asked for a deferred credential that it was not promised, or has fetched.", _NEW_OFFER
    ),
    Cause.NOTIFICATION_UNKNOWN: Explained("The wallet reported about a delivery that there was not.", _WALLET),
    Cause.NOTIFICATION_MALFORMED: Explained("The wallet's report about a delivery cannot be understood.", _WALLET),
    Cause.WALLET_FAILED: Explained(
        "The wallet received the credential, but says that it could not keep it.",
        "Look at the hints for this wallet; offer another kind of credential, or another wallet.",
    ),
    Cause.WALLET_DELETED: Explained(
        "The wallet says that the learner did not want to keep the credential.", "Nothing, unless the learner asks."
    ),
}

_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:+-]{0,59}")
_MEMBER: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,39}")
_PRODUCT: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,29}(?:/[0-9]{1,4}(?:\.[0-9]{1,4}){0,2})?(?![^ ;(])")
_MOST_MEMBERS: Final = 20
_LARGEST_NUMBER: Final = 1_000_000

WORDS: Final = frozenset(
    {"by", "configuration", "format", "proof_type", "algorithm", "binding", "error", "report", "wallet"}
)
"""Facts that are one word: ``by`` reference or value; ``error`` as the wallet was told; ``report`` as it told us."""
NUMBERS: Final = frozenset({"copies", "guesses_left", "http_status", "seconds"})
FLAGS: Final = frozenset({"dpop", "transaction_code", "birth_date"})
LISTS: Final = frozenset({"sent", "configurations"})
"""``sent``: the names of the members that the wallet sent, never their values."""


_ALWAYS_KEPT: Final = frozenset(
    {
        EventKind.OFFER_MADE,
        EventKind.TOKEN_GIVEN,
        EventKind.CREDENTIAL_DEFERRED,
        EventKind.CREDENTIAL_GIVEN,
        EventKind.STATUS_CHANGED,
    }
)
"""For these a fifth of the rows is kept free: whoever took a credential does not hide it behind noise."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose event it is: an offer, or a claim link before there is an offer; both belong to an award."""

    awarding_body_id: UUID
    award_id: UUID
    offer_id: UUID | None
    claim_link_id: UUID | None = None


async def record(
    connection: Connection,
    subject: Subject,
    kind: EventKind,
    *,
    at: datetime,
    cause: Cause | None = None,
    facts: Mapping[str, Fact] | None = None,
) -> None:
    """Write one event, in the transaction of ``connection``.

    A refusal has to be recorded in a transaction that is left without an exception, or it is undone with the rest.

    Raises:
        ValueError: a fact that is none of the closed list, or of another form: a defect of the caller.
    """
    told = canonical({name: _checked(name, value) for name, value in (facts or {}).items()})
    event = NewWalletEvent(
        awarding_body_id=subject.awarding_body_id,
        award_id=subject.award_id,
        offer_id=subject.offer_id,
        claim_link_id=subject.claim_link_id,
        at=at,
        kind=kind.value,
        cause=None if cause is None else cause.value,
        facts=told,
    )
    most = MOST_EVENTS if kind in _ALWAYS_KEPT else MOST_EVENTS - MOST_EVENTS // 5
    await wallet_events.add(connection, event, most=most)


def word_of(value: object) -> str:
    """Return what a stranger sent as a fact, if it is a short plain word; otherwise only that it is none."""
    return value if isinstance(value, str) and _WORD.fullmatch(value) else "unreadable"


def members_of(names: object) -> tuple[str, ...]:
    """Return the names of members that a stranger sent, as the fact ``sent``: in order, bounded, plain names only."""
    listed = sorted({name for name in names if isinstance(name, str)}) if isinstance(names, Mapping) else []
    return tuple(name if _MEMBER.fullmatch(name) else "unreadable" for name in listed[:_MOST_MEMBERS])


def wallet_of(user_agent: str | None) -> str:
    """Return the product at the beginning of a ``User-Agent`` (RFC 9110 section 10.1.5): a name and two numbers.

    Not the rest of it, which names devices and persons now and then.
    """
    found = _PRODUCT.match(user_agent or "")
    return found[0].replace("/", ":") if found else "unnamed"


def _checked(name: str, value: Fact) -> str | int | bool | list[str]:
    if name in WORDS and isinstance(value, str) and _WORD.fullmatch(value):
        return value
    if name in FLAGS and isinstance(value, bool):
        return value
    if name in NUMBERS and isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _LARGEST_NUMBER:
        return value
    if name in LISTS and isinstance(value, tuple) and len(value) <= _MOST_MEMBERS and all(map(_plain, value)):
        return list(value)
    raise ValueError(f"{name} is no fact of the flight recorder, or not of its form")


def _plain(name: str) -> bool:
    return bool(_WORD.fullmatch(name) or _MEMBER.fullmatch(name))
