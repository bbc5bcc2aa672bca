"""The command line: the same stories as over HTTP, for whoever stands at the machine.

Exit codes: 0 done (for ``verify``: valid), 1 refused (``verify``: invalid), 2 wrong usage, 3 could not be decided
(``verify``: indeterminate), 4 the service or its records are not in order.
"""

import asyncio
import errno
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Final, NoReturn, Self, TypeVar
from uuid import UUID

import typer
import uvicorn

from app import signer_process
from app.api.capacity import CONNECTIONS_FOR_EACH_REQUEST
from app.api.connections import Bounds, guarded
from app.claiming import copies, links, offers, traces
from app.errors import Family, ServiceError
from app.interop import jose
from app.issuance import (
    access,
    erasing,
    forms,
    issue,
    logos,
    offerings,
    restoring,
    seal_evidence,
    seals,
    setup,
    trust_list,
)
from app.issuance.access import GRANTABLE, Scope
from app.issuance.change_status import StatusChangeKind
from app.issuance.custody import compare_disk_and_records
from app.issuance.office import SERVICE_SLUG, Office
from app.issuance.repeating import forget_old_answers
from app.issuance.resigning import hanging_on_revoked_keys, sign_again
from app.issuance.seals import seal_warning
from app.issuance.trust_list import insist_on_key, read_trust_list
from app.keys import (
    Algorithm,
    Backend,
    Keyring,
    KeyringUnusable,
    MasterSecret,
    MasterSecretWrong,
    SigningFailed,
    algorithm_named,
    development_pki,
)
from app.languages import Language
from app.main import configure_logging, now, open_office, quiet_log_config, verifier_of, verifier_of_list
from app.securing.jades import Level
from app.securing.jws import longest_token
from app.settings import Lookups, Settings, SettingsUnusable, load_settings
from app.store import DatabaseUnavailable, begun_for, copy_sqlite
from app.store import migrate as migrate_database
from app.store.outbox import Backlog
from app.store.signing_keys import SigningKey
from app.strict_json import JsonValue, parse
from app.trust.fetch import FetchError, GuardedFetch
from app.trust.resolve import DidDocument, resolve
from app.trust.seals import Anchors
from app.trust.trust_list import TrustList
from app.verification.submission import read_submission
from app.verification.verifier import AnyReport
from app.world import evidence_desk, loopback_exceptions

T = TypeVar("T")

DONE: Final = 0
REFUSED: Final = 1
UNDECIDED: Final = 3
OUT_OF_ORDER: Final = 4
_MOST_BYTES: Final = 16 * 1024 * 1024
WORKER_SECONDS: Final = 60
_NO_DEPLOYMENT: Final = "https://no-deployment.invalid"
_SOON: Final = timedelta(days=10)

application = typer.Typer(
    name="app",
    help="Issue and verify ENHANCE micro-credentials. "
    "Configuration comes from the environment: docs/operator-guide.md.\n\n"
    "Exit codes: 0 done (verify: valid), 1 refused (verify: invalid), 2 wrong usage, 3 verify could not decide, "
    "4 the service or its records are not in order.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
keys = typer.Typer(help="Signing keys of an awarding body, or of the service itself.", no_args_is_help=True)
issuers = typer.Typer(help="Awarding bodies of this deployment.", no_args_is_help=True)
api_keys = typer.Typer(help="API keys of the universities' systems.", no_args_is_help=True)
offerings_group = typer.Typer(help="Offerings.", no_args_is_help=True)
trust = typer.Typer(help="Trust lists: this deployment's own, and those of others.", no_args_is_help=True)
seals_group = typer.Typer(help="Seals of awarding bodies: keys with an X.509 certificate.", no_args_is_help=True)
application.add_typer(seals_group, name="seals")
application.add_typer(trust, name="trust")
application.add_typer(keys, name="keys")
application.add_typer(issuers, name="issuers")
application.add_typer(api_keys, name="api-keys")
application.add_typer(offerings_group, name="offerings")
claim_links_group = typer.Typer(help="Claim links: what learners are sent.", no_args_is_help=True)
application.add_typer(claim_links_group, name="claim-links")
offers_group = typer.Typer(help="Offers to wallets.", no_args_is_help=True)
application.add_typer(offers_group, name="offers")
copies_group = typer.Typer(help="Copies of credentials in wallets.", no_args_is_help=True)
application.add_typer(copies_group, name="copies")
jose_group = typer.Typer(help="What the public vc-jose-cose test suite drives.", no_args_is_help=True)
application.add_typer(jose_group, name="jose")


class SealAlgorithm(StrEnum):
    """What a key of a seal can be."""

    P256 = "P-256"
    P384 = "P-384"
    PS256 = "PS256"
    RS256 = "RS256"


Slug = Annotated[str, typer.Argument(help="The awarding body, such as tu-berlin")]
KeyHolder = Annotated[
    str, typer.Argument(metavar="ISSUER", help="An awarding body, such as tu-berlin; or `service`, the service itself")
]
Fragment = Annotated[str, typer.Argument(help="The key's name, such as ed25519-2026-1; `keys list` shows them")]
JsonFile = Annotated[Path, typer.Argument(help="A JSON file; - for standard input", allow_dash=True)]
CredentialFile = Annotated[Path, typer.Argument(help="A JSON file or a token; - for standard input", allow_dash=True)]
SignerKey = Annotated[
    str | None, typer.Option(help="Who must have signed the trust list: a key (z...) or a DID", metavar="KEY|DID")
]


class KeysMadeBy(StrEnum):
    """Where a new key can be made."""

    FILE = "file"
    PKCS11 = "pkcs11"


KeptBy = Annotated[
    KeysMadeBy, typer.Option("--backend", help="An encrypted file, or a token that the signer process uses")
]
Yes = Annotated[bool, typer.Option("--yes", help="Do not ask")]


def run() -> None:
    """Run the command line; failures with a name become one message and an exit code."""
    try:
        application()
    except ServiceError as error:
        _fail(error)
    except SettingsUnusable as error:
        print(f"The environment cannot be used:\n{error}", file=sys.stderr)
        raise SystemExit(OUT_OF_ORDER) from None


@application.command()
def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="Port to listen on", min=1, max=65535)] = None,
    workers: Annotated[int | None, typer.Option(help="Worker processes")] = None,
) -> None:
    """Serve the API, the public addresses and /verify."""
    settings = load_settings()
    configure_logging(settings.log_level)
    # Whatever is wrong is said here, once, and not by every worker.
    _checked_start(settings)
    host, port = host or settings.host, port or settings.port
    _insist_on_place_to_listen(host, port)
    uvicorn.run(
        "app.main:create",
        factory=True,
        host=host,
        port=port,
        workers=workers or settings.workers,
        # One that has ended is replaced at once; this is about one that does not answer, and on a busy machine a worker
        # may need ten seconds to begin. It would be ended before it could, for ever.
        timeout_worker_healthcheck=WORKER_SECONDS,
        access_log=False,
        log_level=settings.log_level.lower(),
        server_header=False,
        proxy_headers=False,
        timeout_keep_alive=30,
        # A backstop that idle connections count for; requests are bounded by the application (app/api/capacity.py).
        limit_concurrency=settings.limit_concurrency * CONNECTIONS_FOR_EACH_REQUEST,
        log_config=quiet_log_config(settings.log_level),
        http=guarded(Bounds(connections=settings.connections_per_address, exempt=settings.trusted_proxies)),
        ws="none",
    )


