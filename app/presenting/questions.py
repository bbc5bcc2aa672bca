"""Questions to wallets, and their answers (OpenID4VP 1.0, response mode ``direct_post``).

A question is two texts. Its *reference* goes to the wallet, in a QR code or a link; its *ticket* stays with whoever
asks and opens the answer. Both are ``time || language || random`` with an HMAC, under two secrets of the deployment, so
that every process recognises them, nothing is stored for a question, and no reference tells a ticket. Nonce and state
follow from the reference.

An answer is taken by these steps; the first that fails refuses it, and what is refused uses nothing up.

1. The reference is one of ours and its time is not over.
2. ``state`` is the one of this question (section 8.2).
3. ``vp_token`` is one JSON object with one presentation, for a query that was asked (sections 6.1 and 8.1).
4. What is presented is of the type that was asked for.
5. It is verified as by ``POST /verify``, for the nonce and the client identifier of this question: an SD-JWT without
   key binding, or bound to another question, is invalid (RFC 9901 section 7.3, OpenID4VP section 14.1).
6. The report is stored, sealed under a key that follows from the reference, unless there is an answer already.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, ClassVar, Final, Protocol
from urllib.parse import quote

import orjson

from app.errors import Family, ServiceError
from app.eudi import EUDI_LEARNING, WE_BUILD
from app.issuance.office import Office
from app.keys import DataCipher, DataKey
from app.languages import Language
from app.securing import jws, sd_jwt
from app.securing.jws import decode_base64url, encode_base64url
from app.store import presentation_answers
from app.store.failures import AlreadyThere
from app.store.presentation_answers import PresentationAnswer
from app.strict_json import JsonValue, parse
from app.trust.resolve import did_of
from app.verification.evidence import Policy
from app.verification.submission import Submission, read_submission
from app.verification.verifier import AnyReport

LIFETIME: Final = timedelta(minutes=10)
"""How long a wallet may take, and how long the answer can be looked at."""
MOST_ANSWERS: Final = 10_000
"""Kept at a time, some kilobytes each; beyond them wallets are told to come back."""
REQUEST_MEDIA_TYPE: Final = "application/oauth-authz-req+jwt"
SCHEME: Final = "openid4vp://"

_REQUEST_TYPE: Final = "oauth-authz-req+jwt"
_AUDIENCE: Final = "https://self-issued.me/v2"
_CLIENT_ID_PREFIX: Final = "decentralized_identifier:"
_RANDOM_BYTES: Final = 16
_TIME_BYTES: Final = 8
_LANGUAGE_BYTES: Final = 2
_SAID_BYTES: Final = _TIME_BYTES + _LANGUAGE_BYTES + _RANDOM_BYTES
_MAC_BYTES: Final = 32
_LONGEST: Final = 200
_PLACE: Final = b"presentation_answer.sealed:"
_ALGORITHMS: Final = ["ES256", "ES384", "EdDSA"]

# Nothing that can be kept back is asked for, but what a certificate is about: whether it is genuine needs no name.
QUERIES: Final[Mapping[str, Mapping[str, Any]]] = {
    "learning-credential": {"format": "dc+sd-jwt", "meta": {"vct_values": [EUDI_LEARNING.vct]}},
    "micro-credential": {
        "format": "dc+sd-jwt",
        "meta": {"vct_values": [WE_BUILD.vct]},
        "claims": [{"path": ["title"]}, {"path": ["awardingBody"]}],
    },
}
"""The credential queries of our question (section 6.1), by their identifiers."""


class QuestionUnknown(ServiceError):
    """Nobody asked this, or it is too long ago. Ask again."""

    code: ClassVar[str] = "question-unknown"
    title: ClassVar[str] = "There is no such question to a wallet, or not any more"
    family: ClassVar[Family] = Family.NOT_FOUND


class AnswerRefused(ServiceError):
    """What the wallet sent is no answer to this question, or there is an answer already."""

    code: ClassVar[str] = "answer-refused"
    title: ClassVar[str] = "The wallet's answer cannot be used"
    family: ClassVar[Family] = Family.MALFORMED


class TooManyAnswers(ServiceError):
    """As many answers of wallets are kept as this service keeps at a time. Ask again after ``Retry-After``."""

    code: ClassVar[str] = "too-many-answers"
    title: ClassVar[str] = "Too many wallets are answering"
    family: ClassVar[Family] = Family.UNAVAILABLE


class Verifies(Protocol):
    """Whoever verifies; the open verifier of the deployment does."""

    policy: Policy

    async def verify(
        self, submitted: Submission, *, now: datetime, language: Language = ..., policy: Policy | None = ...
    ) -> AnyReport:
        """Return the report."""


@dataclass(frozen=True, slots=True)
class Question:
    """A question that was asked. ``wallet_uri`` leads a wallet to it, ``ticket`` whoever asked to the answer."""

    ticket: str
    reference: str
    wallet_uri: str
    request_uri: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question: nothing yet, a refusal by the wallet, or a report."""

    question: Question
    refused: bool
    report: Mapping[str, Any] | None

    @property
    def waits(self) -> bool:
        """Whether no wallet has answered."""
        return not self.refused and self.report is None


