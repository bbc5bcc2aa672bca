"""The signing keys of one deployment: encrypted files that one master secret unlocks, once, at start.

::

    keys/keyring.json              how the master secret becomes a key; the root key, wrapped
    keys/ISSUER/FRAGMENT.json      one private key each: AES-256-GCM around PKCS#8, bound to its name and public key

From secret to signature:

1. scrypt (RFC 7914; N = 2**17, r = 8, p = 1) turns the master secret into a key that unwraps the random *root key*.
   It runs once for each process, because it is meant to be slow. A wrong secret fails here, with one clear error.
2. HKDF-SHA-256 (RFC 5869) derives from the root key one sub-key for each purpose; the one for key files is never
   handed out.
3. Each key file is opened when its key is first asked for, with its sub-key; the associated data is issuer, fragment,
   algorithm and public key, so a file that was renamed, moved or given another public key does not open. One bad file
   is the matter of one key and of no other.
4. The private key that comes out must belong to the public key that the file names.

Files are written whole or not at all (temporary file, fsync, hard link), never over an existing one, with mode 0600 in
folders of mode 0700. Before anything is read, the open file itself is asked for owner and mode, so there is no moment
between check and use. Whoever can change these files can stop the service but cannot make it sign with another key
unnoticed: the public key is also in the database and in the published DID document.
"""

import base64
import json
import os
import re
import secrets
import stat
import threading
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Final, Self, overload

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_der_private_key,
)

from app.errors import Family, ServiceError
from app.keys.envelope import KEY_BYTES, DataCipher, EnvelopeBroken, open_bytes, seal_bytes
from app.keys.rsa_key import InProcessRsaSigner, KeyRefused, RsaPublicKey, RsaScheme, generate_rsa_key
from app.keys.signer import Algorithm, InProcessSigner, PublicKey, generate_private_key, public_key_on_record

KEYRING_FILE: Final = "keyring.json"
MINIMUM_SECRET_BYTES: Final = 32

_FORMAT: Final = 1
_NAME: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_LONGEST_NAME: Final = 64
_LONGEST_FILE: Final = 16 * 1024
_SCRYPT_N: Final = frozenset(2**power for power in range(14, 21))
_SCRYPT_R: Final = 8
_SCRYPT_P: Final = range(1, 5)
_INFO: Final = b"enhance-microcredentials/keys/v1/"


class KeyringUnusable(ServiceError):
    """The keys on disk cannot be used as they are; the detail says what an operator has to change."""

    code: ClassVar[str] = "keyring-unusable"
    title: ClassVar[str] = "The signing keys cannot be opened"
    family: ClassVar[Family] = Family.UNAVAILABLE


class MasterSecretWrong(KeyringUnusable):
    """The master secret is not the one that this keyring was made with."""

    code: ClassVar[str] = "master-secret-wrong"
    title: ClassVar[str] = "The master secret does not open the keyring"


class KeyUnknown(ServiceError):
    """No private key of that name is kept here. Its file may be on another machine, or in a backup."""

    code: ClassVar[str] = "signing-key-unknown"
    title: ClassVar[str] = "There is no signing key of that name"
    family: ClassVar[Family] = Family.UNAVAILABLE


class KeyDiffers(KeyringUnusable):
    """Under the name that a record gives there is another key than the one on record; it signs nothing."""

    code: ClassVar[str] = "signing-key-differs"
    title: ClassVar[str] = "There is another signing key of that name"


class KeyExists(ServiceError):
    """A key of that name is there already; a private key is never overwritten."""

    code: ClassVar[str] = "signing-key-exists"
    title: ClassVar[str] = "There is a signing key of that name already"
    family: ClassVar[Family] = Family.CONFLICT


