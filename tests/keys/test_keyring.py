import gc
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import traceback
import weakref
from pathlib import Path

import pytest

from app.errors import ServiceError
from app.keys import (
    Algorithm,
    KeyExists,
    KeyName,
    Keyring,
    KeyringUnusable,
    KeyUnknown,
    MasterSecret,
    MasterSecretWrong,
    ScryptCost,
)

CHEAP = ScryptCost(n=2**14)
SECRET = MasterSecret(b"a master secret of tests, long enough")


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "keys"


@pytest.fixture
def keyring(folder):
    return Keyring.create(folder, SECRET, cost=CHEAP)


def open_with_every_key(folder):
    keyring = Keyring.open(folder, SECRET)
    for name in keyring.names():
        keyring.signer(name.issuer, name.fragment)
    return keyring


def key_file(folder):
    return folder / "test" / "ed25519-2026-1.json"


@pytest.fixture
def one_key(keyring):
    return keyring.generate("test", "ed25519-2026-1", Algorithm.ED25519)


async def test_a_key_made_once_signs_after_every_start(folder, keyring):
    public_keys = {
        algorithm: keyring.generate("tu-berlin", f"key-{number}", algorithm)
        for number, algorithm in enumerate(Algorithm)
    }
    reopened = Keyring.open(folder, SECRET)

    for number, algorithm in enumerate(Algorithm):
        signer = reopened.signer("tu-berlin", f"key-{number}")
        assert signer.public_key == public_keys[algorithm]
        assert signer.public_key.verify(await signer.sign(b"m"), b"m")
    assert reopened.names() == [KeyName("tu-berlin", f"key-{number}") for number in range(3)]


def test_a_wrong_secret_gives_one_clear_error(folder, keyring, one_key):
    with pytest.raises(MasterSecretWrong, match=r"does not open .*keyring\.json"):
        Keyring.open(folder, MasterSecret(b"another secret, which is long enough"))


def test_nothing_readable_is_on_disk(folder, keyring, one_key):
    files = [path for path in folder.rglob("*") if path.is_file()]

    assert {path.name for path in files} == {"keyring.json", "ed25519-2026-1.json"}
    for path in files:
        assert path.stat().st_mode & 0o777 == 0o600
        assert b"PRIVATE" not in path.read_bytes()
        assert SECRET.value not in path.read_bytes()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert key_file(folder).parent.stat().st_mode & 0o777 == 0o700


def test_a_key_is_never_overwritten(folder, keyring, one_key):
    before = key_file(folder).read_bytes()

    with pytest.raises(KeyExists):
        keyring.generate("test", "ed25519-2026-1", Algorithm.P256)
    with pytest.raises(KeyringUnusable, match="keyring in"):
        Keyring.create(folder, SECRET, cost=CHEAP)

    assert key_file(folder).read_bytes() == before
    assert keyring.signer("test", "ed25519-2026-1").public_key == one_key


def test_of_many_that_make_the_same_key_at_once_one_wins_and_all_use_its_key(folder, keyring):
    rings = [Keyring.open(folder, SECRET) for _ in range(8)]
    made, refused = [], []

    def generate(ring):
        try:
            made.append(ring.generate("test", "k", Algorithm.ED25519))
        except KeyExists:
            refused.append(ring)

    threads = [threading.Thread(target=generate, args=(ring,)) for ring in rings]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(made) == 1
    assert len(refused) == 7
    assert {ring.signer("test", "k").public_key for ring in rings} == set(made)
    assert not list(folder.rglob("*.tmp"))


def test_a_key_that_another_process_has_made_is_found_without_a_restart(folder, keyring):
    running = Keyring.open(folder, SECRET)
    public_key = keyring.generate("test", "later", Algorithm.P256)

    assert running.signer("test", "later").public_key == public_key


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660, 0o644, 0o620])
@pytest.mark.parametrize("which", ["keyring", "key"])
def test_a_file_open_to_others_is_refused_with_the_command_that_helps(folder, keyring, one_key, mode, which):
    path = key_file(folder) if which == "key" else folder / "keyring.json"
    path.chmod(mode)

    with pytest.raises(KeyringUnusable, match=f"chmod 600 {path}"):
        open_with_every_key(folder)


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o722])
def test_a_folder_that_others_may_write_to_is_refused(folder, keyring, one_key, mode):
    for path in (folder, key_file(folder).parent):
        path.chmod(mode)
        with pytest.raises(KeyringUnusable, match=f"chmod 700 {path}"):
            open_with_every_key(folder)
        path.chmod(0o700)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_refused(folder, keyring, one_key):
    os.chown(key_file(folder), 12345, -1)
    with pytest.raises(KeyringUnusable, match="another user"):
        open_with_every_key(folder)
    os.chown(key_file(folder), 0, -1)
    os.chown(folder, 12345, -1)
    with pytest.raises(KeyringUnusable, match="another user"):
        open_with_every_key(folder)


