"""Perception in a live conversation: looks at who shows themselves, listens to how they speak, tells it."""

from visavis.session.perceiving.perceiver import Perceiver

__all__ = ["Perceiver"]