@application.command()
def signer(
    make: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--init", help="Make its master secret and keyring where there are none, and end")
    ] = False,
) -> None:
    """Keep the private keys in a process of their own, which answers on SIGNER_SOCKET (docs/operator-guide.md).

    KEYS_DIR and MASTER_SECRET_FILE are those of this process: they need not be those of `serve`, nor its user.
    """
    settings = load_settings()
    configure_logging(settings.log_level)
    if make:
        _insist_on_counterparts(settings, None)
        _make_keyring(settings)
        return
    signer_process.run(settings)


@application.command()
def worker() -> None:
    """Raise seals to the level of SEAL_LEVEL, and renew them in time. Runs until it is ended; one is enough.

    Needs requirements/worker.lock, SEAL_ANCHORS and SEAL_TIMESTAMP_AUTHORITIES.
    """
    settings = load_settings()
    configure_logging(settings.log_level)
    try:
        from app.worker import LOOK_SECONDS, Worker  # noqa: PLC0415 - an extra: nobody else needs the engine
    except ModuleNotFoundError as error:
        print(f"The worker needs a package more ({error.name}): install requirements/worker.lock.", file=sys.stderr)
        raise SystemExit(OUT_OF_ORDER) from None
    if settings.seal_anchors is None or not settings.seal_timestamp_authorities:
        print("SEAL_ANCHORS and SEAL_TIMESTAMP_AUTHORITIES say whom to ask; one is unset.", file=sys.stderr)
        raise SystemExit(OUT_OF_ORDER)

    async def work(office: Office) -> None:
        running = asyncio.current_task()
        assert running is not None
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, running.cancel)
        async with evidence_desk(office, settings) as desk:
            with suppress(asyncio.CancelledError):
                retry, look = settings.worker_retry_seconds, min(LOOK_SECONDS, settings.worker_retry_seconds)
                await Worker(desk, notes_url=settings.notes_url, retry_seconds=retry, look_seconds=look).run()

    _with_office(work, settings=settings)


@application.command()
def migrate() -> None:
    """Bring the database to the schema of this version; makes it if it is not there."""
    migrate_database(load_settings().database_url)
    print("The database is up to date.")


@application.command()
def init() -> None:
    """Set up a new deployment: master secret, keyring, database, the service's key and the test issuer. Repeatable.

    Set PUBLIC_URL first: it can never be changed. What is there is left as it is, and nothing that is lost is replaced.
    """
    settings = load_settings()
    begun = asyncio.run(begun_for(settings.database_url))
    _insist_on_counterparts(settings, begun)
    _make_keyring(settings)
    # Before a file is made where DATABASE_URL points: with a mistyped one it would stay.
    keyring = Keyring.open(settings.keys_dir, MasterSecret.read(settings.master_secret_file))
    setup.insist_on_records_of(keyring, begun)
    migrate_database(settings.database_url)
    _with_office(setup.initialise, settings=settings, begun=False)
    print(f"Ready at {settings.public_url}. Next: issuers add, keys generate, api-keys create, serve.")


def _make_keyring(settings: Settings) -> None:
    if not settings.master_secret_file.exists():
        MasterSecret.generate().write(settings.master_secret_file)
        print(f"Made the master secret: {settings.master_secret_file}. Back it up apart from the database.")
    if not Keyring.exists(settings.keys_dir):
        Keyring.create(settings.keys_dir, MasterSecret.read(settings.master_secret_file))
        print(f"Made the keyring: {settings.keys_dir}.")


_LONG_WAIT: Final = timedelta(hours=1)


def _told_backlog(backlog: Backlog, settings: Settings, moment: datetime) -> tuple[bool, str]:
    if backlog.oldest is None:
        return True, "No seal waits for evidence."
    said = (
        f"{backlog.waiting} seals wait to be raised to {settings.seal_level}, the oldest since {_day(backlog.oldest)}."
    )
    if not settings.seal_timestamp_authorities:
        return True, f"{said} SEAL_TIMESTAMP_AUTHORITIES names nobody to ask."
    why = f" Last time: {', '.join(backlog.problems)}." if backlog.problems else " Does `python -m app worker` run?"
    return moment - backlog.oldest < _LONG_WAIT, said + why


@application.command()
def doctor() -> None:
    """Say what is in order and what is not: database, keys of each issuer, settings. Exit code: 0 all is, 1 not all."""
    settings = load_settings()
    findings: list[tuple[bool, str]] = []

    async def look(office: Office) -> None:
        findings.append((True, "The database answers and has the schema of this version."))
        flaws = await office.flaws()
        findings.extend((False, f"{flaw.issuer}: {flaw.detail} ({flaw.code})") for flaw in flaws)
        flawed = {flaw.issuer for flaw in flaws}
        sound = {*await office.slugs(), SERVICE_SLUG} - flawed
        findings.extend((True, f"{slug}: can sign.") for slug in sorted(sound))
        for item in await hanging_on_revoked_keys(office):
            said = f"{item.issuer}: {item.credentials} credentials carry a proof by {item.fragment}, which is revoked. "
            findings.append((False, f"{said}Sign them again: keys resign {item.issuer} {item.fragment}"))
        for slug, issuer in sorted((await office.all_issuers()).items()):
            if issuer.seal is not None:
                said = f"{slug}: its seal lasts {(issuer.seal.certificate.not_after - office.clock()).days} days."
                warning = seal_warning(issuer.seal.certificate.not_after - office.clock())
                findings.append(
                    (warning is None, said if warning is None else f"{said} {warning} seals request {slug}")
                )
        findings.append(_told_backlog(await seal_evidence.backlog(office), settings, office.clock()))
        for one in await trust_list.list_imported(office):
            good = one.says.valid_until - office.clock() > _SOON
            findings.append((good, _described(one.says) + ("" if good else " Import a newer one.")))
        try:
            for backend, trouble in (await office.custodian.health()).items():
                findings.append((trouble is None, f"The signer process: {backend}: {trouble or 'can sign.'}"))
            custody = await compare_disk_and_records(office)
        except (KeyringUnusable, SigningFailed) as error:
            findings.append((False, error.detail))
            return
        findings.extend(
            (False, f"{name}: a key file without a record. It signs nothing; its name is not used again.")
            for name in custody.without_record
        )
        findings.extend(
            (False, f"{name}: announced, but its file is not on this machine. Copy it before `keys activate`.")
            for name in custody.without_file
        )

    _with_office(look, settings=settings)
    if settings.loopback_exceptions:
        findings.append((False, f"THE GUARDED WAY OUT IS LOOSENED for {', '.join(settings.loopback_exceptions)}."))
    if settings.interop_routes:
        findings.append((False, "THE INTEROP ROUTES ARE ON: anybody has anything signed by the keys of that mode."))
    for good, sentence in findings:
        print(f"{'ok  ' if good else 'LOOK'}  {sentence}")
    if not all(good for good, _ in findings):
        raise SystemExit(REFUSED)


# --- backups


