"""What people and wallets fetch in the open: a credential at its address, the catalogue, explanations, identifiers.

Promises: the bytes that were signed leave verbatim; a person who follows the same address gets a page that says the
same; nothing here needs JavaScript, and no page asks another host for anything. Never: a rule or a signature.

Public: one module per kind of address with ``router``.
"""
