"""What the service does for an awarding body: publish offerings, issue, replace, change a status, publish status lists.

Promises: nothing is half done. A credential leaves only after it is durably stored with its status entry, and only
after its proofs were checked with the public keys; a retry gets the first answer again; a status change is in the
published list before it is confirmed. One awarding body can neither see nor touch what belongs to another.
Never: no HTTP, no SQL, no cryptography of its own; the clock and the database come in with the :class:`Office`.

Public: ``office`` (what every story needs), ``setup`` (deployment, awarding bodies, key ceremonies), ``access`` (API
keys), ``offerings``, ``issue``, ``repeating`` (idempotency), ``replace``, ``change_status``, ``publish_status``,
``records`` (what is told about a credential), ``forms`` (its bytes).
"""
