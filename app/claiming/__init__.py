"""How an award gets into a wallet: a claim link, an offer, its redemption, and a record of how that went.

Promises: whoever asks is given a copy of the award as it was said, never another one; a code that was used opens
nothing a second time; what a wallet did, and why it was refused, is told to staff in plain words and never holds a
secret or personal data. Never: HTTP, SQL, or a protocol's own spelling of an error (the doors have that).

Public: one module for each story; ``flight_recorder`` is the record.
"""
