"""d"""


def talk() -> None:
    """D."""