@dataclass(frozen=True, slots=True)
class MasterSecret:
    """What unlocks everything of one deployment. Never in an environment variable, never in a log."""

    value: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self.value) < MINIMUM_SECRET_BYTES:
            raise KeyringUnusable(
                f"The master secret is shorter than {MINIMUM_SECRET_BYTES} characters. Have one generated."
            )

    @classmethod
    def generate(cls) -> Self:
        """Return a new secret of 256 random bits, in characters that survive any editor."""
        return cls(secrets.token_urlsafe(KEY_BYTES).encode("ascii"))

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the secret from ``path``; one line end after it is not part of it.

        The file belongs to this process's user and is closed to everyone else; or it belongs to root and nobody else
        may write it, which is how container platforms mount secrets.

        Raises:
            KeyringUnusable: missing, too open, or too short, with the command that helps.
        """
        return cls(read_secret_file(path, "master secret file"))

    def write(self, path: Path) -> None:
        """Write the secret to a new file at ``path`` with mode 0600.

        Raises:
            KeyringUnusable: something is there already; a master secret is never overwritten.
        """
        _make_directory(path.parent)
        try:
            _write_new(path, self.value + b"\n")
        except FileExistsError:
            raise KeyringUnusable(f"There is something at {path} already; it is left as it is.") from None


@dataclass(frozen=True, slots=True)
class ScryptCost:
    """Cost of turning the master secret into a key. Kept in the keyring file, so it can rise later."""

    n: int = 2**17
    r: int = 8
    p: int = 1

    def __post_init__(self) -> None:
        # The upper bounds keep a changed file from asking for more memory than there is: at most 1 GiB.
        whole = all(type(value) is int for value in (self.n, self.r, self.p))
        if not whole or self.n not in _SCRYPT_N or self.r != _SCRYPT_R or self.p not in _SCRYPT_P:
            raise KeyringUnusable("The scrypt cost in the keyring file is outside the accepted range.")


@dataclass(frozen=True, slots=True, order=True)
class KeyName:
    """Issuer and fragment of a key; both are safe as file names by their form."""

    issuer: str
    fragment: str

    def __post_init__(self) -> None:
        for part in (self.issuer, self.fragment):
            if len(part) > _LONGEST_NAME or not _NAME.fullmatch(part):
                raise KeyUnknown("A key is named by lower-case letters, digits and single hyphens.")

    def __str__(self) -> str:
        return f"{self.issuer}#{self.fragment}"


class Keyring:
    """An open keyring. Safe to share between threads; :meth:`create` and :meth:`open` are the ways to get one."""

    def __init__(self, directory: Path, root_key: bytes) -> None:
        """For :meth:`create` and :meth:`open`; ``root_key`` is in clear."""
        self._directory = directory
        self._root_key = root_key
        self._file_key = _derive(root_key, b"signing-key-files")
        self._signers: dict[KeyName, InProcessSigner | InProcessRsaSigner] = {}
        self._lock = threading.Lock()

    def __repr__(self) -> str:
        return f"{type(self).__name__}({str(self._directory)!r})"

    @classmethod
    def create(cls, directory: Path, master_secret: MasterSecret, *, cost: ScryptCost | None = None) -> Self:
        """Make a new keyring in ``directory`` and return it open. The directory becomes private to this user.

        Raises:
            KeyringUnusable: there is a keyring already, or the directory cannot be used.
        """
        _make_directory(directory)
        if directory.stat().st_uid == os.geteuid():
            directory.chmod(0o700)
        _check_directory(directory)
        root_key = secrets.token_bytes(KEY_BYTES)
        content = _wrap_root_key(root_key, master_secret, cost or ScryptCost())
        try:
            _write_new(directory / KEYRING_FILE, content)
        except FileExistsError:
            raise KeyringUnusable(f"There is a keyring in {directory} already.") from None
        return cls(directory, root_key)

    @classmethod
    def open(cls, directory: Path, master_secret: MasterSecret) -> Self:
        """Open the keyring in ``directory``. Its keys are opened one by one, by :meth:`signer`.

        Raises:
            MasterSecretWrong: this is not the secret it was made with.
            KeyringUnusable: missing, damaged or open to others; the detail says which file and what to do.
        """
        _check_directory(directory)
        content = _read_private_file(directory / KEYRING_FILE)
        return cls(directory, _unwrap_root_key(content, master_secret, directory / KEYRING_FILE))

    @staticmethod
    def exists(directory: Path) -> bool:
        """Whether a keyring was made in ``directory``."""
        return (directory / KEYRING_FILE).exists()

    @staticmethod
    def change_master_secret(
        directory: Path, old: MasterSecret, new: MasterSecret, *, cost: ScryptCost | None = None
    ) -> None:
        """Wrap the root key under ``new``. The key files stay as they are; one file is replaced as a whole.

        Whoever has a copy of the former keyring file and the former secret can still open copies of the key files:
        after a leak the signing keys themselves have to be replaced.

        Raises:
            MasterSecretWrong: ``old`` is not the present secret.
            KeyringUnusable: as for :meth:`open`.
        """
        _check_directory(directory)
        path = directory / KEYRING_FILE
        root_key = _unwrap_root_key(_read_private_file(path), old, path)
        temporary = _write_temporary(path, _wrap_root_key(root_key, new, cost or ScryptCost()))
        temporary.replace(path)
        _sync_directory(directory)

    def names(self) -> list[KeyName]:
        """Return the names of the keys on disk, in order; whether they open is for :meth:`signer` to say.

        Raises:
            KeyringUnusable: the folder, or one in it, cannot be read.
        """
        try:
            folders = [folder for folder in self._directory.iterdir() if folder.is_dir()]
            paths = [path for folder in folders for path in folder.iterdir() if path.suffix == ".json"]
        except OSError as error:
            raise KeyringUnusable(f"The keys directory {error.filename} cannot be read: {error.strerror}.") from None
        return sorted(
            KeyName(path.parent.name, path.stem)
            for path in paths
            if _NAME.fullmatch(path.parent.name) and _NAME.fullmatch(path.stem)
        )

    @overload
    def generate(self, issuer_slug: str, fragment: str, algorithm: Algorithm) -> PublicKey: ...
    @overload
    def generate(
        self, issuer_slug: str, fragment: str, algorithm: Algorithm | RsaScheme
    ) -> PublicKey | RsaPublicKey: ...
    def generate(self, issuer_slug: str, fragment: str, algorithm: Algorithm | RsaScheme) -> PublicKey | RsaPublicKey:
        """Make a new private key, write it, and return its public key. On return it is on disk for good.

        Raises:
            KeyExists: there is a key of that name; it is left as it is.
        """
        name = KeyName(issuer_slug, fragment)
        private_key = generate_rsa_key() if isinstance(algorithm, RsaScheme) else generate_private_key(algorithm)
        signer = _signer_of(private_key, algorithm)
        pkcs8 = private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        content = {
            "format": _FORMAT,
            "algorithm": algorithm.value,
            "publicKeyMultibase": signer.public_key.multikey,
            "sealed": _to_text(seal_bytes(self._file_key, pkcs8, _associated_data(name, signer.public_key))),
        }
        path = self._path(name)
        if not path.parent.exists():
            _make_directory(path.parent)
            _sync_directory(self._directory)
        _check_directory(path.parent)
        try:
            _write_new(path, _to_json(content))
        except FileExistsError:
            raise KeyExists(f"The key {name} exists; it is left as it is.") from None
        with self._lock:
            self._signers[name] = signer
        return signer.public_key

    def signer(self, issuer_slug: str, fragment: str) -> InProcessSigner | InProcessRsaSigner:
        """Return the signer of one key; one that another process has made since the start is read now.

        Raises:
            KeyUnknown: no such file.
            KeyringUnusable: the file is damaged, renamed, or open to others.
        """
        name = KeyName(issuer_slug, fragment)
        with self._lock:
            signer = self._signers.get(name)
            if signer is None:
                signer = self._signers[name] = self._load(name)
            return signer

    def keep_only(self, names: Collection[KeyName]) -> None:
        """Let go of every private key in memory but ``names``: what signs no more has no business there.

        The library below overwrites a private key when its last user lets go of it.
        """
        with self._lock:
            self._signers = {name: signer for name, signer in self._signers.items() if name in names}

    def destroy(self, issuer_slug: str, fragment: str) -> None:
        """Delete the private key for good, as after its revocation. The public key lives on in the DID document.

        The file is unlinked; what a storage device or a backup still holds is encrypted under the master secret.

        Raises:
            KeyUnknown: no such file.
        """
        name = KeyName(issuer_slug, fragment)
        with self._lock:
            self._signers.pop(name, None)
            try:
                self._path(name).unlink()
            except FileNotFoundError:
                raise KeyUnknown(f"There is no key {name}.") from None
        _sync_directory(self._path(name).parent)

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes that only this deployment can compute, the same at every call, others for every purpose."""
        if not _NAME.fullmatch(purpose):
            raise ValueError("a purpose is written in lower-case letters, digits and single hyphens")
        return _derive(self._root_key, b"derived/" + purpose.encode("ascii"))

    def data_cipher(self, purpose: str = "personal-data") -> DataCipher:
        """Return the cipher that wraps data keys, and the secrets of awarding bodies, for ``purpose``."""
        return DataCipher(self.derive(f"wrapping-{purpose}"))

    def _path(self, name: KeyName) -> Path:
        return self._directory / name.issuer / f"{name.fragment}.json"

    def _load(self, name: KeyName) -> InProcessSigner | InProcessRsaSigner:
        path = self._path(name)
        try:
            path.lstat()
        except (FileNotFoundError, NotADirectoryError):
            raise KeyUnknown(f"There is no key file {path}.") from None
        except OSError as error:
            raise KeyringUnusable(f"The key file {path} cannot be reached: {error.strerror}.") from None
        _check_directory(path.parent)
        content = _from_json(_read_private_file(path), path)
        try:
            public_key = public_key_on_record(str(content["algorithm"]), str(content["publicKeyMultibase"]))
            sealed = _from_text(content["sealed"])
        except (KeyError, TypeError, ValueError, KeyRefused):
            raise KeyringUnusable(f"The key file {path} is damaged; restore it from a backup.") from None
        try:
            pkcs8 = open_bytes(self._file_key, sealed, _associated_data(name, public_key))
        except EnvelopeBroken:
            raise KeyringUnusable(
                f"The key file {path} does not open: it was changed or renamed, or it belongs to another keyring."
            ) from None
        private_key = load_der_private_key(pkcs8, password=None)
        if not isinstance(private_key, (ed25519.Ed25519PrivateKey, ec.EllipticCurvePrivateKey, rsa.RSAPrivateKey)):
            raise KeyringUnusable(f"The key file {path} holds a kind of key that cannot sign here.")
        signer = _signer_of(private_key, public_key.algorithm)
        if signer.public_key != public_key or content.get("algorithm") != public_key.algorithm.value:
            raise KeyringUnusable(f"The key file {path} holds another key than it names.")
        return signer


