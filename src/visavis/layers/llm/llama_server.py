"""llama.cpp with its OpenAI-compatible HTTP server, as a process of its own.

``python -m visavis.layers.llm.llama_server --model FILE --name NAME`` takes its API key as the first line
of standard input (a command line is seen by every user of the machine), prints one JSON line with its address
when it can answer, and ends when standard input does: it never outlives the process that started it.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path
from typing import Any

LOOPBACK = "127.0.0.1"
PROMPT_CACHE_MIB = 256
"""Of memory at most for prompts of conversations that hold no slot now."""
LONGEST_ANSWER = 512
"""Tokens; a small model that loops must end some time."""
SHORTEST_REUSED = 32
"""Tokens of a run that is kept when what stood before it was dropped: a cut history is not read anew."""


def parameters(options: argparse.Namespace, api_key: str) -> Any:
    """What llama.cpp is told."""
    import xllamacpp

    params = xllamacpp.CommonParams()
    params.model.path = str(options.model)
    params.model_alias = {options.name}
    params.hostnames = [LOOPBACK]
    params.port = options.port
    params.api_keys = [api_key]
    params.n_parallel = options.slots
    params.n_ctx = options.slots * options.context
    params.n_predict = LONGEST_ANSWER
    params.n_gpu_layers = 0
    params.cpuparams.n_threads = options.threads
    params.cpuparams_batch.n_threads = options.threads
    params.cache_ram_mib = PROMPT_CACHE_MIB
    params.n_cache_reuse = SHORTEST_REUSED
    params.use_jinja = True
    params.ui = False
    params.endpoint_slots = False
    # Its log lines hold what users said.
    params.verbosity = -1
    return params


def main(arguments: list[str] | None = None) -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True, help="GGUF file")
    parser.add_argument("--name", required=True, help="model name that requests use")
    parser.add_argument("--port", type=int, default=0, help="0: a free one")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--slots", type=int, default=2, help="inferences at the same time")
    parser.add_argument("--context", type=int, default=4096, help="tokens a slot")
    options = parser.parse_args(arguments)
    api_key = sys.stdin.readline().strip()
    if not api_key:
        parser.error("no API key on standard input")
    report = os.fdopen(os.dup(sys.stdout.fileno()), "w")
    # Whatever the library prints must not be taken for the report.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())

    import xllamacpp

    server = xllamacpp.Server(parameters(options, api_key))
    print(json.dumps({"address": server.listening_address}), file=report, flush=True)
    sys.stdin.read()
    # The library's own shutdown waits for running inferences.
    os._exit(0)


if __name__ == "__main__":
    main()
