"""Recordings once their calls are over: copied to where they belong, told of, listed, removed."""

from visavis.server.recordings.destinations import Destinations as Destinations
from visavis.server.recordings.service import Recordings as Recordings
from visavis.server.recordings.service import recording_details as recording_details
from visavis.server.recordings.storage import StorageFailed as StorageFailed
