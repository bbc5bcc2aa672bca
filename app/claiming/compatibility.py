"""What is known of wallets and clients that real people use: hints beside a cause, or beside a silence.

Each line was measured with the client that it names, or read in its code; ``docs/operator-guide.md`` shows the table.
Staff get those hints that fit what the flight recorder saw, and decide.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from app.claiming.flight_recorder import Cause, EventKind


@dataclass(frozen=True, slots=True)
class Hint:
    """What to know where one of ``causes`` was met, or where nothing more came after one of ``silent_after``."""

    words: str
    causes: frozenset[Cause] = frozenset()
    silent_after: frozenset[EventKind] = frozenset()


HINTS: Final[tuple[Hint, ...]] = (
    Hint(
        "Wallets of 2024 speak drafts 10 to 13 of OpenID4VCI (`format` and one `proof`, with a nonce from the token "
        "response), among them what is built on @sphereon/oid4vci-client up to 0.16.",
        causes=frozenset({Cause.REQUEST_OF_A_DRAFT, Cause.NONCE_MISSING, Cause.REQUEST_MALFORMED}),
    ),
    Hint(
        "@digitalbazaar/oid4-client 5.10 makes key proofs without `typ` and `iat` and with `iss`. It takes the unbound "
        "kind of credential, which asks for no proof.",
        causes=frozenset({Cause.PROOF_TYP_WRONG, Cause.PROOF_TIME_WRONG, Cause.PROOF_ISSUER_UNEXPECTED}),
    ),
    Hint(
        "@digitalbazaar/oid4-client 5.10 knows no transaction codes: use a link without one.",
        causes=frozenset({Cause.TRANSACTION_CODE_MISSING}),
    ),
    Hint(
        "Phones whose clock is set by hand are minutes off; proofs may be five minutes old.",
        causes=frozenset({Cause.PROOF_TIME_WRONG, Cause.DPOP_UNUSABLE}),
    ),
    Hint(
        "Mail scanners and chat previews open links, but do not press buttons. An offer that was used before the "
        "learner came was sent somewhere as a picture or a link: send claim links only.",
        causes=frozenset({Cause.CODE_USED}),
    ),
    Hint(
        "No wallet has come. The camera app of some phones does not know `openid-credential-offer://`: scan with the "
        "wallet app itself. A wallet in development may know another scheme.",
        silent_after=frozenset({EventKind.OFFER_MADE}),
    ),
    Hint(
        "The wallet has the offer and asked for no token. Most often it does not like the issuer's metadata, or does "
        "not trust the issuer: EUDI wallets take issuers with an access certificate only. Look in its log.",
        silent_after=frozenset({EventKind.OFFER_FETCHED}),
    ),
    Hint(
        "Most wallets insist on https with a certificate that their phone trusts; a self-signed one ends here without "
        "any message.",
        silent_after=frozenset({EventKind.OFFER_MADE, EventKind.OFFER_FETCHED}),
    ),
    Hint(
        "The wallet has a token and asked for no credential: it may not know any of the offered kinds, or the learner "
        "did not agree to what it showed.",
        silent_after=frozenset({EventKind.TOKEN_GIVEN}),
    ),
    Hint(
        "The wallet has the credential and reported nothing. Many never report. If the learner sees an error, the "
        "wallet could not verify it: it needs the contexts of the document (Digital Bazaar's libraries refuse unknown "
        "ones) and has to reach the issuer's DID and status lists by https.",
        silent_after=frozenset({EventKind.CREDENTIAL_GIVEN}),
    ),
    Hint(
        "Wallets that know only `dc+sd-jwt` (EUDI) refuse `ldp_vc`, and education wallets the other way round: "
        "offer both.",
        causes=frozenset({Cause.CONFIGURATION_UNKNOWN, Cause.CONFIGURATION_NOT_OFFERED, Cause.WALLET_FAILED}),
    ),
)

_SILENCES: Final[Mapping[EventKind, str]] = {
    EventKind.OFFER_MADE: "The offer was made, and no wallet has fetched it.",
    EventKind.OFFER_FETCHED: "A wallet fetched the offer and went no further.",
    EventKind.TOKEN_GIVEN: "The wallet got a token and went no further.",
    EventKind.CREDENTIAL_GIVEN: "The wallet got the credential and has not reported what became of it.",
    EventKind.CREDENTIAL_DEFERRED: "The wallet was told to come back for the credential and has not come.",
}


def hints_for(cause: Cause) -> tuple[str, ...]:
    """Return what is known of wallets where ``cause`` was met."""
    return tuple(hint.words for hint in HINTS if cause in hint.causes)


def silence_after(kind: EventKind) -> tuple[str, tuple[str, ...]] | None:
    """Return what it means that nothing came after ``kind``, with what is known of wallets that stop there."""
    words = _SILENCES.get(kind)
    return None if words is None else (words, tuple(hint.words for hint in HINTS if kind in hint.silent_after))
