"""Stories of a wallet that presents credentials to the open verifier (OpenID4VP 1.0).

Promises: asking writes nothing, so that nobody fills the records by asking; a question is good for minutes and for one
answer; an answer is believed for what ``verification`` says of it and nothing else; whoever asked sees the same report
as from ``POST /verify``, and nobody without the ticket does. Never: keeps what was presented.

Public: ``questions``.
"""
