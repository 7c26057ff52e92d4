"""What must hold in every conversation of every case; each rule is a numbered case of its own."""

from __future__ import annotations

# Each module registers its rules.
from visavis.testing.conformance.invariants import envelope, speech, streaming, tools
from visavis.testing.conformance.invariants.registry import INVARIANTS, Invariant, looked_at

__all__ = ["INVARIANTS", "Invariant", "envelope", "looked_at", "speech", "streaming", "tools"]
