"""How long an epoch of the lecture's CNN takes in the studio, as a multiple of Keras alone.

``python -m tests.benchmarks.epoch_ratio --pairs 15`` runs bare, bare, command line, window, bare …
in turn and prints the median ratios to bare with their quartiles, beside the same for bare/bare. A
leg is two epochs in a process of its own; its second one counts, so that no tracing is in it.
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
from typing import Any

from tests.e2e.test_window_training import train_in_window

HERE = Path(__file__).parent
EPOCHS = 2


def bare() -> float:
    """Seconds of the second epoch of the bare script."""
    done = subprocess.run(
        [sys.executable, HERE / "bare_fit.py", "--epochs", str(EPOCHS)],
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
        options = ["--run-dir", str(run), "--epochs", str(EPOCHS)]
        cnnstudio("train", "sample:lecture-cnn", *options)
        return second_epoch(run)


def window() -> tuple[float, dict[str, Any]]:
    """The same in the real window with its live plots, and what else it says of the training.

    How late the window is, ``tests/full/test_lateness.py`` measures: the timer it does that with
    takes twice as much from the training as the window itself.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        project = folder / "two-epochs.cnnstudio"
        cnnstudio("new", "sample:lecture-cnn", "-o", str(project))
        content = json.loads(project.read_bytes())
        content["training"]["epochs"] = EPOCHS
        project.write_text(json.dumps(content), encoding="utf-8")
        [step] = train_in_window(folder, str(project), "quietly")["steps"]
        [run] = (path.parent for path in folder.rglob("checkpoints"))
        return second_epoch(run), step


def cnnstudio(*arguments: str) -> None:
    """Runs a verb of the command line."""
    subprocess.run(
        [sys.executable, "-m", "cnnstudio", *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        check=True,
    )


def second_epoch(run: Path) -> float:
    """Seconds from the first epoch's checkpoint to the second one's."""
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
    ratios: dict[str, list[float]] = {"bare/bare": [], "command line/bare": [], "window/bare": []}
    for pair in range(options.pairs):
        a, b, c, (d, said) = bare(), bare(), studio(), window()
        print(
            f"{pair + 1}: bare {a:.1f} and {b:.1f} s, command line {c:.1f} s, window {d:.1f} s "
            f"(first batch after {said['first_batch_seconds']:.2f} s)",
            flush=True,
        )
        for name, ratio in zip(ratios, (b / a, 2 * c / (a + b), 2 * d / (a + b)), strict=True):
            ratios[name].append(ratio)
    print(f"{os.cpu_count()} cores, batch size 64, float32")
    for name, measured in ratios.items():
        low, median, high = statistics.quantiles(measured, n=4)
        print(f"{name}: median {median:.3f}, quartiles {low:.3f} to {high:.3f}")


if __name__ == "__main__":
    main()