async def ask(office: Office, *, language: Language = Language.ENGLISH) -> Question:
    """Ask a question. Nothing is stored.

    Raises:
        SigningKeysMissing: the service has no key to ask with.
    """
    moment = office.clock()
    said = (
        int(moment.timestamp() * 1000).to_bytes(_TIME_BYTES, "big")
        + language.value.encode("ascii")
        + secrets.token_bytes(_RANDOM_BYTES)
    )
    return await _question(office, said)


async def request_object(office: Office, reference: str) -> bytes:
    """Return the question as a wallet reads it: signed by the service's own key (sections 5 and 5.10).

    Raises:
        QuestionUnknown: no such question, or not any more.
        SigningKeysMissing, SigningFailed: try again later.
    """
    question = await _question(office, _said(office, "reference", reference))
    key, key_id = await office.service_token_key()
    client_id = _CLIENT_ID_PREFIX + did_of(key_id)
    claims = {
        # No iss: client_id says who asks, and @openid4vc/openid4vp refuses an iss that kid does not begin with.
        "aud": _AUDIENCE,
        "client_id": client_id,
        "response_type": "vp_token",
        "response_mode": "direct_post",
        "response_uri": f"{office.public_url}/openid4vp/{reference}",
        "nonce": _nonce(office, reference),
        "state": _state(office, reference),
        "iat": int(office.clock().timestamp()),
        "exp": int(question.expires_at.timestamp()),
        "dcql_query": {
            "credentials": [{"id": name, **query} for name, query in QUERIES.items()],
            "credential_sets": [{"options": [[name] for name in QUERIES]}],
        },
        "client_metadata": {
            "vp_formats_supported": {"dc+sd-jwt": {"sd-jwt_alg_values": _ALGORITHMS, "kb-jwt_alg_values": _ALGORITHMS}}
        },
    }
    header = {"typ": _REQUEST_TYPE, "kid": key_id}
    return await jws.sign_compact(orjson.dumps(claims), header, signer=key.signer)


async def answer(
    office: Office, verifier: Verifies, reference: str, form: Mapping[str, str], *, most: int = MOST_ANSWERS
) -> None:
    """Take a wallet's answer, by the numbered steps; ``most`` is how many are kept at a time.

    Raises:
        QuestionUnknown: no such question, or not any more.
        AnswerRefused: it is no answer to this question, or there is one already.
        TooManyAnswers: try again later.
    """
    # 1
    question = await _question(office, _said(office, "reference", reference))
    # 2
    if not hmac.compare_digest(form.get("state", "").encode(), _state(office, reference).encode()):
        raise AnswerRefused("state is not the one of this question.")
    if "error" in form:
        # Why in the wallet's own words is not kept: they could be anything.
        await _store(office, question, {"refused": True}, most)
        return
    # 3, 4
    submission = _presented(office, form.get("vp_token", ""))
    # 5
    _, key_id = await office.service_token_key()
    asked = replace(
        verifier.policy,
        challenge=_nonce(office, reference),
        domains=frozenset({_CLIENT_ID_PREFIX + did_of(key_id)}),
    )
    language = _language(_said(office, "reference", reference))
    report = await verifier.verify(submission, now=office.clock(), language=language, policy=asked)
    # 6
    await _store(office, question, {"report": orjson.loads(report.model_dump_json())}, most)


async def outcome(office: Office, ticket: str) -> Outcome:
    """Return what became of the question that ``ticket`` is of.

    Raises:
        QuestionUnknown: no such question, or not any more.
    """
    question = await _question(office, _said(office, "ticket", ticket))
    async with office.database.read_once() as connection:
        found = await presentation_answers.find(connection, _digest(question.reference))
    if found is None:
        return Outcome(question, refused=False, report=None)
    content = orjson.loads(DataCipher.open(_key(office, question.reference), found.sealed, _PLACE))
    return Outcome(question, refused="refused" in content, report=content.get("report"))


async def forget_old(office: Office) -> int:
    """Forget the answers that nobody can look at any more, and return how many they were."""
    moment = office.clock()
    async with office.database.read() as connection:
        if not await presentation_answers.count(connection, before=moment):
            return 0
    async with office.database.transaction() as connection:
        return await presentation_answers.forget_before(connection, moment)


def language_of(office: Office, ticket: str) -> Language:
    """Return the language in which the question of ``ticket`` was asked.

    Raises:
        QuestionUnknown: no such question, or not any more.
    """
    return _language(_said(office, "ticket", ticket))


