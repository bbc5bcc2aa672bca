"""The guarded way out: the one door through which this service asks a stranger's host for anything.

Whoever writes a credential chooses the URLs in it, so every URL here is an attacker's. The steps, numbered as in the
code of :meth:`GuardedFetch.__call__`:

1. The way out is switched on.
2. The URL is plain: ``https``, an allowed port, no user information, ASCII, one reading only. A host and port on the
   list of exact exceptions may also be ``http`` and may be local; nothing else loosens anything.
3. Few requests at once to one host, and few in all.
4. The name is resolved once, and *every* address it has is publicly routable unicast.
5. The connection goes to the checked address. The name travels along as SNI and ``Host`` and is what the certificate
   must be for; nothing looks the name up again, so a name that changes its answer (DNS rebinding) gains nothing.
6. No redirect is followed, nothing but 200 is an answer.
7. The answer is data by its media type, not a page, a picture or a program. The body is identity-coded and is read up
   to a limit, whatever ``Content-Length`` claims, and not in crumbs: thousands of chunks of a byte each cost more to
   read than they hold.

What certificates point at (revocation lists, OCSP) and whom time-stamps are asked of is behind plain ``http`` as a rule
(RFC 5280 section 4.2.1.13, RFC 3161 section 3.4), and what comes back is signed itself: :class:`AuthorityFetch` admits
that, and the media types of such answers. Nothing else in the steps changes.

All of it happens within one total time. Proxies and credentials of the environment are never used, no cookie is kept,
no connection is used twice.
"""

import asyncio
import ipaddress
import re
import socket
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import StrEnum
from typing import ClassVar, Final, Protocol, TypeAlias

import httpx

DID_DOCUMENT_BYTES: Final = 64 * 1024
STATUS_LIST_BYTES: Final = 2 * 1024 * 1024
TOTAL_SECONDS: Final = 3.0

Resolver: TypeAlias = Callable[[str, int], Awaitable[Sequence[str]]]
"""A host name and a port in, the addresses it has out; raises ``OSError`` where it has none."""


class FetchReason(StrEnum):
    """Why there is no answer. A closed list: reports and caches are keyed by it."""

    # Refused before anything left this machine.
    SWITCHED_OFF = "lookups-switched-off"
    MALFORMED_URL = "url-malformed"
    NOT_HTTPS = "url-not-https"
    USER_INFORMATION = "url-with-user-information"
    PORT_NOT_ALLOWED = "port-not-allowed"
    ADDRESS_NOT_PUBLIC = "address-not-public"
    # Tried, without success.
    NAME_NOT_FOUND = "host-name-not-found"
    UNREACHABLE = "host-unreachable"
    TLS_FAILED = "tls-failed"
    TIMED_OUT = "host-too-slow"
    BUSY = "too-many-requests-in-flight"
    REDIRECTED = "redirect-not-followed"
    STATUS_NOT_OK = "http-status-not-ok"
    MEDIA_TYPE = "media-type-not-accepted"
    CONTENT_ENCODED = "content-encoding-not-accepted"
    TOO_LARGE = "answer-too-large"
    PROTOCOL_ERROR = "http-protocol-error"


class FetchError(Exception):
    """No answer, and why. Not a :class:`~app.errors.ServiceError`: it becomes evidence in a report, never an answer."""

    def __init__(self, reason: FetchReason) -> None:
        super().__init__(reason.value)
        self.reason = reason


class FetchRefused(FetchError):
    """The request was never made: the URL or the address behind it is not one we call."""


class FetchFailed(FetchError):
    """The request was made and brought nothing that may be used."""


@dataclass(frozen=True, slots=True)
class Fetched:
    """What a host answered with status 200."""

    url: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Posted:
    """What is sent along; without it a request asks for what is there."""

    content: bytes
    media_type: str


class Ask(Protocol):
    """Anything that sends something to a URL, or nothing, and returns the answer, or raises :class:`FetchError`."""

    async def __call__(self, url: str, *, max_bytes: int, accept: str, posted: Posted | None = None) -> Fetched:
        """Return what ``url`` answers, at most ``max_bytes`` of it."""
        ...


