"""Wallet protocols as HTTP: the doors through which wallets come.

Promises: wallets are answered in the words of their protocol (OpenID4VCI 1.0, RFC 6749, RFC 9449), with the very
characters that it allows. Never: a rule, a signature or SQL; the stories are in ``claiming``.

Public: a router for each protocol.
"""