@application.command()
def backup(file: Annotated[Path, typer.Argument(help="Where the copy goes; nothing is overwritten")]) -> None:
    """Copy a SQLite database to FILE while the service runs. For PostgreSQL use pg_dump: docs/operator-guide.md.

    Copy KEYS_DIR afterwards. The master secret is kept elsewhere.
    """
    settings = load_settings()
    if not settings.database_url.startswith("sqlite:"):
        _usage("This copies SQLite databases. PostgreSQL: pg_dump --format=custom (docs/operator-guide.md, Backups).")
    copy_sqlite(settings.database_url, file, now=now())
    print(f"{file} is a whole copy, checked. Copy {settings.keys_dir} now, which it cannot be used without.")


@application.command()
def after_restore(yes: Yes = False) -> None:  # noqa: FBT002 - an option
    """Make a restored database fit for use, before the service starts: no place in a status list is given twice.

    Credentials issued after the backup have places that the restored records take for free. Every list is closed, and
    the next ones get addresses that nothing names. May be repeated.
    """
    _ask(
        "Every status list of every awarding body is closed for good; what is in them stays and is served as before. "
        "New credentials get new lists. The service must not run meanwhile. Go on?",
        yes=yes,
    )
    done = _with_office(restoring.make_fit_after_restore, restoring=True)
    print(f"{done.lists_closed} lists closed; {done.issuers} awarding bodies go on with new ones.")
    print(
        "What was done after the backup is not in these records. Do again: erasures, revocations of keys, of API keys "
        "and of credentials, suspensions; then issue again what was issued (docs/operator-guide.md, After a restore)."
    )


# --- what is said about learners, and the secrets


@application.command("erase")
def erase_learner(
    slug: Slug,
    credentials: Annotated[list[UUID] | None, typer.Argument(help="Credentials whose awards are concerned")] = None,
    learner: Annotated[
        Path | None,
        typer.Option(help="A JSON file that names the learner as requests do; - for standard input", allow_dash=True),
    ] = None,
    yes: Yes = False,  # noqa: FBT002 - an option
) -> None:
    """Erase a learner's personal data for good (GDPR, Article 17), by their credentials or by who they are.

    Documents, forms and remembered answers cannot be read any more; the public address answers 410. That there was an
    award, its status, and the copies that others keep remain. Backups hold the data until they expire.
    """
    if not credentials and learner is None:
        _usage("Name credentials, or a learner with --learner FILE.")
    named = _read_json(learner) if learner is not None else None
    if isinstance(named, dict) and "learner" in named:
        _usage(f"{learner} has the member `learner`: the member's value alone is expected, as an object of its own.")

    async def find(office: Office) -> list[erasing.ErasableAward]:
        caller = await access.operator(office, slug)
        found = await erasing.find_erasable(office, caller, credential_ids=credentials or (), learner=named)
        return [award for award in found if not award.is_erased]

    async def erase(office: Office) -> int:
        return await erasing.erase(office, await access.operator(office, slug), [award.award_id for award in concerned])

    concerned = _with_office(find)
    if not concerned:
        print("There is nothing to erase.")
        return
    for award in concerned:
        print(f"award of {award.awarded_on}: {' '.join(map(str, award.credential_ids))}")
    _ask(f"The personal data of {len(concerned)} awards is erased for good. Erase it?", yes=yes)
    print(f"Erased: {_with_office(erase)} awards. Note it outside of the database, for a restore undoes it.")


@application.command()
def forget_answers(yes: Yes = False) -> None:  # noqa: FBT002 - an option
    """Forget the answers to Idempotency-Keys of more than 30 days ago, as `serve` does by itself every six hours."""
    settings = load_settings()
    _checked_start(settings)
    _ask("Forget the answers of more than 30 days ago? Awards are recognised without them.", yes=yes)
    forgotten = _with_office(lambda office: forget_old_answers(office, actor="operator"), settings=settings)
    print(f"Forgotten: {forgotten} answers.")


@application.command()
def change_master_secret(
    new_file: Annotated[Path, typer.Argument(help="Where the new secret is, or goes if there is nothing yet")],
    yes: Yes = False,  # noqa: FBT002 - an option
) -> None:
    """Let the keyring open with another master secret; MASTER_SECRET_FILE has the present one.

    Keys and personal data stay as they are, and so do running processes. May be repeated after an interruption.
    """
    settings = load_settings()
    changed = settings.model_copy(update={"master_secret_file": new_file})
    # The records are opened before anything is done: what they refuse leaves the keyring as it is.
    try:
        _checked_start(settings)
        is_changed = False
    except MasterSecretWrong:
        if not new_file.exists():
            raise
        # An earlier attempt may have come this far.
        _checked_start(changed)
        is_changed = True
    present = MasterSecret.read(settings.master_secret_file)
    if new_file.exists() and MasterSecret.read(new_file) == present:
        _usage(f"{new_file} holds the present secret.")
    _ask(
        f"From now on the keyring in {settings.keys_dir} opens with the secret in {new_file} only. "
        "Copies of the keyring that were made before go on opening with the present one. Change it?",
        yes=yes,
    )
    if not new_file.exists():
        MasterSecret.generate().write(new_file)
        print(f"Made the new master secret: {new_file}.")
    if not is_changed:
        Keyring.change_master_secret(settings.keys_dir, present, MasterSecret.read(new_file))
    _with_office(setup.note_master_secret_changed, settings=changed)
    print(
        f"The keyring opens with {new_file}. Set MASTER_SECRET_FILE to it, or put it in the place of the former one; "
        "then make a backup. Keep the former secret for as long as older backups."
    )


# --- awarding bodies


@issuers.command("add")
def add_issuer(description: JsonFile) -> None:
    """Configure an awarding body from a JSON description (docs/operator-guide.md). Its DID follows from its slug."""
    value = _read_json(description)
    if not isinstance(value, dict):
        _usage("The description is a JSON object.")
    body = _with_office(lambda office: setup.add_awarding_body(office, value))
    print(f"{body.slug}: {body.did}")


@issuers.command("change")
def change_issuer(description: JsonFile, yes: Yes = False) -> None:  # noqa: FBT002 - an option
    """Change what is publicly said about an awarding body, by a whole new description. Slug and DID stay.

    Credentials issued from now on say it; those that were issued stay as they are and verify as before.
    """
    value = _read_json(description)
    if not isinstance(value, dict):
        _usage("The description is a JSON object.")

    async def compare(office: Office) -> dict[str, tuple[JsonValue, JsonValue]]:
        body = setup.described_body(office, value)
        return setup.changes_of((await office.issuer(body.slug)).body, body)

    changes = _with_office(compare)
    if not changes:
        print("That is what is said already.")
        return
    for name, (before, after) in changes.items():
        print(f"{name}: {json.dumps(before, ensure_ascii=False)} -> {json.dumps(after, ensure_ascii=False)}")
    _ask("Credentials issued from now on will say so. Change it?", yes=yes)
    print(f"{_with_office(lambda office: setup.change_awarding_body(office, value)).slug}: changed.")


@issuers.command("set-logo")
def set_logo(
    slug: Annotated[str, typer.Argument(metavar="OWNER", help="The awarding body, such as tu-berlin; or `alliance`")],
    file: Annotated[Path, typer.Argument(help="A PNG, or an SVG without references; 512 KiB at most")],
) -> None:
    """Set the logo that pages show from now on. Sealed credentials stay as they are."""
    content = _file_content(file)
    kept = _with_office(lambda office: logos.set_logo(office, slug, content))
    print(f"{slug}: the logo is set ({len(kept.content)} bytes, SHA-256 {kept.sha256.hex()}).")