class Fetch(Protocol):
    """Anything that gets the bytes behind a URL, or raises :class:`FetchError`."""

    async def __call__(self, url: str, *, max_bytes: int, accept: str) -> Fetched:
        """Return what stands at ``url``, at most ``max_bytes`` of it."""
        ...


# IANA IPv4 Special-Purpose Address Registry (RFC 6890 and later), with multicast and the former class E. Written out
# instead of asking `ipaddress.is_global`, whose meaning has changed between patch releases of Python.
_IPV4_REFUSED: Final = tuple(
    ipaddress.IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this network
        "10.0.0.0/8",  # private
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",  # loopback
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",  # private
        "192.0.0.0/24",  # protocol assignments
        "192.0.2.0/24",  # documentation
        "192.31.196.0/24",  # AS112
        "192.52.193.0/24",  # AMT
        "192.88.99.0/24",  # 6to4 relay
        "192.168.0.0/16",  # private
        "192.175.48.0/24",  # AS112
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, broadcast
    )
)
# IPv6 the other way round: only the global unicast block is admitted, less what is carved out of it. Mapped
# (::ffff:0:0/96), compatible (::/96), NAT64 (64:ff9b::/96, 64:ff9b:1::/48), unique local, link-local, site-local and
# multicast addresses all lie outside it.
_IPV6_ADMITTED: Final = ipaddress.IPv6Network("2000::/3")
_IPV6_REFUSED: Final = tuple(
    ipaddress.IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments: Teredo, ORCHID, benchmarking
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4: an IPv4 address in disguise
        "2620:4f:8000::/48",  # AS112
        "3fff::/20",  # documentation
    )
)


