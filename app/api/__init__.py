"""The REST API: the door for student-information systems and for verifiers.

Promises: one router per resource; every failure leaves as one problem document (RFC 9457) with every finding at once;
answers that are signed or stored bytes leave verbatim. Never: a rule, a signature or SQL in here; a door translates.

Public: ``problems`` (errors to HTTP), ``requests`` (bodies and callers), and one module per resource with ``router``.
"""
