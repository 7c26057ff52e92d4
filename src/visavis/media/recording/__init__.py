"""Recordings: the sound of all sides and the replica's picture, in a file that outlives a crash."""

from visavis.media.recording.movie import Codec as Codec
from visavis.media.recording.movie import Format as Format
from visavis.media.recording.movie import Movie as Movie
from visavis.media.recording.writer import HUNG as HUNG
from visavis.media.recording.writer import Writer as Writer