def _signer_of(
    private_key: ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey,
    algorithm: Algorithm | RsaScheme,
) -> InProcessSigner | InProcessRsaSigner:
    if isinstance(private_key, rsa.RSAPrivateKey):
        return InProcessRsaSigner(private_key, RsaScheme(algorithm))
    return InProcessSigner(private_key)


def read_secret_file(path: Path, what: str) -> bytes:
    """Return the secret in ``path``, without one line end after it; see :meth:`MasterSecret.read` for whose it may be.

    Raises:
        KeyringUnusable: missing or too open, with the command that helps.
    """
    with _opened(path, what) as (descriptor, facts):
        mounted = facts.st_uid == 0 and os.geteuid() != 0
        if not mounted and facts.st_uid != os.geteuid():
            raise KeyringUnusable(f"The {what} {path} belongs to another user.")
        forbidden = 0o022 if mounted else 0o077
        if facts.st_mode & forbidden:
            raise KeyringUnusable(f"The {what} {path} is open to others: chmod 600 {path}")
        content = _read_all(descriptor, path)
    return content.removesuffix(b"\n").removesuffix(b"\r")


def _associated_data(name: KeyName, public_key: PublicKey | RsaPublicKey) -> bytes:
    # Neither names nor algorithms nor multikeys can hold a space.
    return f"signing-key {name} {public_key.algorithm.value} {public_key.multikey}".encode("ascii")


