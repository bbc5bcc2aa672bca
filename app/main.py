"""Builds everything once and hands it down. The only place, with the command line, that asks the clock."""

import asyncio
import gc
import logging
import sys
import traceback
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import astuple
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import structlog
from fastapi import FastAPI
from structlog.typing import EventDict
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from app.api import (
    campus,
    claim_links,
    credentials,
    health,
    interop,
    lists,
    offerings,
    problems,
    verification,
    wallet_copies,
    wallet_events,
    wallet_offers,
)
from app.api.capacity import MOST_BODY_BYTES, Capacity
from app.api.description import describe
from app.api.rates import RateLimits
from app.api.traffic import Traffic
from app.claiming import flight_recorder
from app.claiming.offers import forget_spent
from app.claiming.traces import forget_old_events
from app.errors import ServiceError
from app.interop.desk import InteropDesk
from app.issuance.issue import finish_prepared
from app.issuance.office import Flaw, Office
from app.issuance.repeating import forget_old_answers
from app.issuance.wallet_copy import finish_copies
from app.jsonld import CREDENTIALS_V2, ELM_CONTEXT_URL, canonicalize
from app.keys import Keyring, MasterSecret, SignerProcess
from app.languages import Language, say, spoken
from app.pages import catalogue, claim, credential, explanations, published, reference, start, wallet_check
from app.pages.explanations import Explanation
from app.pages.failures import FailuresForPeople, visited_by_people
from app.pages.finding_codes import FINDING_CODES
from app.presenting.questions import forget_old as forget_old_presentations
from app.securing import ProofOutcome
from app.settings import Settings, load_settings, user_number
from app.store import open_database
from app.template.request import FORM_CODES
from app.template.rules import RULES, Rule
from app.trust.fetch import Fetch
from app.trust.trust_list import TrustList
from app.verification.evidence import Policy
from app.verification.verifier import Verifier
from app.wallet import openid4vci, openid4vp, well_known
from app.world import ReceiptDesk, world_of, world_of_list

VERSION: Final = "0.1.0"
REAPING_SECONDS: Final = 15
FORGETTING_SECONDS: Final = 6 * 60 * 60
_YOUNG_OBJECTS: Final = 20_000
"""How many new objects make the collector look for cycles. A request makes some thousands, hardly any in a cycle."""

_log = structlog.get_logger("service")


def now() -> datetime:
    """Return the present moment, in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - the one clock of the service


def configure_logging(level: str) -> None:
    """Write one JSON line for each event to standard error, with the fields that the event names and no others."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            name_exception,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )


class WithoutTraceback(logging.Formatter):
    """The server's own lines without the text of exceptions, which may hold personal data; ``traffic`` tells them."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line alone."""
        record.exc_info = record.exc_text = record.stack_info = None
        return super().format(record)


