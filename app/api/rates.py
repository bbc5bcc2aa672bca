"""How often: each API key and each address may ask so many times, and is told how many are left.

Promises: what is refused is refused before a body is read, the database asked or a proof looked at; the answer is 429
with ``Retry-After``, and every counted answer says what is left (``RateLimit`` and ``RateLimit-Policy``,
draft-ietf-httpapi-ratelimit-headers-10). Never: an address or a key in a log, a metric or an answer. Addresses are
personal data: they are kept in memory alone, and for no longer than their counters.

1. A request under a keyed address counts for its API key once that key has opened something; the key itself is not
   kept, only a digest of it. Until then it counts for the address like anybody's, or else invented keys would each
   have an allowance of their own.
2. Keys that open nothing are counted for their address apart. When these are used up, an address may go on only with
   keys that have opened something before: a stranger in the same network does not lock out the university's system.
3. Everything else counts for the address: an IPv4 address, or the /64 of an IPv6 one, which is what one subscriber has
   (RFC 6177 section 2). Behind a proxy it is the address that a proxy named in TRUSTED_PROXIES gives.

4. What takes a body from strangers is bounded in number at a time as well, for an address and for the /48 that it is
   in, which is what one site may have: nobody fills the verifier alone.

Counters belong to one process and forget the longest unused when there are too many. The algorithm is GCRA: the whole
allowance may be used at once and then comes back evenly, with one number for each address.
"""

import ipaddress
import math
from collections import Counter, OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import blake2b
from http import HTTPStatus
from typing import Any, ClassVar, Final, TypeAlias

from starlette.types import ASGIApp, Message, Receive, Scope, Send
from throttled import MemoryStore, RateLimiterType, Throttled, per_duration

from app.api.capacity import ALWAYS_ANSWERED
from app.api.problems import STATUS_OF_FAMILY, described, problem_response
from app.errors import Family, ServiceError
from app.settings import Rate, Settings

MOST_ADDRESSES: Final = 20_000
"""Counters of each policy: some 300 bytes each. Beyond them the longest unused is forgotten."""
MOST_KEYS: Final = 5_000
MOST_AT_A_TIME: Final = 4
"""Verifications from one address: bodies that drip and documents that cost much leave room for everybody else."""
MOST_AT_A_TIME_OF_SITE: Final = 16
"""The same from one /48 of IPv6, which has 65,536 addresses as they are counted: a quarter of what a process takes."""
AUTHENTICATED: Final = "authenticated"
"""Member of the request's scope that ``callers`` adds once an API key has opened something."""
TELL_REFUSED: Final = "tell-refused"
"""Member of the request's ``state`` that a connection (``connections``) wants called when it is refused."""

Headers: TypeAlias = tuple[tuple[bytes, bytes], ...]

_KEYED: Final = ("/api/", "/instance/")
_PUBLISHED: Final = (
    "/issuers/",
    "/.well-known/",
    "/contexts/",
    "/vocabulary/",
    "/problems/",
    "/trust/",
    "/types",
    "/static/",
    "/claim/",
)
_INTEROP: Final = "/interop/"
"""Test suites ask hundreds of times a second. In the interop mode, and nowhere else, that is not counted."""
_SAFE: Final = frozenset({"GET", "HEAD", "OPTIONS"})
"""Methods that read (RFC 9110 section 9.2.1). What has no body to look at costs what reading costs."""
_UNKNOWN: Final = "unknown"


class RateExceeded(ServiceError):
    """Too many requests in a short time from this API key or address. Ask again after ``Retry-After`` seconds."""

    code: ClassVar[str] = "rate-exceeded"
    title: ClassVar[str] = "Too many requests"
    family: ClassVar[Family] = Family.LIMIT_REACHED


class TooManyUnusableKeys(ServiceError):
    """This address has sent too many API keys that open nothing. Ask again after ``Retry-After`` seconds."""

    code: ClassVar[str] = "too-many-unusable-keys"
    title: ClassVar[str] = "Too many unusable API keys from this address"
    family: ClassVar[Family] = Family.LIMIT_REACHED