@issuers.command("remove-logo")
def remove_logo(
    slug: Annotated[str, typer.Argument(metavar="OWNER", help="The awarding body, such as tu-berlin; or `alliance`")],
) -> None:
    """Go back to the wordmark that pages have without a logo."""
    _with_office(lambda office: logos.remove_logo(office, slug))
    print(f"{slug}: pages show the wordmark again.")


@issuers.command("list")
def list_issuers() -> None:
    """List the awarding bodies."""
    for slug, issuer in sorted(_with_office(lambda office: office.all_issuers()).items()):
        membership = "member" if issuer.body.is_member else "not a member"
        print(f"{slug:14} {issuer.body.did}  keys: {len(issuer.keys)}  {membership}")


# --- keys


@seals_group.command("request")
def request_seal(
    slug: Slug,
    algorithm: Annotated[
        SealAlgorithm, typer.Option(help="P-256, P-384, or RSA with 3072 bits by PS256 or RS256")
    ] = SealAlgorithm.P256,
    backend: KeptBy = KeysMadeBy.FILE,
) -> None:
    """Make a key for a seal, and print the request (PKCS #10) that goes to the certification authority."""
    named = algorithm_named(algorithm.value)
    made = _with_office(
        lambda office: seals.request_seal(office, slug, algorithm=named, backend=Backend(backend.value))
    )
    print(f"{made.fragment} seals nothing before its certificate is enrolled: seals enrol {slug} FILE", file=sys.stderr)
    print(made.pem.decode("ascii"), end="")


@seals_group.command("enrol")
def enrol_seal(
    slug: Slug,
    certificate: Annotated[Path, typer.Argument(help="The certificate and the authorities above it, as PEM")],
) -> None:
    """Take the certificate of a requested seal; from now on European Digital Credentials are sealed with it."""
    settings = load_settings()
    anchors = Anchors.read(settings.seal_anchors)
    content = _file_content(certificate)
    seal = _with_office(lambda office: seals.enrol_seal(office, slug, content, anchors), settings=settings)
    assert seal.certificate is not None
    print(f"{seal.key.fragment} seals for {slug} until {seal.certificate.not_after.date().isoformat()}.")


@seals_group.command("enrol-remote")
def enrol_remote_seal(
    slug: Slug,
    credential: Annotated[str, typer.Argument(help="The credentialID that the provider gave you")],
    algorithm: Annotated[SealAlgorithm, typer.Option(help="How its key signs: RSA by RS256 or PS256, P-256 or P-384")],
) -> None:
    """Take a credential of the remote signing service (CSC); from now on sealing is done there."""
    settings = load_settings()
    anchors = Anchors.read(settings.seal_anchors)
    named = algorithm_named(algorithm.value)
    seal = _with_office(
        lambda office: seals.enrol_remote_seal(office, slug, credential, named, anchors), settings=settings
    )
    assert seal.certificate is not None
    print(f"{seal.key.fragment} seals for {slug} until {seal.certificate.not_after.date().isoformat()}.")


@seals_group.command("list")
def list_seals(slug: Slug) -> None:
    """List every seal of an awarding body, and how long its certificate lasts."""
    for seal in _with_office(lambda office: seals.list_seals(office, slug)):
        ends = seal.certificate.not_after.date().isoformat() if seal.certificate else "no certificate yet"
        print(f"{seal.key.fragment:20} {seal.key.state.value:14} {ends}")


@seals_group.command("retire")
def retire_seal(slug: Slug, fragment: Fragment) -> None:
    """Let a seal be used no more, as when its certificate is revoked. What it sealed stays as it is."""
    _with_office(lambda office: seals.retire_seal(office, slug, fragment))
    print(f"{fragment} seals no more.")


@seals_group.command("renew")
def renew_seals(
    everything: Annotated[  # noqa: FBT002 - an option
        bool, typer.Option("--all", help="Renew every seal of level LTA now, as when an algorithm is given up")
    ] = False,
) -> None:
    """Note all seals below SEAL_LEVEL for the worker, which raises them; with --all every other one is renewed now.

    The worker does both by itself for what is sealed while it is there, and in time.
    """
    settings = load_settings()
    target = Level(settings.seal_level)
    found = _with_office(lambda office: seal_evidence.renew(office, target, everything=everything), settings=settings)
    print(f"Noted to be raised: {found.raised}. Brought forward to be renewed: {found.renewed}. The worker does it.")


@seals_group.command("development-pki")
def make_development_pki(
    directory: Annotated[Path, typer.Argument(help="A folder that is not there yet")],
) -> None:
    """Make authorities for trials: for seals and for time-stamps, with revocation lists. They vouch for nobody."""
    development_pki.make(directory, now())
    print(f"Made in {directory}, for DEVELOPMENT ONLY. To believe it here: SEAL_ANCHORS={directory / 'anchors'}")


@seals_group.command("development-certificate")
def issue_development_certificate(
    directory: Annotated[Path, typer.Argument(help="What `seals development-pki` made")],
    request: Annotated[
        Path, typer.Argument(help="What `seals request` printed; - for standard input", allow_dash=True)
    ],
) -> None:
    """Print a certificate for a requested seal, by the authority for trials."""
    print(development_pki.certify(directory, _file_content(request), now()).decode("ascii"), end="")


