"""Reproducible measurements: ``python -m benchmarks``, or one alone, ``python -m benchmarks.latency``.

Each prints a table and writes JSON into ``benchmarks/results``. Nothing here passes or fails.
"""
