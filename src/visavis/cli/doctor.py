"""Whether this machine has what a server needs."""


def doctor() -> None:
    """Check what a server needs."""