def _file_content(path: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except OSError as error:
        raise typer.BadParameter(f"{path} cannot be read: {error.strerror}.") from None


@keys.command("generate")
def generate_keys(
    slug: KeyHolder,
    activate: Annotated[bool, typer.Option(help="Sign with them at once; for a new issuer")] = False,  # noqa: FBT002 - an option
    algorithm: Annotated[list[Algorithm] | None, typer.Option(help="One for each proof when left out")] = None,
    backend: KeptBy = KeysMadeBy.FILE,
) -> None:
    """Make new signing keys and publish them; they sign after `keys activate`."""
    for key in _with_office(
        lambda office: setup.generate_keys(
            office, slug, algorithms=algorithm or None, activate=activate, backend=Backend(backend.value)
        )
    ):
        print(f"{key.fragment:16} {key.state.value:14} {key.public_key}")


@keys.command("enrol")
def enrol_key(
    slug: KeyHolder,
    ref: Annotated[str, typer.Argument(help="What the key is called where it is kept: its label in the token")],
    algorithm: Annotated[Algorithm, typer.Option(help="What kind of key it is")],
) -> None:
    """Take a key that was made in the token by other means, and publish it; it signs after `keys activate`."""
    key = _with_office(
        lambda office: setup.enrol_key(office, slug, backend=Backend.PKCS11, ref=ref, algorithm=algorithm)
    )
    print(f"{key.fragment:16} {key.state.value:14} {key.public_key}")


@keys.command("list")
def list_keys(
    slug: KeyHolder,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole history as JSON")] = False,  # noqa: FBT002 - an option
) -> None:
    """List every key that the issuer ever had, with its history."""
    found = _with_office(lambda office: setup.list_keys(office, slug))
    if as_json:
        print(json.dumps([_key_history(key) for key in found], indent=2, ensure_ascii=False))
        return
    for key in found:
        kept = "" if key.backend == Backend.FILE else f"  kept by {key.backend}: {key.backend_ref}"
        print(f"{key.fragment:16} {key.algorithm:8} {key.state.value:14} {key.public_key}{kept}")
        dates = {name.replace("_", " "): said for name, said in _key_history(key).items() if name in _DATES and said}
        print(f"{'':16} " + ", ".join(f"{name} {said}" for name, said in dates.items()))


_DATES: Final = ("published_at", "active_from", "retired_at", "revoked_at", "compromised_since")


def _key_history(key: SigningKey) -> dict[str, str | None]:
    """Return what is known about a key, as it is printed; nothing of it is secret."""
    moments = (key.created_at, key.active_from, key.retired_at, key.revoked_at, key.compromised_since)
    dates = [moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None for moment in moments]
    return {
        "fragment": key.fragment,
        "purpose": key.purpose.value,
        "algorithm": key.algorithm,
        "public_key": key.public_key,
        "backend": key.backend,
        "backend_ref": key.backend_ref,
        "state": key.state.value,
        **dict(zip(_DATES, dates, strict=True)),
        "revocation_reason": key.revocation_reason,
    }


@keys.command("activate")
def activate_key(slug: KeyHolder, fragment: Fragment) -> None:
    """Let a pre-published key sign from now on; the one that did is retired and still verifies."""
    _with_office(lambda office: setup.activate_key(office, slug, fragment))
    print(f"{fragment} signs for {slug} now.")


@keys.command("retire")
def retire_key(slug: KeyHolder, fragment: Fragment) -> None:
    """Let a key sign no more. What it signed still verifies."""
    _with_office(lambda office: setup.retire_key(office, slug, fragment))
    print(f"{fragment} signs no more; what it signed still verifies.")


@keys.command("revoke")
def revoke_key(
    slug: KeyHolder,
    fragment: Fragment,
    reason: Annotated[str, typer.Option(help="Why, for the record", prompt=True)],
    compromised_since: Annotated[
        str | None,
        typer.Option(help="Since when others may have had it, such as 2026-07-01T08:00:00Z; now when left out"),
    ] = None,
    yes: Yes = False,  # noqa: FBT002 - an option
) -> None:
    """Declare a key compromised: no credential that carries a proof by it verifies as it was issued.

    Here, what the records show as issued before --compromised-since stays valid; elsewhere nobody can know that. A copy
    reduced to the proof by the other key still verifies, for only the university holds that one. To end a credential,
    revoke the credential.
    """
    since = _instant(compromised_since) if compromised_since else None
    count = _with_office(lambda office: setup.count_signed_with(office, slug, fragment))
    _ask(
        f"{count} credentials carry a proof by {fragment}. None of them will verify as it was issued. Revoke it?",
        yes=yes,
    )
    _with_office(lambda office: setup.revoke_key(office, slug, fragment, reason, compromised_since=since))
    print(f"{fragment} is revoked; {count} credentials no longer verify as they were issued.")
    if count:
        print(
            "Have a key in its place (keys generate, keys activate), then sign them again: "
            f"keys resign {slug} {fragment}"
        )


@keys.command("resign")
def resign(slug: Slug, fragment: Fragment) -> None:
    """Sign again what a revoked key signed: the same documents, with fresh proofs, at the same addresses.

    Holders fetch their credential again; a copy that they have kept stays invalid. May be repeated.
    """
    done = _with_office(lambda office: sign_again(office, slug, fragment))
    print(f"{done.forms} documents and tokens are signed again.")
    for credential in done.refused:
        print(f"{credential}: the records do not fit together; nothing was signed. Replace it.", file=sys.stderr)
    if done.refused:
        raise SystemExit(REFUSED)


# --- API keys


@api_keys.command("create")
def create_api_key(
    slug: Slug,
    label: Annotated[str, typer.Option(help="Which system uses it")] = "",
    scope: Annotated[list[Scope] | None, typer.Option(help="May be repeated; all when left out")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="How long it is usable")] = 365,
) -> None:
    """Make an API key and show it, this once."""
    scopes = frozenset(scope or GRANTABLE) - {Scope.ANY}
    expires_at = now() + timedelta(days=days)
    print(
        _with_office(
            lambda office: access.create_api_key(office, slug, scopes=scopes, label=label, expires_at=expires_at)
        )
    )


@api_keys.command("list")
def list_api_keys(slug: Slug) -> None:
    """List the keys of an awarding body, without their secrets."""
    for key in _with_office(lambda office: access.list_api_keys(office, slug)):
        state = "usable" if key.usable(now()) else "revoked" if key.revoked_at else "expired"
        until = key.expires_at.astimezone(UTC).date().isoformat() if key.expires_at else "never"
        print(f"{key.prefix}  {state:8} expires {until}  {' '.join(sorted(key.scopes))}  {key.label}")


@api_keys.command("revoke")
def revoke_api_key(slug: Slug, prefix: Annotated[str, typer.Argument(help="As `api-keys list` shows it")]) -> None:
    """Close a key for ever."""
    if not _with_office(lambda office: access.revoke_api_key(office, slug, prefix)):
        print(f"{slug} has no open key {prefix}.", file=sys.stderr)
        raise SystemExit(REFUSED)
    print(f"{prefix} opens nothing any more.")


# --- offerings, issuing, verifying


@offerings_group.command("import")
def import_offerings(
    slug: Slug,
    files: Annotated[list[Path], typer.Argument(help="JSON files, one offering each")],
    publish: Annotated[bool, typer.Option(help="Publish them as well")] = True,  # noqa: FBT002 - an option
) -> None:
    """Import offerings and publish them."""

    async def import_one(office: Office, file: Path) -> str:
        caller = await access.operator(office, slug)
        record = await offerings.create(office, caller, _read_json(file))
        if not publish:
            return f"{record.id} draft"
        version = await offerings.publish(office, caller, record.id)
        return f"{version.id} version {version.version}"

    async def import_all(office: Office) -> int:
        refused = 0
        for file in files:
            try:
                print(f"{file}: {await import_one(office, file)}")
            except ServiceError as error:
                refused += 1
                _show(error, str(file))
        return refused

    refused = _with_office(import_all)
    if refused:
        print(f"{refused} of {len(files)} files were refused.", file=sys.stderr)
        raise SystemExit(REFUSED)


@application.command("issue")
def issue_file(
    slug: Slug,
    request: JsonFile,
    dry_run: Annotated[bool, typer.Option(help="Check everything, sign and store nothing")] = False,  # noqa: FBT002 - an option
    output: Annotated[Path | None, typer.Option(help="Write the signed credential to this file")] = None,
) -> None:
    """Issue a credential from a request file, as POST /api/v1/credentials does. Exit code: 0 issued or issuable.

    The same award again gives the same credential: whatever interrupts this, run it again.
    """
    value = _read_json(request)

    async def rehearse(office: Office) -> issue.Rehearsal:
        return await issue.rehearse(office, await access.operator(office, slug), value)

    async def work(office: Office) -> None:
        caller = await access.operator(office, slug)
        answer = await issue.issue(office, caller, value)
        print(answer.record.decode())
        if place is not None:
            document = await forms.read_for(office, caller, answer.credential_id, issue.VCDM2_FORM)
            place.write(document.content)

    if dry_run:
        rehearsal = _with_office(rehearse)
        print(rehearsal.model_dump_json(indent=2))
        raise SystemExit(DONE if rehearsal.issuable else REFUSED)
    # Found out before anything is issued that could then not be handed over.
    with ExitStack() as stack:
        place = stack.enter_context(_Place(output)) if output is not None else None
        _with_office(work)