def test_a_symbolic_link_a_folder_or_a_pipe_in_place_of_a_key_file_is_refused(folder, keyring, one_key, tmp_path):
    path = key_file(folder)
    moved = tmp_path / "elsewhere.json"
    shutil.move(path, moved)
    for make in (lambda: path.symlink_to(moved), path.mkdir, lambda: os.mkfifo(path, 0o600)):
        make()
        with pytest.raises(KeyringUnusable):
            open_with_every_key(folder)
        path.rmdir() if path.is_dir() and not path.is_symlink() else path.unlink()


def test_a_symbolic_link_in_place_of_the_keyring_file_is_refused(folder, keyring, tmp_path):
    shutil.move(folder / "keyring.json", tmp_path / "elsewhere.json")
    (folder / "keyring.json").symlink_to(tmp_path / "elsewhere.json")
    with pytest.raises(KeyringUnusable):
        Keyring.open(folder, SECRET)


def test_no_secret_stands_in_a_message_or_in_the_text_of_anything_that_holds_one(folder, keyring, one_key):
    path, secrets = key_file(folder), [SECRET.value.decode()]
    good, root = path.read_bytes(), (folder / "keyring.json").read_bytes()
    secrets += [json.loads(good)["sealed"], json.loads(root)["rootKey"], keyring.derive("x").hex()]
    said = [repr(keyring), repr(SECRET), repr(keyring.signer("test", "ed25519-2026-1")), repr(keyring.data_cipher())]

    def note(attempt):
        with pytest.raises(ServiceError) as refused:
            attempt()
        error = refused.value
        said.extend([str(error), repr(error), error.detail, "".join(traceback.format_exception(error))])

    for content in (b"", good[:200], good.replace(b"Ed25519", b"P-256"), good[:-40] + b"A" * 36 + good[-4:]):
        path.write_bytes(content)
        note(lambda: open_with_every_key(folder))
    path.write_bytes(good)
    path.chmod(0o644)
    note(lambda: open_with_every_key(folder))
    note(lambda: Keyring.open(folder, MasterSecret(b"another secret, which is long enough")))
    note(lambda: keyring.data_cipher().unwrap(b"\x01" + b"x" * 60, b"place"))
    for secret in secrets:
        assert not any(secret in text for text in said)


def test_a_key_file_does_not_open_under_another_name(folder, keyring, one_key):
    keyring.generate("tu-berlin", "ed25519-2026-1", Algorithm.ED25519)
    shutil.copy(key_file(folder), folder / "tu-berlin" / "ed25519-2026-1.json")

    with pytest.raises(KeyringUnusable, match="changed or renamed"):
        open_with_every_key(folder)


def test_a_key_file_of_another_keyring_does_not_open(folder, keyring, one_key, tmp_path):
    other = Keyring.create(tmp_path / "other", SECRET, cost=CHEAP)
    other.generate("test", "ed25519-2026-1", Algorithm.ED25519)
    shutil.copy(tmp_path / "other" / "test" / "ed25519-2026-1.json", key_file(folder))

    with pytest.raises(KeyringUnusable, match="another keyring"):
        open_with_every_key(folder)


def test_no_single_changed_member_of_any_file_goes_unnoticed(folder, keyring, one_key):
    def leaves(value, path=()):
        if isinstance(value, dict):
            for key, item in value.items():
                yield from leaves(item, (*path, key))
        else:
            yield path, value

    for path in (folder / "keyring.json", key_file(folder)):
        original = path.read_bytes()
        for steps, value in leaves(json.loads(original)):
            others = [None, [], "", 10**9, "A" * 44, 8.0]
            if isinstance(value, str):
                others += [value[:-1], value + "A", ("B" if value[0] != "B" else "C") + value[1:]]
            for other in others:
                if type(other) is type(value) and other == value:
                    continue
                members = json.loads(original)
                place = members
                for step in steps[:-1]:
                    place = place[step]
                place[steps[-1]] = other
                path.write_bytes(json.dumps(members).encode())
                with pytest.raises(KeyringUnusable):
                    open_with_every_key(folder)
        path.write_bytes(original)
    open_with_every_key(folder)


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"null", b"{}", b'{"format":2}', b"\xff", b" " * 20_000])
def test_a_damaged_file_is_named(folder, keyring, one_key, content):
    for path in (key_file(folder), folder / "keyring.json"):
        path.write_bytes(content)
        with pytest.raises(KeyringUnusable, match=path.name):
            open_with_every_key(folder)


