"""Configuration: read once from the environment, checked at start, handed down.

Names are documented in ``docs/operator-guide.md``; a test fails on a setting without a line there.
"""

import pwd
import re
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Final
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

REPOSITORY: Final = Path(__file__).resolve().parent.parent
"""Where ``contexts/``, ``migrations/`` and ``keys/`` stand beside the package."""

_DID: Final = re.compile(r"did:[a-z0-9]+:[A-Za-z0-9._:%-]+")


_OBJECT_IDENTIFIER: Final = re.compile(r"[0-2](?:\.(?:0|[1-9][0-9]{0,17})){1,20}")
_HIGHEST_PORT: Final = 65535


class Deployment(StrEnum):
    """Whether real learners depend on this service."""

    PRODUCTION = "production"
    DEVELOPMENT = "development"


class Lookups(StrEnum):
    """Whose DID documents and status lists the verifier may fetch."""

    MEMBERS = "members"
    ANYONE = "anyone"
    OFF = "off"


class SealLevel(StrEnum):
    """How much evidence seals get: the baseline levels of ETSI TS 119 182-1 above B."""

    T = "T"
    LT = "LT"
    LTA = "LTA"


class CscVersion(StrEnum):
    """Which version of the API a remote signing service speaks."""

    V2 = "2"
    V1 = "1.0.4"


class LogLevel(StrEnum):
    """From which weight on an event is logged."""

    DEBUG = "DEBUG"
    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"


_SECONDS_OF: Final = {"second": 1, "minute": 60, "hour": 3600}


@dataclass(frozen=True, slots=True)
class Rate:
    """So many within so many seconds; of these ``burst`` at once, all of them when it is 0."""

    count: int
    seconds: int
    burst: int = 0

    def __str__(self) -> str:
        """As settings write it."""
        period = next(name for name, seconds in _SECONDS_OF.items() if seconds == self.seconds)
        return f"{self.count}/{period}" + (f" burst {self.burst}" if self.burst else "")


class SettingsUnusable(Exception):
    """The environment does not make a working configuration; the message lists every reason."""


def _listed(value: object) -> object:
    return tuple(item.strip() for item in value.split(",") if item.strip()) if isinstance(value, str) else value


def _rate(value: object) -> object:
    if not isinstance(value, str):
        return value
    match = re.fullmatch(r"([1-9][0-9]{0,6})/(second|minute|hour)(?: burst ([1-9][0-9]{0,6}))?", value)
    if match is None or int(match[3] or 0) > int(match[1]):
        raise ValueError(
            "must be such as 120/minute or 120/minute burst 20: a number from 1 to 9999999, and second, minute or hour"
        )
    return Rate(int(match[1]), _SECONDS_OF[match[2]], int(match[3] or 0))