@application.command()
def verify(
    credential: CredentialFile,
    language: Annotated[Language, typer.Option(help="Language of the sentences")] = Language.ENGLISH,
    as_json: Annotated[bool, typer.Option("--json", help="Print the whole report as JSON")] = False,  # noqa: FBT002 - an option
    trust_file: Annotated[
        Path | None, typer.Option(help="Take the members from this trust list; no deployment is needed")
    ] = None,
    signer_key: SignerKey = None,
    offline: Annotated[bool, typer.Option("--offline", help="Ask no host for anything")] = False,  # noqa: FBT002 - an option
) -> None:
    """Verify a credential file, as POST /verify does. Exit code: 0 valid, 1 invalid, 3 indeterminate."""
    # Whoever has only a list has no address in the world either.
    settings = load_settings(public_url=_NO_DEPLOYMENT) if trust_file else load_settings()
    if offline:
        settings = settings.model_copy(update={"verify_lookups": Lookups.OFF})
    submission = read_submission(_read_bytes(credential), max_bytes=_MOST_BYTES)

    async def work(office: Office) -> AnyReport:
        return await verifier_of(office, settings).verify(submission, now=now(), language=language)

    async def work_by_list(file: Path) -> AnyReport:
        signed = read_trust_list(_read_bytes(file))
        if signer_key is not None:
            async with _way_out(settings, enabled=not offline) as way_out:
                await insist_on_key(signed, signer_key, way_out.document)
        compared = "" if signer_key else " Nobody has compared that key with one that you know: --signer-key does."
        print(
            f"{_described(signed.says)} It is signed with {signed.key.public_key.multikey}.{compared}", file=sys.stderr
        )
        verifier = verifier_of_list(signed.says, settings)
        try:
            return await verifier.verify(submission, now=now(), language=language)
        finally:
            await verifier.close()

    report = asyncio.run(work_by_list(trust_file)) if trust_file else _with_office(work, settings=settings)
    if as_json:
        print(report.model_dump_json(indent=2))
    else:
        for check in report.checks:
            print(f"{check.result.value:12} {check.title}: {check.sentence}")
        print(f"\n{report.verdict.value.upper()}: {report.reason.sentence}")
    raise SystemExit({"valid": DONE, "invalid": REFUSED}.get(report.verdict.value, UNDECIDED))


# --- claim links, and what wallets did


Credential = Annotated[UUID, typer.Argument(help="The credential's id, as its record tells it")]
Link = Annotated[UUID, typer.Argument(help="The claim link's id; `claim-links list` shows it")]
Days = Annotated[int, typer.Option(min=1, max=links.MOST_DAYS, help="How long the link can be used")]


@claim_links_group.command("create")
def create_claim_link(
    slug: Slug,
    credential: Credential,
    check: Annotated[links.ClaimCheck, typer.Option(help="What the learner is asked first")] = links.ClaimCheck.NONE,
    transaction_code: Annotated[bool, typer.Option(help="Let the wallet ask for a code that the page shows")] = False,  # noqa: FBT002 - an option
    days: Days = links.DAYS,
    most_claims: Annotated[int, typer.Option(min=1, max=10, help="How many wallets may fetch it")] = links.CLAIMS,
) -> None:
    """Make a claim link for the award of a credential, or show the open one of the same kind. Safe to e-mail."""
    wanted: dict[str, JsonValue] = {
        "check": check.value,
        "transaction_code": transaction_code,
        "days": days,
        "most_claims": most_claims,
    }

    async def work(office: Office) -> links.ClaimLinkRecord:
        made, _ = await links.make(office, await access.operator(office, slug), credential, wanted)
        return made

    _show_link(_with_office(work))


@claim_links_group.command("list")
def list_claim_links(slug: Slug, credential: Credential) -> None:
    """List the claim links of an award, the newest first, with how far each has come."""

    async def work(office: Office) -> links.ClaimLinkList:
        return await links.list_links(office, await access.operator(office, slug), credential)

    for link in _with_office(work).items:
        _show_link(link)


@claim_links_group.command("renew")
def renew_claim_link(
    slug: Slug,
    credential: Credential,
    link: Link,
    days: Days = links.DAYS,
    revoke_copies: Annotated[bool, typer.Option(help="Revoke what wallets hold, as for a lost phone")] = False,  # noqa: FBT002 - an option
) -> None:
    """Give a claim link another address, time, guesses and claims; the former address opens nothing."""
    wanted: dict[str, JsonValue] = {"days": days, "revoke_copies": revoke_copies}

    async def work(office: Office) -> links.RenewedLink:
        return await links.renew(office, await access.operator(office, slug), credential, link, wanted)

    renewed = _with_office(work)
    _show_link(renewed)
    if revoke_copies:
        print(f"Revoked: {renewed.copies_revoked} copies in wallets.")


@claim_links_group.command("withdraw")
def withdraw_claim_link(slug: Slug, credential: Credential, link: Link) -> None:
    """Close a claim link for ever. What wallets hold stays good."""

    async def work(office: Office) -> links.ClaimLinkRecord:
        return await links.withdraw(office, await access.operator(office, slug), credential, link)

    _show_link(_with_office(work))


@offers_group.command("create")
def create_offer(
    slug: Slug,
    credential: Credential,
    configuration: Annotated[list[str] | None, typer.Option(help="May be repeated; all kinds when left out")] = None,
    transaction_code: Annotated[bool, typer.Option(help="Ask the learner for six digits")] = False,  # noqa: FBT002 - an option
    minutes: Annotated[int, typer.Option(min=1, max=1440, help="How long it can be redeemed")] = 10,
) -> None:
    """Offer a credential to a wallet that is at hand. Not for e-mail: `claim-links create` is."""
    wanted: dict[str, JsonValue] = {"transaction_code": transaction_code, "expires_in_seconds": minutes * 60}
    if configuration:
        wanted["configurations"] = list(configuration)

    async def work(office: Office) -> offers.NewOffer:
        return await offers.make_offer(office, await access.operator(office, slug), credential, wanted)

    made = _with_office(work)
    _show_offer(made)
    print(f"by reference  {made.by_reference_uri}\nby value      {made.by_value_uri}")
    if made.transaction_code is not None:
        print(f"code          {made.transaction_code}, for the learner alone")


@offers_group.command("list")
def list_offers(slug: Slug, credential: Credential) -> None:
    """List the offers of a credential, the newest first, without their secrets."""

    async def work(office: Office) -> offers.OfferList:
        return await offers.list_offers(office, await access.operator(office, slug), credential)

    for offer in _with_office(work).items:
        _show_offer(offer)


@offers_group.command("withdraw")
def withdraw_offer(
    slug: Slug, credential: Credential, offer: Annotated[UUID, typer.Argument(help="As `offers list` shows it")]
) -> None:
    """End an offer, and the access token that it was redeemed for."""

    async def work(office: Office) -> offers.OfferRecord:
        return await offers.withdraw_offer(office, await access.operator(office, slug), credential, offer)

    _show_offer(_with_office(work))


@copies_group.command("list")
def list_copies(slug: Slug, credential: Credential) -> None:
    """List the copies of a credential's award in wallets, the newest first."""

    async def work(office: Office) -> copies.WalletCopies:
        return await copies.list_copies(office, await access.operator(office, slug), credential)

    for copy in _with_office(work).items:
        _show_copy(copy)


