"""The module ``daily`` of programs written for daily-python, on visavis."""

from visavis.daily import *  # noqa: F403
from visavis.daily import __all__ as __all__