def _networks(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            network = ip_network(value, strict=True)
        except ValueError:
            raise ValueError("must be addresses or networks, such as 10.0.0.7 or 10.0.0.0/24") from None
        if network.prefixlen == 0:
            raise ValueError("must not name every address: anyone could then pretend to be anyone")
    return values


def _users(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        try:
            user_number(value)
        except KeyError:
            raise ValueError("must be names or numbers of users of this machine, such as enhance or 1001") from None
    return values


def user_number(user: str) -> int:
    """Return the number of a user who is named, or numbered, in a setting.

    Raises:
        KeyError: this machine knows nobody of that name.
    """
    return int(user) if user.isascii() and user.isdigit() else pwd.getpwnam(user).pw_uid


def _addresses(values: tuple[str, ...]) -> tuple[str, ...]:
    for value in values:
        parts = urlsplit(value)
        if parts.scheme not in ("https", "http") or not parts.hostname or parts.username or parts.fragment:
            raise ValueError("must be addresses such as http://timestamp.example/tsa, without user information")
    return values


def _object_identifier(value: str | None) -> str | None:
    if value is not None and _OBJECT_IDENTIFIER.fullmatch(value) is None:
        raise ValueError("must be an object identifier such as 0.4.0.2023.1.1")
    return value


def _in_capitals(value: object) -> object:
    return value.upper() if isinstance(value, str) else value


_Rate = Annotated[Rate, NoDecode, BeforeValidator(_rate)]
_List = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]


class Settings(BaseSettings):
    """Every setting of the service, with the value it has when nobody says otherwise."""

    model_config = SettingsConfigDict(frozen=True, extra="ignore")

    public_url: str = Field(
        default="http://localhost:8000",
        description="Where the world reaches the service; written into every credential, fixed at first start",
    )
    database_url: str = Field(
        default="sqlite:///var/enhance.db", description="sqlite:///PATH or postgresql://USER:PASSWORD@HOST/NAME"
    )
    database_pool_size: int = Field(
        default=10, ge=1, le=200, description="PostgreSQL connections for each worker process"
    )
    keys_dir: Path = Field(default=Path("keys"), description="Folder of the encrypted signing keys")
    master_secret_file: Path = Field(
        default=Path("keys/master.secret"), description="File with the secret that unlocks keys and personal data"
    )
    signer_socket: Path | None = Field(
        default=None,
        description="Socket of the signer process; with it no private key is in a process that serves requests",
    )
    signer_users: Annotated[_List, AfterValidator(_users)] = Field(
        default=(),
        description="Comma-separated users, besides this process's own, who may be at the other end of SIGNER_SOCKET",
    )
    pkcs11_module: Path | None = Field(
        default=None, description="PKCS #11 library of a token whose keys the signer process uses"
    )
    pkcs11_token: str = Field(default="", description="Label of that token")
    pkcs11_pin_file: Path | None = Field(default=None, description="File with the PIN of that token's user")
    csc_url: str = Field(
        default="", description="Base address of a remote signing service (CSC API), such as https://HOST/csc/v2"
    )
    csc_version: CscVersion = Field(default=CscVersion.V2, description="Version of that API: 2 or 1.0.4")
    csc_client_id: str = Field(default="", description="Identifier of our client there")
    csc_client_secret_file: Path | None = Field(default=None, description="File with the secret of our client there")
    csc_pin_file: Path | None = Field(default=None, description="File with the PIN of credentials that want one")
    deployment: Deployment = Field(default=Deployment.PRODUCTION, description="production or development")
    verify_lookups: Lookups = Field(
        default=Lookups.MEMBERS, description="Whose DIDs and status lists /verify may fetch: members, anyone or off"
    )
    verify_allowed_issuers: _List = Field(
        default=(), description="Comma-separated DIDs outside the alliance whose documents /verify may fetch as well"
    )
    verify_status_must_be_known: bool = Field(
        default=True, description="Whether a status that cannot be found out keeps /verify from saying valid"
    )
    seal_anchors: Path | None = Field(
        default=None,
        description="PEM file, or folder of PEM files, of the authorities believed about seals, and revocation lists",
    )
    seal_level: SealLevel = Field(
        default=SealLevel.LTA, description="How far the worker raises seals: T, LT or LTA; it needs an authority"
    )
    seal_timestamp_authorities: Annotated[_List, AfterValidator(_addresses)] = Field(
        default=(), description="Comma-separated addresses of authorities of time-stamps (RFC 3161), asked in order"
    )
    seal_timestamp_policy: Annotated[str | None, AfterValidator(_object_identifier)] = Field(
        default=None, description="Policy under which a time-stamp must be made, such as 0.4.0.2023.1.1; any if unset"
    )
    seal_renewal_days: int = Field(
        default=90, ge=1, le=3650, description="So long before the last time-stamp of a seal ends it gets another one"
    )
    worker_retry_seconds: float = Field(
        default=300, gt=0, le=86400, description="After so long the worker tries again what did not succeed"
    )
    worker_database_url: str | None = Field(
        default=None,
        description="Where the worker keeps its notes; beside the SQLite database, or in its schema `dbos`, if unset",
    )
    loopback_exceptions: _List = Field(
        default=(), description="Comma-separated host:port pairs exempt from the guarded way out; development only"
    )
    interop_routes: bool = Field(
        default=False,
        description="Routes for public test suites, which sign anything by keys of their own; development only",
    )
    host: str = Field(default="127.0.0.1", description="Address that `serve` listens on")
    port: int = Field(default=8000, ge=1, le=65535, description="Port that `serve` listens on")
    workers: int = Field(default=1, ge=1, le=64, description="Worker processes of `serve`")
    max_request_bytes: int = Field(default=1024 * 1024, ge=1024, description="Largest accepted request body, bytes")
    limit_concurrency: int = Field(
        default=1000, ge=1, le=100_000, description="Requests at a time for each worker process; beyond it, 503"
    )
    connections_per_address: int = Field(
        default=100, ge=1, le=100_000, description="Connections at a time from one address, proxies excepted"
    )
    trusted_proxies: Annotated[_List, AfterValidator(_networks)] = Field(
        default=(), description="Comma-separated addresses of the proxies whose X-Forwarded-For is believed"
    )
    rate_limits: bool = Field(default=True, description="Whether requests are counted; the rates below")
    rate_issuing: _Rate = Field(default=Rate(6000, 60), description="Changes with one API key: issuing and the like")
    rate_reading: _Rate = Field(default=Rate(6000, 60), description="Reading and searching with one API key")
    rate_verifying: _Rate = Field(default=Rate(60, 60, 20), description="Verifications from one address")
    rate_public: _Rate = Field(default=Rate(600, 60, 100), description="Credentials and catalogue, from one address")
    rate_published: _Rate = Field(default=Rate(6000, 60), description="Status lists, DIDs and the like, one address")
    rate_claiming: _Rate = Field(
        default=Rate(3000, 60), description="Wallets' tokens, nonces, credentials, one address"
    )
    rate_unusable_keys: _Rate = Field(default=Rate(30, 60, 10), description="API keys that open nothing, one address")
    log_level: Annotated[LogLevel, BeforeValidator(_in_capitals)] = Field(
        default=LogLevel.INFO, description="DEBUG, INFO, WARNING or ERROR"
    )

    @property
    def notes_url(self) -> str:
        """Where the worker keeps its notes: beside the records if nobody says otherwise."""
        if self.worker_database_url is not None:
            return self.worker_database_url
        if self.database_url.startswith("sqlite:"):
            return f"{self.database_url.removesuffix('.db')}.worker.db"
        return self.database_url

    @field_validator("public_url")
    @classmethod
    def _public_url_is_an_origin(cls, value: str) -> str:
        parts = urlsplit(value)
        if (
            parts.scheme not in ("https", "http")
            or not parts.hostname
            or parts.path
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise ValueError(
                "must be an origin such as https://credentials.example.edu, without path or trailing slash"
            )
        if parts.hostname.replace(".", "").isdigit() or ":" in parts.hostname:
            raise ValueError("must name a host: did:web forbids IP addresses")
        if parts.scheme == "http" and parts.hostname != "localhost":
            raise ValueError("must use https; plain http is for localhost only")
        return value

    @field_validator("loopback_exceptions")
    @classmethod
    def _exceptions_are_exact(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for pair in value:
            host, _, port = pair.rpartition(":")
            if not host or "*" in host or not (port.isascii() and port.isdigit() and 0 < int(port) <= _HIGHEST_PORT):
                raise ValueError("must be exact pairs of a host and a port such as localhost:8001")
        return value

    @field_validator("verify_allowed_issuers")
    @classmethod
    def _issuers_are_dids(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not all(_DID.fullmatch(issuer) for issuer in value):
            raise ValueError("must be DIDs such as did:web:university.example, separated by commas")
        return value

    @model_validator(mode="after")
    def _keys_are_elsewhere(self) -> "Settings":
        if self.interop_routes and self.signer_socket is not None:
            reason = "INTEROP_ROUTES: they keep keys in this process, which SIGNER_SOCKET is there to avoid"
            raise PydanticCustomError("keys_here", "{reason}", {"reason": reason})
        return self

    @model_validator(mode="after")
    def _token_is_whole(self) -> "Settings":
        if self.pkcs11_module is not None and not (self.pkcs11_token and self.pkcs11_pin_file):
            reason = "PKCS11_MODULE: needs PKCS11_TOKEN and PKCS11_PIN_FILE beside it"
            raise PydanticCustomError("token_incomplete", "{reason}", {"reason": reason})
        return self

    @model_validator(mode="after")
    def _remote_service_is_whole(self) -> "Settings":
        if not self.csc_url:
            return self
        parts = urlsplit(self.csc_url)
        reasons = []
        if not (self.csc_client_id and self.csc_client_secret_file):
            reasons.append("CSC_URL: needs CSC_CLIENT_ID and CSC_CLIENT_SECRET_FILE beside it")
        local = parts.scheme == "http" and parts.hostname == "127.0.0.1" and self.deployment is Deployment.DEVELOPMENT
        if not parts.hostname or not (parts.scheme == "https" or local) or parts.query or parts.fragment:
            reasons.append("CSC_URL: must be an https address without query")
        if reasons:
            raise PydanticCustomError("remote_incomplete", "{reasons}", {"reasons": "\n".join(reasons)})
        return self

    @model_validator(mode="after")
    def _development_only(self) -> "Settings":
        if self.deployment is Deployment.DEVELOPMENT:
            return self
        reasons = []
        if urlsplit(self.public_url).hostname == "localhost":
            reasons.append(
                "PUBLIC_URL: names this machine and nothing in the world, and can never be changed after `init`: "
                "export PUBLIC_URL=https://credentials.example.edu (for a trial: DEPLOYMENT=development)"
            )
        if self.loopback_exceptions:
            reasons.append("LOOPBACK_EXCEPTIONS: loosens the guarded way out; refused unless DEPLOYMENT=development")
        if self.interop_routes:
            reasons.append("INTEROP_ROUTES: they sign whatever anybody sends; refused unless DEPLOYMENT=development")
        if reasons:
            raise PydanticCustomError("development_only", "{reasons}", {"reasons": "\n".join(reasons)})
        return self


def load_settings(**overrides: object) -> Settings:
    """Read the environment.

    Raises:
        SettingsUnusable: with one line for each setting that cannot be used. Values are not repeated.
    """
    try:
        return Settings(**overrides)  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [
            "".join(f"{str(step).upper()}: " for step in item["loc"][:1]) + item["msg"].removeprefix("Value error, ")
            for item in error.errors(include_input=False)
        ]
        raise SettingsUnusable("\n".join(lines)) from None
