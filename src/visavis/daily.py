"""``from visavis import daily``: programs written for ``daily-python`` change only this import."""

from visavis.client.daily import *  # noqa: F403
from visavis.client.daily import __all__ as __all__