class Policy(StrEnum):
    """What is counted apart; the names stand in ``RateLimit-Policy``."""

    ISSUING = "issuing"
    READING = "reading"
    VERIFYING = "verifying"
    PUBLIC = "public"
    PUBLISHED = "published"
    CLAIMING = "claiming"
    UNUSABLE_KEYS = "unusable-keys"


_OF_A_KEY: Final = (Policy.ISSUING, Policy.READING)


def policy_of(method: str, path: str) -> Policy | None:
    """Return what a request counts as; None for what is never counted."""
    if path.startswith(_KEYED):
        return Policy.READING if method in _SAFE or path.endswith("/search") else Policy.ISSUING
    if path.startswith(_PUBLISHED):
        return Policy.CLAIMING if method == "POST" else Policy.PUBLISHED
    if path in ALWAYS_ANSWERED:
        return None
    # Whatever takes a body from strangers costs what a verification costs.
    return Policy.PUBLIC if method in _SAFE else Policy.VERIFYING


@lru_cache(maxsize=4096)
def counted_address(host: str) -> str:
    """Return what an address counts as: an IPv4 address, the /64 of an IPv6 one, or one name for all else."""
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:
        return _UNKNOWN
    if isinstance(address, ipaddress.IPv4Address):
        return str(address)
    if address.ipv4_mapped:
        return str(address.ipv4_mapped)
    return str(ipaddress.IPv6Network((address, 64), strict=False))


@lru_cache(maxsize=4096)
def _site(counted: str) -> str | None:
    """Return the /48 that an address is in, as it is counted; none for what is no network of IPv6."""
    network, _, length = counted.partition("/")
    return str(ipaddress.IPv6Network((network, 48), strict=False)) if length else None


class RateLimits:
    """ASGI middleware; see the module."""

    def __init__(self, application: ASGIApp, *, settings: Settings) -> None:
        rates = {
            Policy.ISSUING: settings.rate_issuing,
            Policy.READING: settings.rate_reading,
            Policy.VERIFYING: settings.rate_verifying,
            Policy.PUBLIC: settings.rate_public,
            Policy.PUBLISHED: settings.rate_published,
            Policy.CLAIMING: settings.rate_claiming,
            Policy.UNUSABLE_KEYS: settings.rate_unusable_keys,
        }
        self._application = application
        self._interop = settings.interop_routes
        self._counters = {
            policy: _Counter(policy, rate, MOST_KEYS if policy in _OF_A_KEY else MOST_ADDRESSES)
            for policy, rate in rates.items()
        }
        self._under_way: Counter[str] = Counter()
        """Verifications that each address, and each /48 of IPv6, has under way."""
        self._proven: OrderedDict[str, None] = OrderedDict()
        """Digests of the keys that have opened something, the longest unused first."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Count one request, and serve it if there is something left."""
        policy = policy_of(scope["method"], scope["path"]) if scope["type"] == "http" else None
        if policy is None or (self._interop and scope["path"].startswith(_INTEROP)):
            await self._application(scope, receive, send)
            return
        client = scope.get("client")
        address = counted_address(client[0]) if client else _UNKNOWN
        key = _digest_of_key(scope) if policy in _OF_A_KEY else None
        counter, counted = self._counters[policy], key
        if key is None or key not in self._proven:
            unusable = self._counters[Policy.UNUSABLE_KEYS]
            if key is not None and (used_up := unusable.used_up(address)):
                await _refuse(TooManyUnusableKeys(retry_after_seconds=used_up), scope, receive, send, ())
                return
            if policy in _OF_A_KEY:
                counter = self._counters[Policy.PUBLIC]
            counted = address
        assert counted is not None
        refused_for, headers = counter.count(counted)
        if refused_for:
            await _refuse(RateExceeded(retry_after_seconds=refused_for), scope, receive, send, headers)
            return

        if policy is Policy.VERIFYING and self._has_enough_under_way(address):
            await _refuse(RateExceeded(retry_after_seconds=1), scope, receive, send, headers)
            return

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *headers]}
                if key is not None:
                    self._learn(key, address, opened=AUTHENTICATED in scope, status=message["status"])
            await send(message)

        if policy is not Policy.VERIFYING:
            await self._application(scope, receive, answer)
            return
        with self._one_more_under_way(address):
            await self._application(scope, receive, answer)

    def _has_enough_under_way(self, address: str) -> bool:
        site = _site(address)
        of_site = 0 if site is None else self._under_way[site]
        return self._under_way[address] >= MOST_AT_A_TIME or of_site >= MOST_AT_A_TIME_OF_SITE

    @contextmanager
    def _one_more_under_way(self, address: str) -> Iterator[None]:
        site = _site(address)
        counted = (address,) if site is None else (address, site)
        self._under_way.update(counted)
        try:
            yield
        finally:
            self._under_way.subtract(counted)
            for one in counted:
                if not self._under_way[one]:
                    del self._under_way[one]

    def _learn(self, key: str, address: str, *, opened: bool, status: int) -> None:
        if opened:
            self._proven[key] = None
            self._proven.move_to_end(key)
            if len(self._proven) > MOST_KEYS:
                self._proven.popitem(last=False)
        elif status == HTTPStatus.UNAUTHORIZED:
            self._proven.pop(key, None)
            self._counters[Policy.UNUSABLE_KEYS].count(address)


