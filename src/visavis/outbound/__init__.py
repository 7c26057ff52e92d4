"""Requests to addresses that users name: webhooks, tools' APIs, token servers, documents.

Whoever may name an address could name one inside the operator's network; so all of them go through
``GuardedClient`` (docs/operations.md, "Requests to addresses that users name").
"""