def test_left_over_temporary_files_and_other_things_in_the_folder_do_no_harm(folder, keyring, one_key):
    (folder / "README.md").write_text("words")
    (folder / ".keyring.json.0.tmp").write_text("half")
    (key_file(folder).parent / ".x.json.0.tmp").write_text("half")
    (key_file(folder).parent / "notes.txt").write_text("words")

    assert Keyring.open(folder, SECRET).names() == [KeyName("test", "ed25519-2026-1")]


def test_one_bad_key_file_leaves_the_others_usable(folder, keyring, one_key):
    other = keyring.generate("tu-berlin", "ed25519-2026-1", Algorithm.ED25519)
    key_file(folder).write_bytes(b"{}")

    reopened = Keyring.open(folder, SECRET)

    assert reopened.signer("tu-berlin", "ed25519-2026-1").public_key == other
    with pytest.raises(KeyringUnusable):
        reopened.signer("test", "ed25519-2026-1")


def test_a_key_file_that_is_put_back_is_used_without_a_restart(folder, keyring, one_key, tmp_path):
    reopened = Keyring.open(folder, SECRET)
    shutil.move(key_file(folder), tmp_path / "aside.json")
    with pytest.raises(KeyUnknown):
        reopened.signer("test", "ed25519-2026-1")
    shutil.move(tmp_path / "aside.json", key_file(folder))

    assert reopened.signer("test", "ed25519-2026-1").public_key == one_key


def test_a_private_key_that_is_not_needed_leaves_the_memory(folder, keyring, one_key):
    keyring.generate("tu-berlin", "k", Algorithm.P256)
    gone = weakref.ref(keyring.signer("test", "ed25519-2026-1"))
    kept = weakref.ref(keyring.signer("tu-berlin", "k"))

    keyring.keep_only({KeyName("tu-berlin", "k")})
    gc.collect()

    assert gone() is None
    assert keyring.signer("tu-berlin", "k") is kept()
    assert keyring.signer("test", "ed25519-2026-1").public_key == one_key


def test_what_the_system_says_about_a_file_becomes_a_flaw_of_the_key_and_no_defect(folder, keyring, one_key):
    shutil.rmtree(folder / "test")
    (folder / "test").write_text("a file where a folder was")
    with pytest.raises(KeyUnknown):
        Keyring.open(folder, SECRET).signer("test", "ed25519-2026-1")


@pytest.mark.parametrize("name", ["", "..", "a/b", "../x", "A", "a--b", "-a", "a.b", "ä", "a\n", "x" * 65])
def test_a_name_that_could_leave_its_folder_is_no_name(keyring, name):
    for issuer, fragment in ((name, "k"), ("test", name)):
        with pytest.raises(KeyUnknown):
            keyring.generate(issuer, fragment, Algorithm.ED25519)
        with pytest.raises(KeyUnknown):
            keyring.signer(issuer, fragment)


def test_an_unknown_key_is_not_found(keyring):
    with pytest.raises(KeyUnknown):
        keyring.signer("test", "never-made")


def test_a_destroyed_key_is_gone_from_memory_and_disk(folder, keyring, one_key):
    keyring.destroy("test", "ed25519-2026-1")

    assert not key_file(folder).exists()
    with pytest.raises(KeyUnknown):
        keyring.signer("test", "ed25519-2026-1")
    with pytest.raises(KeyUnknown):
        keyring.destroy("test", "ed25519-2026-1")


def test_the_master_secret_can_change_and_the_keys_stay(folder, keyring, one_key):
    new = MasterSecret.generate()
    with pytest.raises(MasterSecretWrong):
        Keyring.change_master_secret(folder, new, SECRET, cost=CHEAP)
    Keyring.change_master_secret(folder, SECRET, new, cost=CHEAP)

    assert Keyring.open(folder, new).signer("test", "ed25519-2026-1").public_key == one_key
    assert Keyring.open(folder, new).derive("x") == keyring.derive("x")
    with pytest.raises(MasterSecretWrong):
        Keyring.open(folder, SECRET)
    assert (folder / "keyring.json").stat().st_mode & 0o777 == 0o600


