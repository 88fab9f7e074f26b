"""How long the code of a large network takes to write and to read.

``python -m tests.benchmarks.code_speed [--layers 1000]``
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import write_model_code
from tests.fakes.networks import long_chain

TIMES = 7


def fastest(do: Callable[[], object]) -> float:
    """Milliseconds, at best of some times."""
    found = []
    for _ in range(TIMES):
        started = time.perf_counter()
        do()
        found.append(1000 * (time.perf_counter() - started))
    return min(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layers", type=int, default=1000)
    network = long_chain(parser.parse_args().layers)
    analyse(network)
    code = write_model_code(network)
    print(f"{len(network.layers)} layers, {code.count(chr(10))} lines")
    print(f"written in {fastest(lambda: write_model_code(network)):.0f} ms")
    print(f"read in {fastest(lambda: read_code(code)):.0f} ms")


if __name__ == "__main__":
    main()
