"""What docs/integrator-guide.md shows of public tools runs as it stands there, and refuses what was altered."""

import hashlib
import json
import re
import subprocess

import pytest

from interop import peers

GUIDE = (peers.HERE.parent / "docs" / "integrator-guide.md").read_text(encoding="utf-8")
SHOWN = re.findall(r"```(js|python)\n(.*?)```", GUIDE, re.DOTALL)
RECEIPT = [shown for shown in SHOWN if "'receipt.jwt'" in shown[1]]
LIST = [shown for shown in SHOWN if re.search(r"['\"]members\.jwt['\"]", shown[1])]


def run(folder, shown):
    language, source = shown
    file = folder / f"shown.{'mjs' if language == 'js' else 'py'}"
    file.write_text(source, encoding="utf-8")
    command = ["node", file] if language == "js" else [peers.OPENVC_PYTHON, file]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=False)


def altered(token):
    """The same token with another signature."""
    covered, _, signature = token.rpartition(".")
    return f"{covered}.{'B' if signature[0] == 'A' else 'A'}{signature[1:]}"


@pytest.fixture
def folder(service, tmp_path):
    """A folder with what a reader of the guide has saved, and the packages of npm."""
    (tmp_path / "node_modules").symlink_to(peers.HERE / "node_modules", target_is_directory=True)
    (tmp_path / "did.json").write_text(service.client.get("/.well-known/did.json").raise_for_status().text)
    return tmp_path


@pytest.mark.parametrize("shown", RECEIPT, ids=[language for language, _ in RECEIPT])
def test_a_receipt_is_checked_as_the_guide_shows(service, issued, folder, shown):
    credential = json.dumps(next(iter(issued.values())).vcdm2).encode()
    receipt = service.client.post("/verify/receipt", content=credential).raise_for_status().text
    (folder / "receipt.jwt").write_text(receipt)
    done = run(folder, shown)
    assert (done.returncode, done.stdout.split()) == (0, ["valid", hashlib.sha256(credential).hexdigest()]), done.stderr
    (folder / "receipt.jwt").write_text(altered(receipt))
    assert run(folder, shown).returncode != 0
    # Whatever else the service signs is no receipt.
    (folder / "receipt.jwt").write_text(service.client.get("/trust/members.jwt").raise_for_status().text)
    assert run(folder, shown).returncode != 0


@pytest.mark.parametrize("shown", LIST, ids=[language for language, _ in LIST])
def test_the_trust_list_is_checked_as_the_guide_shows(service, folder, shown):
    trust_list = service.client.get("/trust/members.jwt").raise_for_status().text
    says = service.client.get("/trust/members.json").raise_for_status().json()
    (folder / "members.jwt").write_text(trust_list)
    done = run(folder, shown)
    expected = [str(says["version"]), *(member["slug"] for member in says["members"])]
    assert (done.returncode, done.stdout.split()) == (0, expected), done.stderr
    (folder / "members.jwt").write_text(altered(trust_list))
    assert run(folder, shown).returncode != 0


def test_the_guide_shows_both_for_each_tool():
    assert [language for language, _ in RECEIPT] == ["js"]
    assert [language for language, _ in LIST] == ["js", "python"]