@copies_group.command("change")
def change_copy(
    slug: Slug,
    credential: Credential,
    copy: Annotated[UUID, typer.Argument(help="As `copies list` shows it")],
    change: Annotated[StatusChangeKind, typer.Argument(help="What happens to this copy, and to no other")],
    reason: Annotated[str, typer.Option(help="Such as device-lost")],
) -> None:
    """Revoke, suspend or reinstate one copy in a wallet; the credential and its other copies stay as they are."""

    async def work(office: Office) -> copies.WalletCopy:
        caller = await access.operator(office, slug)
        return await copies.change_copy(office, caller, credential, copy, {"change": change.value, "reason": reason})

    _show_copy(_with_office(work))


@offers_group.command("trace")
def trace_offer(
    slug: Slug,
    offer: Annotated[UUID, typer.Argument(help="The offer's id; `offers events` shows it")],
) -> None:
    """Show what a wallet did with an offer, why it was refused, and what to do. Exit code: 0 not refused, 1 refused."""

    async def work(office: Office) -> traces.OfferTrace:
        return await traces.trace_of_offer(office, await access.operator(office, slug), offer)

    traced = _with_office(work)
    for event in traced.events:
        _show_event(event)
    print(f"\n{traced.summary}")
    if traced.fix:
        print(f"What to do: {traced.fix}")
    for hint in traced.hints:
        print(f"Known of wallets: {hint}")
    raise SystemExit(REFUSED if traced.events and traced.events[-1].cause else DONE)


@offers_group.command("events")
def list_events(
    slug: Slug,
    credential: Annotated[UUID | None, typer.Option(help="Only about the award of this credential")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="How many")] = 50,
) -> None:
    """Show what wallets did with offers and claim links, the newest last."""

    async def work(office: Office) -> traces.WalletEventPage:
        caller = await access.operator(office, slug)
        return await traces.page(office, caller, credential_id=credential, cursor=None, limit=limit)

    for event in reversed(_with_office(work).items):
        _show_event(event, subject=f"offer {event.offer}" if event.offer else f"claim link {event.claim_link}")


def _show_offer(offer: offers.OfferRecord) -> None:
    until = offer.expires_at.astimezone(UTC).isoformat(sep=" ", timespec="minutes").removesuffix("+00:00")
    print(f"{offer.id}  {offer.state.value:9} until {until}  {' '.join(offer.configurations)}")


def _show_copy(copy: copies.WalletCopy) -> None:
    made = copy.created_at.astimezone(UTC).date().isoformat()
    bound = "bound" if copy.is_bound else "unbound"
    print(
        f"{copy.id}  {copy.status.value:9} of {made}  {bound:7}  {copy.configuration}  {copy.notified or ''}".rstrip()
    )


def _show_link(link: links.ClaimLinkRecord) -> None:
    until = link.expires_at.astimezone(UTC).date().isoformat()
    print(f"{link.id}  {link.state.value:13} until {until}  claims {link.claims} of {link.most_claims}")
    if link.url:
        print(f"    {link.url}" + (f"  code {link.code}, to be told another way" if link.code else ""))


def _show_event(event: traces.WalletEventRecord, *, subject: str = "") -> None:
    told = " ".join(
        f"{name}={','.join(value) if isinstance(value, list) else str(value).lower()}"
        for name, value in sorted(event.facts.items())
    )
    at = event.at.astimezone(UTC).isoformat(sep=" ", timespec="seconds").removesuffix("+00:00")
    print("  ".join(part for part in (at, event.kind.value, subject, event.cause or "", told) if part))


# --- the vc-jose-cose suite

SuiteInput = Annotated[Path, typer.Option("--input", help="The document, or the token")]
SuiteKey = Annotated[Path, typer.Option("--key", help="The verification method, with its JSON Web Keys")]
SuiteFeature = Annotated[jose.Feature, typer.Option("--feature", help="SD-JWT and COSE: indeterminate")]
SuiteOutput = Annotated[Path, typer.Option("--output", help="Where result and data are written")]


@jose_group.command("issue")
def jose_issue(
    document: SuiteInput,
    key: SuiteKey,
    feature: SuiteFeature,
    output: SuiteOutput,
    sd: Annotated[str | None, typer.Option("--sd", help="For SD-JWT")] = None,  # noqa: ARG001 - the suite's
) -> None:
    """Secure a credential or a presentation in a token, with the key that the suite hands in."""
    _tell_suite(asyncio.run(jose.issue(feature, _read_bytes(document), _read_bytes(key))), output)


@jose_group.command("verify")
def jose_verify(document: SuiteInput, key: SuiteKey, feature: SuiteFeature, output: SuiteOutput) -> None:
    """Verify a token with the key that the suite hands in."""
    _tell_suite(jose.verify(feature, _read_bytes(document), _read_bytes(key)), output)


def _tell_suite(outcome: jose.Outcome, output: Path) -> None:
    output.write_bytes(outcome.document())
    print(outcome.result.value)
    raise SystemExit({jose.Word.SUCCESS: DONE, jose.Word.INDETERMINATE: UNDECIDED}.get(outcome.result, REFUSED))


# --- trust lists


@trust.command("list")
def show_trust_lists() -> None:
    """Show this deployment's own trust list and those that it imported."""

    async def work(office: Office) -> list[str]:
        own = read_trust_list((await trust_list.published_trust_list(office)).content).says
        imported = [
            f"{_described(one.says)} Imported {_day(one.imported_at)}."
            + ("" if one.says.valid_until > office.clock() else " IT IS OVER: what it says is no longer relied on.")
            for one in await trust_list.list_imported(office)
        ]
        return [f"Own: {_described(own)}", *imported]

    for line in _with_office(work):
        print(line)


@trust.command("export")
def export_trust_list(
    output: Annotated[Path | None, typer.Option(help="Write to this file instead of standard output")] = None,
) -> None:
    """Write this deployment's own trust list, as GET /trust/members.jwt answers it."""
    content = _with_office(trust_list.published_trust_list).content
    if output is None:
        print(content.decode("ascii"))
    else:
        output.write_bytes(content)


@trust.command("import")
def import_trust_list(
    source: Annotated[str, typer.Argument(help="A file or an https address; - for standard input")],
    signer_key: SignerKey = None,
) -> None:
    """Believe the trust list of another deployment, and from then on every later one by the same signer.

    The first one needs --signer-key: the key, or the DID, that the other operator told you on another way.
    """
    settings = load_settings()

    async def work(office: Office) -> trust_list.Imported:
        async with _way_out(settings, enabled=True) as way_out:
            remote = source.startswith(("https://", "http://"))
            content = await way_out.content(source) if remote else _read_bytes(Path(source))
            return await trust_list.import_trust_list(office, content, vouched_for=signer_key, look_up=way_out.document)

    imported = _with_office(work, settings=settings)
    print(_described(imported.says) + (" Imported." if imported.is_new else " It was here already."))


@trust.command("forget")
def forget_trust_list(
    signer: Annotated[str, typer.Argument(help="DID of the signer, as `trust list` shows it")],
) -> None:
    """Believe a signer no longer: its universities are strangers again."""
    if not _with_office(lambda office: trust_list.forget_trust_list(office, signer)):
        print(f"There is no list of {signer}.", file=sys.stderr)
        raise SystemExit(REFUSED)
    print(f"Nothing is believed of {signer} any more.")


