"""A conversation in memory, in virtual time: scripted layers around the real core."""