def is_public_address(text: str) -> bool:
    """Whether ``text`` is an address literal that is publicly routable unicast."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv4Address):
        return not any(address in network for network in _IPV4_REFUSED)
    if address.scope_id is not None or address not in _IPV6_ADMITTED:
        return False
    return not any(address in network for network in _IPV6_REFUSED)


class SystemResolver:
    """Asks the operating system, in a few threads of its own so that slow names never hold up anything else."""

    def __init__(self, *, threads: int = 8) -> None:
        self._threads = ThreadPoolExecutor(max_workers=threads, thread_name_prefix="resolve")

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        """Return every address of ``host``, in the system's order."""
        answers = await asyncio.get_running_loop().run_in_executor(
            self._threads, lambda: socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        )
        return list(dict.fromkeys(str(answer[4][0]) for answer in answers))

    def close(self) -> None:
        """Let the threads go; a name still being asked for ends by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Target:
    scheme: str
    host: str  # lower case, ASCII, without brackets
    port: int
    path_and_query: str
    excepted: bool

    @property
    def host_header(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def url_at(self, address: str) -> str:
        literal = f"[{address}]" if ":" in address else address
        return f"{self.scheme}://{literal}:{self.port}{self.path_and_query}"


_DEFAULT_PORTS: Final = {"https": 443, "http": 80}
_MAX_URL: Final = 2048
# JSON and tokens under any of their names, and what plain file servers say of files without an ending that they know.
# A page that happens to hold JSON was written for a browser, often by whoever may write on that host.
_DATA: Final = re.compile(r"(?:application/(?:[a-z0-9.+-]+\+)?(?:json|jwt|vc|did|octet-stream)|text/plain)?")
_FREE_CHUNKS: Final = 256
_LEAST_CHUNK: Final = 64
# Printable ASCII without what parsers are known to disagree about: space, quotes, backslash, angle brackets.
_PLAIN_URL: Final = re.compile(r"https?://[!#-;=?-\[\]_a-z~%]+", re.IGNORECASE)


class GuardedFetch:
    """The :class:`Fetch` for the open internet. See the module's text for what it promises."""

    schemes: ClassVar[frozenset[str]] = frozenset({"https"})
    further_ports: ClassVar[frozenset[int]] = frozenset()
    media_types: ClassVar[re.Pattern[str]] = _DATA

    def __init__(
        self,
        *,
        enabled: bool = True,
        exceptions: Collection[tuple[str, int]] = (),
        allowed_ports: Collection[int] = (443,),
        resolve: Resolver | None = None,
        total_seconds: float = TOTAL_SECONDS,
        requests_per_host: int = 2,
        requests_in_all: int = 32,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """Prepare the way out.

        Args:
            enabled: the off switch; ``False`` refuses everything.
            exceptions: exact pairs of host and port that may be local and may speak http. For development and tests.
            allowed_ports: ports of all other hosts.
            resolve: looks up names; the operating system where left out.
            total_seconds: for name, connection, answer and waiting together.
            requests_per_host: at once; further ones wait, within their own total time.
            requests_in_all: at once; further ones are told so immediately.
            tls: trust in certificates; the authorities that browsers trust where left out.
        """
        self._enabled = enabled
        self._exceptions = frozenset((host.lower(), port) for host, port in exceptions)
        self._allowed_ports = self.further_ports.union(allowed_ports)
        self._own_resolver = SystemResolver() if resolve is None else None
        self._resolve: Resolver = resolve or self._own_resolver  # type: ignore[assignment]  # one of both is there
        self._total_seconds = total_seconds
        self._requests_per_host = requests_per_host
        self._requests_in_all = requests_in_all
        self._in_flight = 0
        self._hosts: dict[str, tuple[asyncio.Semaphore, int]] = {}
        self._client = httpx.AsyncClient(
            verify=tls if tls is not None else True,
            trust_env=False,  # a proxy would do its own name lookup
            follow_redirects=False,
            timeout=None,  # noqa: S113 - one total time stands around everything, see __call__
            # The pool tells connections apart by address, not by the name they were opened for: never reuse one.
            limits=httpx.Limits(max_connections=None, max_keepalive_connections=0),
        )

    async def aclose(self) -> None:
        """Close what is open."""
        await self._client.aclose()
        if self._own_resolver is not None:
            self._own_resolver.close()

    async def __call__(self, url: str, *, max_bytes: int, accept: str, posted: Posted | None = None) -> Fetched:
        """Return what stands at ``url``, or is answered to ``posted``, at most ``max_bytes`` of it, in the total time.

        Raises:
            FetchRefused: the URL or an address behind it is not one we call.
            FetchFailed: no usable answer in time.
        """
        if not self._enabled:  # 1
            raise FetchRefused(FetchReason.SWITCHED_OFF)
        target = self._read_url(url)  # 2
        try:
            async with asyncio.timeout(self._total_seconds), self._a_place_for(target.host):  # 3
                addresses = await self._checked_addresses(target)  # 4
                return await self._first_answer(target, addresses, url, max_bytes, accept, posted)
        except TimeoutError:
            raise FetchFailed(FetchReason.TIMED_OUT) from None

    def _read_url(self, url: str) -> _Target:
        if len(url) > _MAX_URL or _PLAIN_URL.fullmatch(url) is None:
            scheme = url.partition(":")[0].lower()
            raise FetchRefused(FetchReason.MALFORMED_URL if scheme in _DEFAULT_PORTS else FetchReason.NOT_HTTPS)
        try:
            parsed = httpx.URL(url)
        except httpx.InvalidURL:
            raise FetchRefused(FetchReason.MALFORMED_URL) from None
        if parsed.userinfo or "@" in url.split("/", 3)[2]:
            raise FetchRefused(FetchReason.USER_INFORMATION)
        host = parsed.raw_host.decode("ascii").lower()
        if not host or "%" in host:
            raise FetchRefused(FetchReason.MALFORMED_URL)
        port = _DEFAULT_PORTS[parsed.scheme] if parsed.port is None else parsed.port
        excepted = (host, port) in self._exceptions
        if parsed.scheme not in self.schemes and not excepted:
            raise FetchRefused(FetchReason.NOT_HTTPS)
        if port not in self._allowed_ports and not excepted:
            raise FetchRefused(FetchReason.PORT_NOT_ALLOWED)
        return _Target(parsed.scheme, host, port, parsed.raw_path.decode("ascii") or "/", excepted)

    @asynccontextmanager
    async def _a_place_for(self, host: str) -> AsyncIterator[None]:
        if self._in_flight >= self._requests_in_all:
            raise FetchFailed(FetchReason.BUSY)
        places, users = self._hosts.get(host, (asyncio.Semaphore(self._requests_per_host), 0))
        self._hosts[host] = (places, users + 1)
        self._in_flight += 1
        try:
            async with places:
                yield
        finally:
            self._in_flight -= 1
            users = self._hosts[host][1] - 1
            if users:
                self._hosts[host] = (places, users)
            else:
                del self._hosts[host]

    async def _checked_addresses(self, target: _Target) -> Sequence[str]:
        try:
            addresses = await self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            raise FetchFailed(FetchReason.NAME_NOT_FOUND) from None
        if not addresses:
            raise FetchFailed(FetchReason.NAME_NOT_FOUND)
        # One bad address condemns the name: a name with a public and a private address is an attempt, not a host.
        if not target.excepted and not all(is_public_address(address) for address in addresses):
            raise FetchRefused(FetchReason.ADDRESS_NOT_PUBLIC)
        return addresses

    async def _first_answer(
        self,
        target: _Target,
        addresses: Sequence[str],
        url: str,
        max_bytes: int,
        accept: str,
        posted: Posted | None,
    ) -> Fetched:
        for address in addresses:
            try:
                return await self._ask(target, address, url, max_bytes, accept, posted)
            except httpx.ConnectError as error:
                # A wrong certificate is an answer about this host; another address must not paper over it.
                if _is_tls(error):
                    raise FetchFailed(FetchReason.TLS_FAILED) from None
            except httpx.HTTPError:
                raise FetchFailed(FetchReason.PROTOCOL_ERROR) from None
        raise FetchFailed(FetchReason.UNREACHABLE)

    async def _ask(
        self, target: _Target, address: str, url: str, max_bytes: int, accept: str, posted: Posted | None
    ) -> Fetched:
        headers = {"Host": target.host_header, "Accept": accept, "Accept-Encoding": "identity"}
        if posted is not None:
            headers["Content-Type"] = posted.media_type
        request = self._client.build_request(  # 5
            "GET" if posted is None else "POST",
            target.url_at(address),
            headers=headers,
            content=None if posted is None else posted.content,
            extensions={"sni_hostname": target.host},
        )
        response = await self._client.send(request, stream=True)
        try:
            if response.has_redirect_location:  # 6
                raise FetchFailed(FetchReason.REDIRECTED)
            if response.status_code != httpx.codes.OK:
                raise FetchFailed(FetchReason.STATUS_NOT_OK)
            if response.headers.get("content-encoding", "identity").lower() != "identity":  # 7
                raise FetchFailed(FetchReason.CONTENT_ENCODED)
            media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
            if self.media_types.fullmatch(media_type) is None:
                raise FetchFailed(FetchReason.MEDIA_TYPE)
            content = bytearray()
            chunks = 0
            async for chunk in response.aiter_raw():
                content += chunk
                chunks += 1
                if len(content) > max_bytes:
                    raise FetchFailed(FetchReason.TOO_LARGE)
                if chunks > _FREE_CHUNKS + len(content) // _LEAST_CHUNK:
                    raise FetchFailed(FetchReason.PROTOCOL_ERROR)
        finally:
            await response.aclose()
        return Fetched(url=url, media_type=media_type, content=bytes(content))


class AuthorityFetch(GuardedFetch):
    """The :class:`Ask` for authorities of certificates and time-stamps, whose answers are signed themselves."""

    schemes = frozenset({"https", "http"})
    further_ports = frozenset({80})
    media_types = re.compile(
        r"(?:application/(?:pkix-crl|x-pkcs7-crl|x-x509-crl|crl|ocsp-response|timestamp-reply|octet-stream|x-binary))?"
    )
    """Lists come from plain file servers, under whatever name these know; each is read as DER or not at all."""


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