def _described(says: TrustList) -> str:
    members = ", ".join(member.slug for member in says.members) or "nobody"
    return f"Trust list {says.version} of {says.signer}, valid until {_day(says.valid_until)}: {members}."


def _day(moment: datetime) -> str:
    return moment.astimezone(UTC).date().isoformat()


class _WayOut:
    """The guarded way out, as commands use it."""

    def __init__(self, settings: Settings, *, enabled: bool) -> None:
        self._exceptions = loopback_exceptions(settings)
        self.fetch = GuardedFetch(enabled=enabled, exceptions=self._exceptions)

    async def document(self, did: str) -> DidDocument:
        """Resolve a DID."""
        return await resolve(did, fetch=self.fetch, http_hosts=self._exceptions)

    async def content(self, url: str) -> bytes:
        """Return what stands at ``url``.

        Raises:
            TrustListRefused: with the reason why it could not be had.
        """
        try:
            return (await self.fetch(url, max_bytes=longest_token(), accept=trust_list.MEDIA_TYPE)).content
        except FetchError as error:
            raise trust_list.TrustListRefused(f"It could not be had from {url} ({error.reason}).") from None


@asynccontextmanager
async def _way_out(settings: Settings, *, enabled: bool) -> AsyncIterator[_WayOut]:
    way_out = _WayOut(settings, enabled=enabled)
    try:
        yield way_out
    finally:
        await way_out.fetch.aclose()


# --- how commands work


def _insist_on_counterparts(settings: Settings, begun: str | None) -> None:
    """Go on with a deployment that is new, half-made or whole. A secret or keyring that was lost is never made anew.

    Raises:
        DeploymentIncomplete: a part is missing, with what to do.
    """
    missing = []
    if not settings.master_secret_file.exists():
        missing.append(f"no master secret at {settings.master_secret_file} (MASTER_SECRET_FILE)")
    if not Keyring.exists(settings.keys_dir):
        missing.append(f"no keyring in {settings.keys_dir} (KEYS_DIR)")
    if begun is not None and missing:
        raise setup.DeploymentIncomplete(
            f"The database was begun for {begun}, but there is {' and '.join(missing)}. Put back what it had: "
            "new ones open nothing of it. For another deployment set DATABASE_URL to a new database."
        )
    if Keyring.exists(settings.keys_dir) and missing:
        raise setup.DeploymentIncomplete(
            f"There is a keyring in {settings.keys_dir} (KEYS_DIR), but {missing[0]}. Put back the secret that it was "
            "made with: another one does not open it. For another deployment set KEYS_DIR to a new folder."
        )


def _with_office(
    work: Callable[[Office], Awaitable[T]],
    *,
    settings: Settings | None = None,
    begun: bool = True,
    restoring: bool = False,
) -> T:
    """Do ``work`` with the deployment's office; ``begun`` insists that it was set up."""
    settings = settings or load_settings()
    if not settings.master_secret_file.exists() and not Keyring.exists(settings.keys_dir):
        raise setup.DeploymentIncomplete(
            f"There is neither a master secret at {settings.master_secret_file} (MASTER_SECRET_FILE) nor a keyring in "
            f"{settings.keys_dir} (KEYS_DIR). For a new deployment run `python -m app init`."
        )
    office = open_office(settings)

    async def whole() -> T:
        try:
            if begun:
                await office.open(restoring=restoring)
            return await work(office)
        finally:
            await office.close()

    return asyncio.run(whole())


def _checked_start(settings: Settings) -> None:
    async def nothing(_: Office) -> None:
        return

    _with_office(nothing, settings=settings)


def _insist_on_place_to_listen(host: str, port: int) -> None:
    """Say in a sentence what the server would end with otherwise.

    Raises:
        SystemExit: the port is in use or not to be had.
    """
    try:
        places = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        absent = [error for family, _, _, _, place in places if (error := _try_to_listen(family, place)) is not None]
        if len(absent) == len(places):
            raise absent[0]
    except OSError as error:
        print(f"The service cannot listen on {host}, port {port}: {error.strerror}.", file=sys.stderr)
        raise SystemExit(OUT_OF_ORDER) from None


_ABSENT: Final = (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)


def _try_to_listen(family: int, place: tuple[str | int | bytes, ...]) -> OSError | None:
    """Listen for a moment; what comes back says that this machine has no such address, as where there is no IPv6.

    Raises:
        OSError: it has, and it is not to be had.
    """
    try:
        with socket.socket(family, socket.SOCK_STREAM) as listener:
            # As the server does: a former one that has ended holds the port no longer.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            listener.bind(place)
            listener.listen()
    except OSError as error:
        if error.errno not in _ABSENT:
            raise
        return error
    return None


class _Place:
    """A file that will be written, whole or not at all; that it can be is found out first."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._unfinished = file.with_name(f".{file.name}.{os.getpid()}.unfinished")

    def __enter__(self) -> Self:
        if self._file.exists() and not self._file.is_file():
            _usage(f"{self._file} is there and is no file.")
        try:
            # For the operator alone: what comes here is about a person.
            os.close(os.open(self._unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        except OSError as error:
            _usage(f"{self._file} cannot be written: {error.strerror}. Nothing was issued.")
        return self

    def __exit__(self, *_: object) -> None:
        self._unfinished.unlink(missing_ok=True)

    def write(self, content: bytes) -> None:
        """Put ``content`` there."""
        try:
            self._unfinished.write_bytes(content)
            self._unfinished.replace(self._file)
        except OSError as error:
            print(
                f"{self._file} could not be written: {error.strerror}. The credential is issued, its record is above; "
                "the same command again gives it once more.",
                file=sys.stderr,
            )
            raise SystemExit(OUT_OF_ORDER) from None


def _read_json(file: Path) -> JsonValue:
    return parse(_read_bytes(file), max_bytes=_MOST_BYTES)


def _read_bytes(file: Path) -> bytes:
    try:
        return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()
    except OSError as error:
        _usage(f"{file}: {error.strerror}")


def _ask(question: str, *, yes: bool) -> None:
    """Go on if the operator says so; without a terminal and without ``--yes`` that is a no."""
    if not yes:
        typer.confirm(question, abort=True)


def _instant(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        _usage(f"{text!r} is no moment with a time zone, such as 2026-07-01T08:00:00Z.")
    return moment


def _usage(sentence: str) -> NoReturn:
    print(sentence, file=sys.stderr)
    raise SystemExit(2)


def _show(error: ServiceError, subject: str = "") -> None:
    print(f"{subject + ': ' if subject else ''}{error.title} ({error.code})", file=sys.stderr)
    if error.detail != error.title:
        print(f"  {error.detail}", file=sys.stderr)
    for finding in error.findings:
        source = f" [{finding.citation}]" if finding.citation else ""
        print(
            f"  {finding.weight.value:11} {finding.pointer}: {finding.detail} ({finding.code}){source}", file=sys.stderr
        )


def _fail(error: ServiceError) -> NoReturn:
    _show(error)
    if isinstance(error, DatabaseUnavailable):
        print("  Is DATABASE_URL right, and is the server or the file there? A new one: app init.", file=sys.stderr)
    raise SystemExit(OUT_OF_ORDER if error.family is Family.UNAVAILABLE else REFUSED) from None
