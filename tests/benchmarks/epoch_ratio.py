"""How long an epoch of the lecture's CNN takes in the studio, as a multiple of Keras alone.

``python tests/benchmarks/epoch_ratio.py --pairs 15`` runs bare, bare, studio, studio … in turn and
prints the median ratio studio/bare with its quartiles, beside the same for bare/bare. A leg is
two epochs in a process of its own; its second one counts, so that tracing is left out of both.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def bare() -> float:
    """Seconds of the second epoch of the bare script."""
    done = subprocess.run(
        [sys.executable, HERE / "bare_fit.py", "--epochs", "2"],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        check=True,
    )
    seconds: list[float] = json.loads(done.stdout)["epoch_seconds"]
    return seconds[-1]


def studio() -> float:
    """Seconds of the second epoch of ``cnnstudio train``, its checkpoint included."""
    with tempfile.TemporaryDirectory() as folder:
        run = Path(folder) / "run"
        options = ["--run-dir", str(run), "--epochs", "2"]
        subprocess.run(
            [sys.executable, "-m", "cnnstudio", "train", "sample:lecture-cnn", *options],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            check=True,
        )
        first, second = (
            (run / "checkpoints" / name / "weights.npz").stat().st_mtime
            for name in ("epoch-0001", "epoch-0002")
        )
        return second - first


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=15)
    options = parser.parse_args()
    bare()  # warms the disk cache
    same, ours = [], []
    for pair in range(options.pairs):
        a, b, c = bare(), bare(), studio()
        same.append(b / a)
        ours.append(c / ((a + b) / 2))
        print(f"pair {pair + 1}: bare {a:.1f} s, bare {b:.1f} s, studio {c:.1f} s", flush=True)
    print(f"{os.cpu_count()} cores, batch size 64, float32")
    for name, ratios in (("bare/bare", same), ("studio/bare", ours)):
        low, median, high = statistics.quantiles(ratios, n=4)
        print(f"{name}: median {median:.3f}, quartiles {low:.3f} to {high:.3f}")


if __name__ == "__main__":
    main()
