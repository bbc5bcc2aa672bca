"""SoftHSM: a real PKCS #11 library whose tokens are folders, so that a test can take one out and put it back."""

import functools
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest

from app.keys.pkcs11 import TokenPlace

LABEL = "tests"
PIN = "a user's PIN"


def module() -> Path | None:
    """Return the library, where Debian's package or another one has put it."""
    for folder in ("/usr/lib", "/usr/lib64", "/usr/local/lib"):
        for depth in ("softhsm", "*/softhsm"):
            found = sorted(Path(folder).glob(f"{depth}/libsofthsm2.so"))
            if found:
                return found[0]
    return None


needs_softhsm = [
    pytest.mark.softhsm,
    pytest.mark.skipif(
        module() is None or shutil.which("softhsm2-util") is None,
        reason="KEYS IN TOKENS WERE NOT TESTED: SoftHSM is not installed (Debian: apt-get install softhsm2)",
    ),
]


class SoftHsm:
    """One token in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._tokens = folder / "tokens"
        self._tokens.mkdir()
        self.configuration = folder / "softhsm2.conf"
        self.configuration.write_text(
            f"directories.tokendir = {self._tokens}\nobjectstore.backend = file\nlog.level = ERROR\n"
        )
        self.pin_file = folder / "pin"
        self.pin_file.write_text(PIN + "\n")
        self.pin_file.chmod(0o600)
        subprocess.run(
            ["softhsm2-util", "--init-token", "--free", "--label", LABEL, "--pin", PIN, "--so-pin", "an officer's PIN"],
            env={**os.environ, "SOFTHSM2_CONF": str(self.configuration)},
            check=True,
            capture_output=True,
        )

    @property
    def settings(self) -> dict[str, str]:
        """Return the environment of a signer process that uses it."""
        return {
            "SOFTHSM2_CONF": str(self.configuration),
            "PKCS11_MODULE": str(module()),
            "PKCS11_TOKEN": LABEL,
            "PKCS11_PIN_FILE": str(self.pin_file),
        }

    def take_out(self) -> None:
        """Take the token out."""
        self._tokens.rename(self._tokens.with_name("taken-out"))

    def put_back(self) -> None:
        """Put it back."""
        self._tokens.with_name("taken-out").rename(self._tokens)


@functools.cache
def of_this_process() -> TokenPlace:
    """Return the place of a token for this process. A library reads its configuration once, so there is one."""
    token = SoftHsm(Path(tempfile.mkdtemp()))
    os.environ["SOFTHSM2_CONF"] = str(token.configuration)
    library = module()
    assert library is not None
    return TokenPlace.read(library, LABEL, token.pin_file)