def quiet_log_config(level: str) -> dict[str, Any]:
    """Return the logging of the HTTP server: plain lines on standard error, no requests and no tracebacks."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"plain": {"()": "app.main.WithoutTraceback", "format": "%(levelname)s: %(message)s"}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "plain", "stream": "ext://sys.stderr"}},
        "loggers": {"uvicorn": {"handlers": ["stderr"], "level": level.upper(), "propagate": False}},
    }


def name_exception(_: object, __: str, event: EventDict) -> EventDict:
    """Say which exception it was and where, but neither its text nor local values: they may hold personal data."""
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        frames = traceback.extract_tb(error.__traceback__)[-12:]
        event["exception"] = type(error).__qualname__
        event["frames"] = [f"{Path(frame.filename).name}:{frame.lineno} {frame.name}" for frame in frames]
    return event


def open_office(settings: Settings, *, clock: Callable[[], datetime] = now) -> Office:
    """Return the office of the deployment that ``settings`` describe: its keyring is opened, its database is not.

    Raises:
        KeyringUnusable: missing keys, a wrong secret, or files open to others; the detail says what to do.
    """
    keyring = Keyring.open(settings.keys_dir, MasterSecret.read(settings.master_secret_file))
    return Office(
        database=open_database(settings.database_url, pool_size=settings.database_pool_size),
        keyring=keyring,
        public_url=settings.public_url,
        clock=clock,
        max_request_bytes=settings.max_request_bytes,
        signer_process=None
        if settings.signer_socket is None
        else SignerProcess(settings.signer_socket, users=[user_number(user) for user in settings.signer_users]),
    )


def verifier_of(office: Office, settings: Settings, *, fetch: Fetch | None = None) -> Verifier:
    """Return the verifier of the deployment."""
    return Verifier(world_of(office, settings, fetch=fetch), _policy_of(settings))


def verifier_of_list(listed: TrustList, settings: Settings) -> Verifier:
    """Return the verifier of somebody who has no deployment, only a trust list."""
    return Verifier(world_of_list(listed, settings), _policy_of(settings))


def _policy_of(settings: Settings) -> Policy:
    return Policy(
        lookups=settings.verify_lookups,
        looked_up_issuers=frozenset(settings.verify_allowed_issuers),
        status_must_be_known=settings.verify_status_must_be_known,
    )


def build(settings: Settings, office: Office, *, fetch: Fetch | None = None) -> FastAPI:
    """Return the application: routes, problems, description. ``fetch`` is another way out than the guarded one."""
    verifier = verifier_of(office, settings, fetch=fetch)
    desk = None
    if settings.interop_routes:
        desk = InteropDesk(office, world_of(office, settings, fetch=fetch), _policy_of(settings))

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        try:
            await office.open()
            tasks = [
                asyncio.create_task(_finish_what_was_left(office)),
                asyncio.create_task(_forget_what_is_old(office)),
            ]
            yield
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
        finally:
            if desk is not None:
                await desk.close()
            await verifier.close()
            await office.close()

    application = FastAPI(
        title="ENHANCE micro-credentials",
        version=VERSION,
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    application.state.office = office
    application.state.verifier = verifier
    application.state.receipts = ReceiptDesk(office)
    application.state.verifications = asyncio.Semaphore(verification.MOST_UNDER_WAY)
    application.state.desk = verification.VerifierDesk()
    application.state.followers = Counter[UUID]()
    application.state.explanations = explanations.collect(
        [*_explained_causes(), *_explained_checks(), *_explained_errors(), *_explained_rules()]
    )
    for door in (
        credentials,
        campus,
        wallet_copies,
        wallet_offers,
        claim_links,
        wallet_events,
        offerings,
        lists,
        verification,
        health,
        credential,
        claim,
        catalogue,
        published,
        explanations,
        start,
        wallet_check,
        reference,
        openid4vci,
        openid4vp,
        well_known,
    ):
        application.include_router(door.router)
    if desk is not None:
        application.state.interop = desk
        application.include_router(interop.router)
    problems.install(application)
    describe(application, for_people=visited_by_people)
    # The last one added is the outermost: what is refused for want of capacity is logged and traced like the rest, and
    # what is refused for its rate takes no capacity.
    most_body_bytes = max(MOST_BODY_BYTES, 4 * settings.max_request_bytes)
    application.add_middleware(Capacity, most=settings.limit_concurrency, most_body_bytes=most_body_bytes)
    if settings.rate_limits:
        application.add_middleware(RateLimits, settings=settings)
    application.add_middleware(Traffic)
    application.add_middleware(FailuresForPeople)
    if settings.trusted_proxies:
        application.add_middleware(ProxyHeadersMiddleware, trusted_hosts=list(settings.trusted_proxies))
    return application


def create() -> FastAPI:
    """Return the application that the environment describes; what ``uvicorn --factory app.main:create`` calls."""
    settings = load_settings()
    configure_logging(settings.log_level)
    application = build(settings, open_office(settings))
    warm_up()
    return application


def warm_up() -> None:
    """Do now what the first request would otherwise wait for, and never again what is done.

    The contexts are processed by PyLD once. What is in memory by then stays for ever, so the garbage collector need not
    walk through all of it (some 100 ms) each time that it looks for what requests have left behind.
    """
    canonicalize(
        {
            "@context": [CREDENTIALS_V2, ELM_CONTEXT_URL],
            "id": "urn:uuid:00000000-0000-4000-8000-000000000000",
            "type": ["VerifiableCredential"],
        }
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG_OBJECTS, 20, 20)


class FlawLog:
    """Says once when an issuer cannot sign, and once when it can again."""

    def __init__(self) -> None:
        self._known: frozenset[Flaw] = frozenset()

    async def look(self, office: Office) -> None:
        """Compare with what was said before."""
        found = frozenset(await office.flaws())
        for flaw in sorted(found - self._known, key=astuple):
            _log.warning("issuer cannot sign", issuer=flaw.issuer, code=flaw.code, detail=flaw.detail)
        for slug in sorted({flaw.issuer for flaw in self._known} - {flaw.issuer for flaw in found}):
            _log.info("issuer can sign again", issuer=slug)
        self._known = found


async def _finish_what_was_left(office: Office) -> None:
    """Sign what a process that died had prepared, watch who can sign, let go of what nobody may look at any more."""
    flaw_log = FlawLog()
    while True:
        for finish, done in (
            (finish_prepared, "finished prepared credentials"),
            (finish_copies, "finished prepared credentials"),
            (forget_old_presentations, "forgot answers of wallets"),
        ):
            try:
                await flaw_log.look(office)
                finished = await finish(office)
                if finished:
                    _log.info(done, count=finished)
            except ServiceError as error:
                _log.warning("prepared credentials wait", code=error.code)
            except Exception as error:  # noqa: BLE001 - a defect about one credential must not end the work for all others
                _log.error("defect", kind=type(error).__name__, exc_info=error)
        await asyncio.sleep(REAPING_SECONDS)


async def _forget_what_is_old(office: Office) -> None:
    """Forget answers of more than 30 days ago and what wallets did 90 days ago, for as long as the service runs."""
    while True:
        try:
            forgotten = await forget_old_answers(office, actor="service")
            if forgotten:
                _log.info("forgot old answers", count=forgotten)
            if events := await forget_old_events(office):
                _log.info("forgot old wallet events", count=events)
            if spent := await forget_spent(office):
                _log.info("forgot spent nonces and offers", count=spent)
        except ServiceError as error:
            _log.warning("old answers wait", code=error.code)
        except Exception as error:  # noqa: BLE001 - the next time may do better, and nothing else depends on it
            _log.error("defect", kind=type(error).__name__, exc_info=error)
        await asyncio.sleep(FORGETTING_SECONDS)


def _explained_checks() -> list[Explanation]:
    """Say what results of checks and outcomes of proofs mean: the interop routes tell them as findings."""
    said = {code: say(f"verification.{code}", Language.ENGLISH) for code in spoken("verification")}
    outcomes = {
        outcome.value: f"What checking a proof came to: {outcome.value.replace('-', ' ')}." for outcome in ProofOutcome
    }
    return [
        Explanation(code=code, title=words, explanation=words, facts=(("Kind", "result of a check"),))
        for code, words in {**outcomes, **said}.items()
    ]


def _explained_causes() -> list[Explanation]:
    """Say why wallets are refused: the flight recorder tells these codes."""
    return [
        Explanation(code=cause.value, title=said.cause, explanation=said.fix, facts=(("Kind", "why a wallet failed"),))
        for cause, said in flight_recorder.EXPLAINED.items()
    ]


def _explained_errors() -> list[Explanation]:
    return [
        Explanation(
            code=error.code,
            title=error.title,
            explanation=" ".join((error.__doc__ or "").replace("``", "`").split()),
            facts=(("Kind", error.family.value), ("HTTP status", str(problems.STATUS_OF_FAMILY[error.family]))),
        )
        for error in problems.every_error()
    ]


def _explained_rules() -> list[Explanation]:
    by_code: dict[str, list[Rule]] = {}
    for rule in RULES:
        by_code.setdefault(rule.code, []).append(rule)
    explained = [
        Explanation(
            code=code,
            title=rules[0].summary,
            explanation=" ".join(dict.fromkeys(rule.summary for rule in rules)),
            facts=tuple((f"{rule.weight.value.capitalize()} ({rule.element})", rule.citation) for rule in rules),
        )
        for code, rules in by_code.items()
    ]
    forms = [
        Explanation(code=code, title=meaning, explanation=meaning, facts=(("Kind", "form of the request"),))
        for code, meaning in FORM_CODES.items()
        if code not in by_code
    ]
    known = by_code.keys() | FORM_CODES.keys()
    found = [
        Explanation(code=code, title=meaning, explanation=meaning, facts=(("Kind", "finding"),))
        for code, meaning in FINDING_CODES.items()
        if code not in known
    ]
    return [*explained, *forms, *found]