def _derive(root_key: bytes, info: bytes) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=KEY_BYTES, salt=None, info=_INFO + info).derive(root_key)


def _stretch(master_secret: MasterSecret, salt: bytes, cost: ScryptCost) -> bytes:
    return Scrypt(salt=salt, length=KEY_BYTES, n=cost.n, r=cost.r, p=cost.p).derive(master_secret.value)


def _wrap_root_key(root_key: bytes, master_secret: MasterSecret, cost: ScryptCost) -> bytes:
    salt = secrets.token_bytes(16)
    parameters: dict[str, Any] = {"name": "scrypt", "n": cost.n, "r": cost.r, "p": cost.p, "salt": _to_text(salt)}
    wrapped = seal_bytes(_stretch(master_secret, salt, cost), root_key, b"keyring " + _to_json(parameters))
    return _to_json({"format": _FORMAT, "stretching": parameters, "rootKey": _to_text(wrapped)})


def _unwrap_root_key(content: bytes, master_secret: MasterSecret, path: Path) -> bytes:
    members = _from_json(content, path)
    try:
        parameters = dict(members["stretching"])
        cost = ScryptCost(n=parameters["n"], r=parameters["r"], p=parameters["p"])
        salt = _from_text(parameters["salt"])
        wrapped = _from_text(members["rootKey"])
    except (KeyError, TypeError, ValueError):
        raise KeyringUnusable(f"The keyring file {path} is damaged; restore it from a backup.") from None
    try:
        root_key = open_bytes(_stretch(master_secret, salt, cost), wrapped, b"keyring " + _to_json(parameters))
    except EnvelopeBroken:
        raise MasterSecretWrong(f"The master secret does not open {path}, or the file was changed.") from None
    return root_key


