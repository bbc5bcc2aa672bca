"""What foreign wallets need: the service on https, and the wallets as programs that take one step after the other."""

import contextlib
import json
import os
import socket
import ssl
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from pathlib import Path
from typing import Any, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from demo.deployment import REPOSITORY, Deployment
from interop.peers import HERE, PeerBroken

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class SecuredDeployment(Deployment):
    """A deployment whose public address is https on another port, and whose keys are in a process of their own."""

    tls_port: int = 0

    @property
    def public_url(self) -> str:
        """What the world sees: the proxy."""
        return f"https://localhost:{self.tls_port}"

    @property
    def socket(self) -> Path:
        """Where the signer process answers."""
        return REPOSITORY / self.folder / "signer.sock"

    @contextlib.contextmanager
    def signing(self) -> Iterator[None]:
        """Run the signer process until the block ends."""
        with (REPOSITORY / self.folder / "signer.log").open("a") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "app", "signer"], cwd=REPOSITORY, env=os.environ | self.settings, stderr=log
            )
            try:
                _wait_for(self.socket, process)
                yield
            finally:
                process.terminate()
                process.wait(10)
                self.socket.unlink(missing_ok=True)


def _wait_for(path: Path, process: "subprocess.Popen[bytes]") -> None:
    for _ in range(300):
        if process.poll() is not None:
            raise PeerBroken(f"the signer process ended with {process.returncode}")
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
            return
        threading.Event().wait(0.05)
    raise PeerBroken("the signer process does not answer")


def make_certificate(folder: Path) -> tuple[Path, Path]:
    """Make a certificate for localhost that vouches for itself; return the files of certificate and key."""
    key, name = (
        ec.generate_private_key(ec.SECP256R1()),
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")]),
    )
    now = datetime.now(UTC)  # noqa: TID251 - this is no part of the service
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(IPv4Address("127.0.0.1"))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    files = folder / "tls.pem", folder / "tls.key"
    files[0].write_bytes(certificate.public_bytes(Encoding.PEM))
    files[1].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


class TlsProxy:
    """Ends TLS in front of the service, as every deployment has it; one thread for each direction of a connection."""

    def __init__(self, certificate: Path, key: Path) -> None:
        self._context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._context.load_cert_chain(certificate, key)
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._backend = 0

    def serve(self, backend: int) -> Self:
        """Forward to the port ``backend`` from now on."""
        self._backend = backend
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def close(self) -> None:
        """Take no more connections."""
        self._listening.close()

    def _accept(self) -> None:
        while True:
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            threading.Thread(target=self._forward, args=(plain,), daemon=True).start()

    def _forward(self, plain: socket.socket) -> None:
        with contextlib.suppress(OSError):
            near = self._context.wrap_socket(plain, server_side=True)
            try:
                far = socket.create_connection(("127.0.0.1", self._backend))
            except OSError:
                near.close()
                return
            threading.Thread(target=_copy, args=(far, near), daemon=True).start()
            _copy(near, far)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
    for end in (source, target):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
        end.close()


class ForeignWallet:
    """One wallet, in a process of its own that trusts ``certificate``."""

    def __init__(self, client: str, certificate: Path) -> None:
        environment = os.environ | {"NODE_EXTRA_CA_CERTS": str(certificate)}
        self._client = client
        self._process = subprocess.Popen(  # noqa: S603 - our own script
            ["node", str(HERE / "node" / "wallet.mjs")],  # noqa: S607 - Node.js of the machine
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(30)
        self._process.stdout.close()

    def step(self, do: str, **more: Any) -> Json:  # noqa: ANN401 - JSON
        """Take one step and return what came of it, ``error`` if it failed."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"do": do, "client": self._client, **more}) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise PeerBroken(f"{self._client} ended without an answer")
        answer: Json = json.loads(line)
        return answer