class _Counter:
    """One policy: how much, and how much of it each key or address has used."""

    def __init__(self, policy: Policy, rate: Rate, most: int) -> None:
        burst = rate.burst or rate.count
        quota = per_duration(timedelta(seconds=rate.seconds), rate.count, burst)
        store = MemoryStore(options={"MAX_SIZE": most})
        self._limiter = Throttled(using=RateLimiterType.GCRA.value, quota=quota, store=store).limiter
        self._name = policy.value
        self._all_but_one = rate.seconds / rate.count * (burst - 1)
        self._policy = (b"ratelimit-policy", f'"{policy.value}";q={rate.count};w={rate.seconds}'.encode())

    def count(self, counted: str) -> tuple[int, Headers]:
        """Take one; return for how many seconds there is none (0: there was one), and what answers say about it."""
        result = self._limiter.limit(counted)
        state = result.state
        left = f'"{self._name}";r={state.remaining};t={_ceil(state.reset_after)}'
        headers = (self._policy, (b"ratelimit", left.encode()))
        return _whole_seconds(state.retry_after) if result.limited else 0, headers

    def used_up(self, counted: str) -> int:
        """Return for how many seconds there is none; 0: there is one."""
        state = self._limiter.peek(counted)
        # The library's own retry_after of a mere look is not about the next one (3.5.0).
        return 0 if state.remaining else _whole_seconds(state.reset_after - self._all_but_one)


def _whole_seconds(seconds: float) -> int:
    return max(1, _ceil(seconds))


def _ceil(seconds: float) -> int:
    # What is left over of the difference of two times of day is no second more.
    return math.ceil(round(seconds, 3))


def _digest_of_key(scope: Scope) -> str | None:
    for name, value in scope["headers"]:
        if name == b"authorization":
            # Without the scheme, which may be written in capitals or not: one key has one allowance.
            *_, key = value.split() or (b"",)
            return blake2b(key, digest_size=16).hexdigest()
    return None


async def _refuse(error: ServiceError, scope: Scope, receive: Receive, send: Send, headers: Headers) -> None:
    tell = scope.get("state", {}).get(TELL_REFUSED)
    if tell is not None:
        tell()
    response = problem_response(error, scope.get("trace_id", ""))
    response.raw_headers.extend(headers)
    await response(scope, receive, send)


def describe_rates(document: dict[str, Any]) -> None:
    """Add to an OpenAPI document what a counted operation answers when nothing is left."""
    problem: dict[str, Any] = described(Family.LIMIT_REACHED)[STATUS_OF_FAMILY[Family.LIMIT_REACHED]]
    refusal = {
        **problem,
        "description": "Too many requests from this API key or address",
        "headers": {
            "Retry-After": {"description": "Seconds until there is one more", "schema": {"type": "integer"}},
            "RateLimit-Policy": {"description": "How many in how many seconds", "schema": {"type": "string"}},
            "RateLimit": {"description": "How many are left, and for how long", "schema": {"type": "string"}},
        },
    }
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            if policy_of(method.upper(), path) is not None and not path.startswith(_INTEROP):
                operation["responses"]["429"] = refusal
