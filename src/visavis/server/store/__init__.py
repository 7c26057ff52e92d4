"""Conversations and personas in a database."""
