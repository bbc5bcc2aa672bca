"""What must not be in the tree, whoever put it there."""

import json
import re

import pytest

from tests.house.tree import REPOSITORY, files

LOCKS = sorted((REPOSITORY / "requirements").glob("*.lock"))

# The layouts of package registries' addresses: an index, a content-addressed file, a Maven path, a tarball of npm.
REGISTRY_ADDRESS = re.compile(
    r"""https?://[^"\s]*(?:/simple(?:/|"|$)|/packages/[0-9a-f]{2}/|/maven2/|/-/[A-Za-z0-9@._-]+\.tgz)""", re.MULTILINE
)
# Folders that exist on one machine only.
MACHINE_PATH = re.compile(r"(?<![\w.-])/(?:work|root)/[\w.]")


@pytest.fixture(scope="module")
def tree():
    contents = {name: (REPOSITORY / name).read_bytes() for name in files()}
    return {
        name: content.decode("utf-8", errors="replace") for name, content in contents.items() if b"\0" not in content
    }


@pytest.mark.parametrize("pattern", [REGISTRY_ADDRESS, MACHINE_PATH], ids=["registry address", "path of one machine"])
def test_no_file_holds(pattern, tree):
    found = [
        f"{name}:{text.count(chr(10), 0, match.start()) + 1}: {match[0][:80]}"
        for name, text in tree.items()
        for match in pattern.finditer(text)
    ]
    assert found == []


def test_the_patterns_would_see_what_they_look_for():
    host = "https://registry.example"
    for address in ("/simple/pip/", "/packages/ab/cd/x.whl", "/maven2/a/b.jar", "/jsonld/-/jsonld-9.0.0.tgz"):
        assert REGISTRY_ADDRESS.search(host + address)
    assert not REGISTRY_ADDRESS.search("https://www.w3.org/ns/credentials/v2")
    assert MACHINE_PATH.search("see /wo" + "rk/main")
    assert not MACHINE_PATH.search("https://example.org/work/main")


@pytest.mark.parametrize("lock", LOCKS, ids=lambda path: path.name)
def test_each_locked_python_package_has_a_digest_and_no_address(lock):
    text = lock.read_text()
    assert "://" not in text
    entries = [entry for entry in re.split(r"^(?=[A-Za-z0-9])", text, flags=re.MULTILINE) if entry.strip()]
    assert entries
    assert [entry.partition(" ")[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("folder", ["interop", "browser"])
def test_each_locked_node_package_has_a_digest_and_no_address(folder):
    packages = json.loads((REPOSITORY / folder / "package-lock.json").read_bytes())["packages"]
    installed = {name: facts for name, facts in packages.items() if name}
    assert installed
    assert [name for name, facts in installed.items() if not facts.get("integrity", "").startswith("sha512-")] == []
    assert [name for name, facts in installed.items() if "resolved" in facts] == []


def test_the_locks_of_development_and_of_the_worker_hold_the_very_packages_of_the_runtime_lock():
    # `make demo` is content with an environment that `make test` has filled.
    def entries(name):
        text = (REPOSITORY / "requirements" / name).read_text()
        return {re.sub(r"\s*\\\n.*", "", entry, flags=re.DOTALL) for entry in re.split(r"\n(?=[A-Za-z0-9])", text)}

    assert entries("runtime.lock") - entries("development.lock") == set()
    # The image is made by the worker's, and serves.
    assert entries("runtime.lock") - entries("worker.lock") == set()
    assert entries("worker.lock") - entries("development.lock") == set()