def _to_text(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _from_text(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError("base64 text is expected")
    return base64.b64decode(text, validate=True)


def _to_json(members: Mapping[str, Any]) -> bytes:
    return json.dumps(members, indent=2).encode("ascii") + b"\n"


def _from_json(content: bytes, path: Path) -> dict[str, Any]:
    try:
        members = json.loads(content)
    except ValueError:
        members = None
    if not isinstance(members, dict) or members.get("format") != _FORMAT:
        raise KeyringUnusable(f"The file {path} is damaged or of a later version; restore it from a backup.")
    return members


@contextmanager
def _opened(path: Path, what: str, *, flags: int = 0) -> Iterator[tuple[int, os.stat_result]]:
    """Open ``path`` for reading and yield the descriptor with the facts of exactly the file it stands for."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK | flags)
    except FileNotFoundError:
        raise KeyringUnusable(f"There is no {what} at {path}.") from None
    except OSError as error:
        raise KeyringUnusable(f"The {what} {path} cannot be opened: {error.strerror}.") from None
    try:
        facts = os.fstat(descriptor)
        if not stat.S_ISREG(facts.st_mode):
            raise KeyringUnusable(f"The {what} {path} is not a regular file.")
        yield descriptor, facts
    finally:
        os.close(descriptor)


def _read_all(descriptor: int, path: Path) -> bytes:
    content = b""
    try:
        while piece := os.read(descriptor, _LONGEST_FILE + 1):
            content += piece
            if len(content) > _LONGEST_FILE:
                raise KeyringUnusable(f"The file {path} is longer than anything written here.")
    except OSError as error:
        raise KeyringUnusable(f"The file {path} cannot be read: {error.strerror}.") from None
    return content


def _read_private_file(path: Path) -> bytes:
    """Read a file that must be ours alone; a symbolic link is refused."""
    with _opened(path, "key file", flags=os.O_NOFOLLOW) as (descriptor, facts):
        if facts.st_uid != os.geteuid():
            raise KeyringUnusable(f"The key file {path} belongs to another user than the one who runs this service.")
        if facts.st_mode & 0o077:
            raise KeyringUnusable(f"The key file {path} is open to others: chmod 600 {path}")
        return _read_all(descriptor, path)


def _check_directory(directory: Path) -> None:
    try:
        facts = directory.stat()
    except OSError:
        raise KeyringUnusable(f"The keys directory {directory} cannot be read.") from None
    if not stat.S_ISDIR(facts.st_mode):
        raise KeyringUnusable(f"{directory} is not a directory.")
    if facts.st_uid != os.geteuid():
        raise KeyringUnusable(f"The keys directory {directory} belongs to another user than the one who runs this.")
    if facts.st_mode & 0o022:
        raise KeyringUnusable(f"Others may write to the keys directory {directory}: chmod 700 {directory}")


def _make_directory(directory: Path) -> None:
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise KeyringUnusable(f"The directory {directory} cannot be made: {error.strerror}.") from None


def _write_temporary(path: Path, content: bytes) -> Path:
    temporary = path.parent / f".{path.name}.{secrets.token_hex(8)}.tmp"
    try:
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise KeyringUnusable(f"Nothing can be written to {path.parent}: {error.strerror}.") from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _write_new(path: Path, content: bytes) -> None:
    """Write ``path`` whole and for good, or raise FileExistsError and leave what is there.

    A hard link is the one portable step that both publishes a finished file and refuses to replace another.
    """
    temporary = _write_temporary(path, content)
    try:
        os.link(temporary, path)
    finally:
        temporary.unlink()
    _sync_directory(path.parent)


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
