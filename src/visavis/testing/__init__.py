"""Helpers for tests of visavis and of applications."""
