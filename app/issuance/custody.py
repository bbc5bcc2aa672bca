"""What is on disk against what is on record: key files that no record names, and records whose file is not here.

A key that signs now and cannot is a flaw of its issuer (``office``). What is found here harms nobody yet: it says what
would, at the next rotation or restore.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.issuance.office import SERVICE_SLUG, Office
from app.keys import Backend, KeyName, KeyState, KeyUnknown, file_ref, name_of_ref
from app.store import awarding_bodies, issuers, signing_keys
from app.template.alliance import TEST_SLUG

INTEROP_PREFIX: Final = "interop-"
"""How the names of keys begin that the interop mode keeps in the test issuer's folder, without any record."""


@dataclass(frozen=True, slots=True)
class Custody:
    """Where disk and records differ.

    ``without_record`` are keys that the records know nothing of: left by an attempt that broke off, copied from
    elsewhere, or younger than a restored database. ``without_file`` are pre-published keys that cannot be activated on
    this machine.
    """

    without_record: Sequence[KeyName]
    without_file: Sequence[KeyName]


_MADE_HERE: Final = frozenset({Backend.FILE, Backend.PKCS11})
"""Where keys are under the names that we gave them; what else a remote service keeps is its own matter."""


async def compare_disk_and_records(office: Office) -> Custody:
    """Compare them.

    Raises:
        KeyringUnusable, SigningFailed: that cannot be found out now; the detail says why.
    """
    on_record: dict[str, KeyState] = {}
    of_others: set[str] = set()
    # The files first: a key that is made meanwhile is on disk before it is on record.
    on_disk = {ref for backend, ref in await office.custodian.names() if backend in _MADE_HERE and _is_ours(ref)}
    async with office.database.read() as connection:
        slugs = {body.id: body.slug for body in await awarding_bodies.list_all(connection)}
        for issuer in await issuers.list_all(connection):
            slug = slugs[issuer.awarding_body_id] if issuer.awarding_body_id else SERVICE_SLUG
            seals = await signing_keys.list_seals(connection, issuer.id)
            for key in (*await signing_keys.list_of_issuer(connection, issuer.id), *seals):
                if key.backend in _MADE_HERE:
                    on_record[key.backend_ref] = key.state
                if key.backend_ref != file_ref(slug, key.fragment):
                    # Enrolled under the name that somebody else gave it: there or not is seen at its activation.
                    of_others.add(key.backend_ref)
    announced = {ref for ref, state in on_record.items() if state is KeyState.PRE_PUBLISHED}
    return Custody(
        without_record=sorted(map(name_of_ref, on_disk - on_record.keys())),
        without_file=sorted(map(name_of_ref, announced - on_disk - of_others)),
    )


def _is_ours(ref: str) -> bool:
    """Whether a key has a name that we give, and is not one of the interop mode."""
    try:
        name = name_of_ref(ref)
    except KeyUnknown:
        return False
    return not (name.issuer == TEST_SLUG and name.fragment.startswith(INTEROP_PREFIX))
