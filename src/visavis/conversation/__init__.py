"""The pure core: inputs in, effects out. No I/O, no clock, no task."""
