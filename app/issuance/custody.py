"""What is on disk against what is on record: key files that no record names, and records whose file is not here.

A key that signs now and cannot is a flaw of its issuer (``office``). What is found here harms nobody yet: it says what
would, at the next rotation or restore.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from app.issuance.office import SERVICE_SLUG, Office
from app.keys import KeyName, KeyState
from app.store import awarding_bodies, issuers, signing_keys
from app.template.alliance import TEST_SLUG

INTEROP_PREFIX: Final = "interop-"
"""How the names of keys begin that the interop mode keeps in the test issuer's folder, without any record."""


@dataclass(frozen=True, slots=True)
class Custody:
    """Where disk and records differ.

    ``without_record`` are key files that the records know nothing of: left by an attempt that broke off, copied from
    elsewhere, or younger than a restored database. ``without_file`` are pre-published keys that cannot be activated on
    this machine.
    """

    without_record: Sequence[KeyName]
    without_file: Sequence[KeyName]


async def compare_disk_and_records(office: Office) -> Custody:
    """Compare them.

    Raises:
        KeyringUnusable: the folder of the keys, or one in it, cannot be read.
    """
    on_record: dict[KeyName, KeyState] = {}
    # The files first: a key that is made meanwhile is on disk before it is on record.
    on_disk = {name for name in office.keyring.names() if not _of_interop_mode(name)}
    async with office.database.read() as connection:
        slugs = {body.id: body.slug for body in await awarding_bodies.list_all(connection)}
        for issuer in await issuers.list_all(connection):
            slug = slugs[issuer.awarding_body_id] if issuer.awarding_body_id else SERVICE_SLUG
            seals = await signing_keys.list_seals(connection, issuer.id)
            for key in (*await signing_keys.list_of_issuer(connection, issuer.id), *seals):
                on_record[KeyName(slug, key.fragment)] = key.state
    announced = {name for name, state in on_record.items() if state is KeyState.PRE_PUBLISHED}
    return Custody(
        without_record=sorted(on_disk - on_record.keys()),
        without_file=sorted(announced - on_disk),
    )


def _of_interop_mode(name: KeyName) -> bool:
    return name.issuer == TEST_SLUG and name.fragment.startswith(INTEROP_PREFIX)