def test_derived_keys_are_stable_for_one_deployment_and_purpose_and_differ_otherwise(folder, keyring, tmp_path):
    other = Keyring.create(tmp_path / "other", SECRET, cost=CHEAP)

    assert keyring.derive("status-order") == Keyring.open(folder, SECRET).derive("status-order")
    assert len({keyring.derive("a"), keyring.derive("b"), other.derive("a"), other.derive("b")}) == 4
    with pytest.raises(ValueError, match="purpose"):
        keyring.derive("a/b")


def test_a_missing_keyring_is_said_to_be_missing(folder):
    assert not Keyring.exists(folder)
    with pytest.raises(KeyringUnusable, match="cannot be read"):
        Keyring.open(folder, SECRET)
    folder.mkdir(mode=0o700)
    with pytest.raises(KeyringUnusable, match="There is no key file"):
        Keyring.open(folder, SECRET)
    Keyring.create(folder, SECRET, cost=CHEAP)
    assert Keyring.exists(folder)


def test_a_folder_that_cannot_be_made_is_said_to_be_so(tmp_path):
    (tmp_path / "file").write_text("x")
    with pytest.raises(KeyringUnusable):
        Keyring.create(tmp_path / "file", SECRET, cost=CHEAP)
    with pytest.raises(KeyringUnusable):
        Keyring.create(tmp_path / "file" / "keys", SECRET, cost=CHEAP)


@pytest.mark.parametrize("cost", [{"n": 2**13}, {"n": 2**21}, {"n": 2**17 + 1}, {"r": 4}, {"p": 0}, {"p": 5}])
def test_a_scrypt_cost_outside_the_accepted_range_is_refused(cost):
    with pytest.raises(KeyringUnusable):
        ScryptCost(**cost)


def test_the_default_cost_is_the_decided_one(folder):
    Keyring.create(folder, SECRET)

    stretching = json.loads((folder / "keyring.json").read_bytes())["stretching"]
    assert (stretching["name"], stretching["n"], stretching["r"], stretching["p"]) == ("scrypt", 131072, 8, 1)


def test_a_generated_secret_has_256_bits_and_is_never_shown():
    first, second = MasterSecret.generate(), MasterSecret.generate()

    assert first != second
    assert len(first.value) == 43
    assert first.value.decode() not in repr(first)


@pytest.mark.parametrize("end", [b"", b"\n", b"\r\n"])
def test_one_line_end_after_the_secret_is_not_part_of_it(tmp_path, end):
    path = tmp_path / "master.secret"
    path.write_bytes(SECRET.value + end)
    path.chmod(0o600)

    assert MasterSecret.read(path) == SECRET


def test_a_secret_is_written_once_closed_to_others_and_read_back(tmp_path):
    path = tmp_path / "secrets" / "master.secret"
    SECRET.write(path)

    assert path.stat().st_mode & 0o777 == 0o600
    assert MasterSecret.read(path) == SECRET
    with pytest.raises(KeyringUnusable, match="left as it is"):
        MasterSecret.generate().write(path)
    assert MasterSecret.read(path) == SECRET


def test_a_secret_that_is_missing_short_or_open_is_refused(tmp_path):
    path = tmp_path / "master.secret"
    with pytest.raises(KeyringUnusable, match="There is no master secret file"):
        MasterSecret.read(path)
    path.write_bytes(b"short\n")
    path.chmod(0o600)
    with pytest.raises(KeyringUnusable, match="shorter than 32"):
        MasterSecret.read(path)
    path.write_bytes(SECRET.value)
    path.chmod(0o644)
    with pytest.raises(KeyringUnusable, match=f"chmod 600 {path}"):
        MasterSecret.read(path)
    with pytest.raises(KeyringUnusable, match="not a regular file"):
        MasterSecret.read(tmp_path)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
def test_a_secret_mounted_by_the_platform_is_read_by_the_services_user():
    """Container platforms mount secrets as links to files of root; the process is somebody else."""
    script = (
        "import os, sys; from pathlib import Path; from app.keys import MasterSecret; os.setuid(12345)\n"
        "print(len(MasterSecret.read(Path(sys.argv[1])).value))"
    )
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        path, link = folder / "mounted", folder / "master.secret"
        path.write_bytes(SECRET.value)
        link.symlink_to(path)
        for mode, accepted in ((0o444, True), (0o644, True), (0o646, False)):
            path.chmod(mode)
            answer = subprocess.run([sys.executable, "-c", script, link], capture_output=True, text=True, check=False)
            assert (answer.stdout.strip() == str(len(SECRET.value))) is accepted, answer.stderr
