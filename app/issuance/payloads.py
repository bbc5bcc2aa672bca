"""The payload of a secured form: what was signed, wherever it is kept.

A credential that was signed as it was stored is not stored twice: its signed bytes are those of the payload with one
member more at the end, so the payload is read out of them. Whatever had to wait for a signature keeps its payload.
"""

from app.issuance.moulds import without_proof
from app.issuance.office import sealed_place
from app.keys import DataCipher, DataKey
from app.store.secured_forms import WITHIN_CONTENT, SecuredForm


def payload_of(form: SecuredForm, data_key: DataKey) -> bytes:
    """Return the payload of ``form``.

    Raises:
        EnvelopeBroken: what is stored is not what was stored.
    """
    if form.payload != WITHIN_CONTENT:
        return DataCipher.open(data_key, form.payload, sealed_place("secured_form", "payload", form.id))
    assert form.content is not None
    return without_proof(DataCipher.open(data_key, form.content, sealed_place("secured_form", "content", form.id)))