def _presented(office: Office, vp_token: str) -> Submission:
    """Return the one presentation of a VP Token (section 8.1)."""
    try:
        token: JsonValue = parse(vp_token.encode(), max_bytes=jws.longest_token(office.max_request_bytes))
    except (ServiceError, UnicodeEncodeError):
        raise AnswerRefused("vp_token is missing, or no JSON text.") from None
    if not isinstance(token, dict) or len(token) != 1 or not token.keys() <= QUERIES.keys():
        raise AnswerRefused("vp_token answers no query that was asked, or more than one.")
    ((name, shown),) = token.items()
    only = shown[0] if isinstance(shown, list) and len(shown) == 1 else None
    if not isinstance(only, str) or not only.isascii() or not sd_jwt.is_sd_jwt(only.encode()):
        raise AnswerRefused("One SD-JWT was asked for.")
    try:
        submission = read_submission(only.encode(), max_bytes=office.max_request_bytes)
    except ServiceError as error:
        raise AnswerRefused(f"What is presented is no SD-JWT: {error.detail}") from None
    if submission.sd_jwt is None:
        # A tilde may stand in any JSON text, and a folder of anybody's credentials is no SD-JWT.
        raise AnswerRefused("One SD-JWT was asked for.")
    stated = submission.document.get("vct") if isinstance(submission.document, dict) else None
    if stated not in QUERIES[name]["meta"]["vct_values"]:
        raise AnswerRefused("What is presented is of another type than was asked for.")
    return submission


async def _store(office: Office, question: Question, content: Mapping[str, Any], most: int) -> None:
    sealed = DataCipher.seal(_key(office, question.reference), orjson.dumps(content), _PLACE)
    stored = PresentationAnswer(_digest(question.reference), sealed, question.expires_at)
    try:
        async with office.database.transaction() as connection:
            await presentation_answers.forget_before(connection, office.clock())
            # Nobody makes up a valid answer: what anybody can send leaves room for those who check one.
            is_valid = content.get("report", {}).get("verdict") == "valid"
            if await presentation_answers.count(connection) >= (most if is_valid else max(1, most // 2)):
                raise TooManyAnswers
            await presentation_answers.add(connection, stored)
    except AlreadyThere:
        raise AnswerRefused("This question was answered before.") from None


# --- References and tickets


async def _question(office: Office, said: bytes) -> Question:
    _, key_id = await office.service_token_key()
    reference = _signed(office, "reference", said)
    request_uri = f"{office.public_url}/openid4vp/{reference}"
    client_id = quote(_CLIENT_ID_PREFIX + did_of(key_id), safe="")
    return Question(
        ticket=_signed(office, "ticket", said),
        reference=reference,
        wallet_uri=f"{SCHEME}?client_id={client_id}&request_uri={quote(request_uri, safe='')}",
        request_uri=request_uri,
        expires_at=_asked_at(said, office) + LIFETIME,
    )


def _asked_at(said: bytes, office: Office) -> datetime:
    milliseconds = int.from_bytes(said[:_TIME_BYTES], "big")
    return datetime.fromtimestamp(milliseconds / 1000, office.clock().tzinfo)


def _language(said: bytes) -> Language:
    return Language(said[_TIME_BYTES : _TIME_BYTES + _LANGUAGE_BYTES].decode("ascii"))


def _signed(office: Office, purpose: str, said: bytes) -> str:
    return encode_base64url(said + hmac.digest(_secret(office, purpose), said, "sha256")).decode("ascii")


def _said(office: Office, purpose: str, text: str) -> bytes:
    """Return what a reference or ticket says, if it is one of ours and its time is not over.

    Raises:
        QuestionUnknown: otherwise.
    """
    try:
        raw = decode_base64url(text[:_LONGEST].encode("ascii"))
    except ValueError:
        raise QuestionUnknown from None
    said, mac = raw[:_SAID_BYTES], raw[_SAID_BYTES:]
    expected = hmac.digest(_secret(office, purpose), said, "sha256")
    if len(mac) != _MAC_BYTES or not hmac.compare_digest(mac, expected):
        raise QuestionUnknown
    age = office.clock() - _asked_at(said, office)
    if not -timedelta(minutes=1) <= age < LIFETIME:
        raise QuestionUnknown
    return said


def _secret(office: Office, purpose: str) -> bytes:
    return office.keyring.derive(f"question-{purpose}")


def _following(office: Office, purpose: str, reference: str) -> bytes:
    return hmac.digest(_secret(office, purpose), reference.encode(), "sha256")


def _nonce(office: Office, reference: str) -> str:
    return encode_base64url(_following(office, "nonce", reference)).decode("ascii")


def _state(office: Office, reference: str) -> str:
    return encode_base64url(_following(office, "state", reference)).decode("ascii")


def _key(office: Office, reference: str) -> DataKey:
    return DataKey(_following(office, "seal", reference))


def _digest(reference: str) -> bytes:
    return hashlib.sha256(b"question " + reference.encode()).digest()
