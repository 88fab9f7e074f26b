"""A real engine process with the real host and the real protocol, but without Keras.

Run as a script: ``fake_engine.py BEHAVIOUR --role run --backend … --log …``. BEHAVIOUR says how it
starts; what a job does stands in ``StartRun.project``, a word with an argument: ``"flood 10000"``.
"""

# ruff: noqa: ARG001 - every behaviour has the same signature
from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from cnnstudio.core.clipboard import write_clip
from cnnstudio.core.errors import BadInput
from cnnstudio.core.network import LayerNode, Link, Network
from cnnstudio.core.text import T
from cnnstudio.engine import host, log, main
from cnnstudio.engine.context import Cancelled, JobContext
from cnnstudio.engine.host import Handlers
from cnnstudio.protocol import version
from cnnstudio.protocol.messages import (
    BackboneBuilt,
    BuildBackbone,
    Device,
    Downloading,
    EpochEnd,
    Evaluate,
    Evaluated,
    Event,
    Phase,
    Predict,
    Predicted,
    Ready,
    RunEnded,
    RunStarted,
    StartRun,
)

STEPS = 20
CHECKPOINT = "checkpoint.txt"


def evaluate(job: Evaluate, context: JobContext, blob: bytes) -> Event:
    context.phase(Phase.ANSWERING)
    for _ in range(job.epoch):  # as many tenths of a second
        time.sleep(0.1)
        context.check_cancelled()
    return Evaluated(
        loss=0.3, accuracy=0.9, images_per_second=1000.0, confusion_matrix=((9, 1), (1, 9))
    )


def predict(job: Predict, context: JobContext, blob: bytes) -> Event:
    return Predicted(probabilities=tuple((0.25, 0.75) for _ in range(job.shape[0])))


def build_backbone(job: BuildBackbone, context: JobContext, blob: bytes) -> Event:
    """A network of two layers; VGG19 is downloaded for ever, VGG16 can't be had."""
    context.phase(Phase.ANSWERING)
    choice = job.choice
    if choice.name == "VGG16":
        raise BadInput(T("There is no way to {host}.", host="the server"))
    while choice.name == "VGG19":
        context.emit(Downloading(file="vgg19.h5", done=20_000_000, total=80_000_000))
        time.sleep(0.02)
        context.check_cancelled()
    layers = (
        LayerNode("n1", "input", "in", {"shape": [choice.size, choice.size, choice.channels]}),
        LayerNode("n2", "conv2d", "conv1", {"filters": 4, "kernel_size": [3, 3]}),
        LayerNode("n3", "re_lu", "relu", frozen=choice.frozen),
    )
    network = Network(layers, (Link("n1", "n2"), Link("n2", "n3")))
    return BackboneBuilt(layers=write_clip(network, network.by_id))


def start_run(job: StartRun, context: JobContext, blob: bytes) -> Event:
    word, _, argument = (job.project or "train").partition(" ")
    return RUNS[word](job, context, argument)


def train(job: StartRun, context: JobContext, argument: str, first: int = 0) -> Event:
    """Trains at `argument` seconds a batch: 0.002 unless given; goes on after epoch `first`."""
    pause = float(argument or 0.002)
    epochs = job.epochs or 2
    context.phase(Phase.PREPARING)
    context.emit(
        RunStarted(train=640, validation=64, steps=STEPS, epochs=epochs, initial_epoch=first)
    )
    context.phase(Phase.TRACING)
    done = first
    try:
        for epoch in range(first, epochs):
            for index in range(STEPS):
                time.sleep(pause)
                context.phase(Phase.BATCH)
                context.step(epoch * STEPS + index + 1)
                loss = 1.0 / (1 + epoch * STEPS + index)
                context.batch(epoch + 1, index, loss, 1 - loss, 32 / max(pause, 1e-6))
                context.wait_while_paused()
                context.check_cancelled()
            context.phase(Phase.VALIDATING)
            context.check_cancelled()
            save(job, context, f"epoch {epoch}")
            done += 1
            logs = {"loss": loss, "accuracy": 0.5, "val_loss": loss, "val_accuracy": float("nan")}
            context.emit(EpochEnd(epoch=epoch + 1, logs=logs, images_per_second=1000.0, best=True))
    except Cancelled:
        save(job, context, "cancelled")
        return RunEnded(stopped="cancelled", epochs=done, text=T("The run was stopped."))
    return RunEnded(stopped="finished", epochs=done)


def go_on(job: StartRun, context: JobContext, argument: str) -> Event:
    """Trains after the epoch that `argument` names."""
    return train(job, context, "", int(argument))


def save(job: StartRun, context: JobContext, content: str, seconds: float = 0.0) -> None:
    context.phase(Phase.SAVING)
    time.sleep(seconds)
    folder = Path(job.run_dir)
    folder.mkdir(parents=True, exist_ok=True)
    temporary = folder / "checkpoint.tmp"
    temporary.write_text(content)
    temporary.replace(folder / CHECKPOINT)


def save_slowly(job: StartRun, context: JobContext, argument: str) -> Event:
    """Begins a save of `argument` seconds at once."""
    save(job, context, "slow", float(argument))
    context.phase(Phase.BATCH)
    context.check_cancelled()
    return RunEnded(stopped="finished", epochs=1)


def stay_in(job: StartRun, context: JobContext, argument: str) -> Event:
    """Stays in the phase `argument` until it is cancelled."""
    context.phase(Phase(argument))
    while not context.cancelled:
        time.sleep(0.005)
    return RunEnded(stopped="cancelled", epochs=0)


def hang(job: StartRun, context: JobContext, argument: str) -> Event:
    """Never looks at its cancel; with "deaf" not at SIGTERM either."""
    if argument == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    context.phase(Phase.BATCH)
    while True:
        time.sleep(60)


def hear_and_hang(job: StartRun, context: JobContext, argument: str) -> Event:
    """Acknowledges its cancel and hangs."""
    context.phase(Phase.BATCH)
    while not context.cancelled:
        time.sleep(0.005)
    while True:
        time.sleep(60)


def spin(job: StartRun, context: JobContext, argument: str) -> Event:
    """Computes in Python without end."""
    context.phase(Phase.BATCH)
    while True:
        pass


def die(job: StartRun, context: JobContext, argument: str) -> Event:
    """Ends by the signal, or with the exit code, that `argument` names."""
    print("last words", flush=True)
    if argument.startswith("SIG"):
        os.kill(os.getpid(), getattr(signal, argument))
        time.sleep(60)
    if argument == "null":
        ctypes.string_at(0)
    os._exit(int(argument))


def print_much(job: StartRun, context: JobContext, argument: str) -> Event:
    """Prints `argument` megabytes, as a library in C would."""
    line = b"x" * 1023 + b"\n"
    for _ in range(int(argument)):
        os.write(1, line * 1024)
        print("and Python prints too")
    os.write(2, b"the end\n")
    time.sleep(2 * host.LOOK_SECONDS)
    return RunEnded(stopped="finished", epochs=0)


def flood(job: StartRun, context: JobContext, argument: str) -> Event:
    """Reports `argument` batches, ten thousand a second, in epochs of 25,000."""
    context.phase(Phase.BATCH)
    start = time.perf_counter()
    longest = 0.0
    for number in range(int(argument)):
        before = time.perf_counter()
        context.batch(1 + number // 25_000, number % 25_000, float(number), float("nan"), 1.0)
        longest = max(longest, time.perf_counter() - before)
        if number % 100 == 99:
            time.sleep(max(0.0, start + number / 10_000 - time.perf_counter()))
    spent = time.perf_counter() - start
    print("the flood is over", flush=True)
    return RunEnded(
        stopped="finished",
        epochs=0,
        text=T("{longest} {spent}", longest=longest, spent=spent),
    )


def fail(job: StartRun, context: JobContext, argument: str) -> Event:
    """Raises what `argument` names."""
    errors: dict[str, Exception] = {
        "bad_input": BadInput(T("The batch size of {name} is 0.", name="x")),
        "memory": MemoryError(),
        "value": ValueError("shapes differ"),
    }
    raise errors[argument]


def garbage(job: StartRun, context: JobContext, argument: str) -> Event:
    """Writes bytes that are no frame to the events' pipe."""
    context.phase(Phase.BATCH)
    os.write(EVENTS_FD, b"\x05\x00\x00\x00\x00\x00\x00\x00hello" if argument else b"\xff" * 100)
    time.sleep(60)
    raise AssertionError("nobody ended this engine")


def unknown(job: StartRun, context: JobContext, argument: str) -> Event:
    """Sends a message of a type that no client knows, then ends well."""
    body = b'{"type":"from_the_future","x":1}'
    os.write(EVENTS_FD, len(body).to_bytes(4, "little") + bytes(4) + body)
    return RunEnded(stopped="finished", epochs=0)


RUNS: dict[str, Callable[[StartRun, JobContext, str], Event]] = {
    "train": train,
    "go_on": go_on,
    "save_slowly": save_slowly,
    "stay_in": stay_in,
    "hang": hang,
    "hear_and_hang": hear_and_hang,
    "spin": spin,
    "die": die,
    "print": print_much,
    "flood": flood,
    "fail": fail,
    "garbage": garbage,
    "unknown": unknown,
}


def load(behaviour: str) -> tuple[Ready, Handlers]:
    word, _, argument = behaviour.partition(" ")
    if word == "slow_import":
        time.sleep(float(argument))
    elif word == "refuse":
        raise BadInput(T("There is no device {device}.", device=argument))
    elif word == "broken_import":
        raise ImportError("DLL load failed")
    elif word == "die":
        os._exit(int(argument))
    ready = Ready(
        backend="tensorflow",
        versions={"keras": "0.0"},
        devices=(Device(id="cpu", name="fake"),),
        device="cpu",
    )
    return ready, {
        StartRun: start_run,
        Evaluate: evaluate,
        Predict: predict,
        BuildBackbone: build_backbone,
    }


if __name__ == "__main__":
    behaviour = sys.argv[1]
    options = main.arguments().parse_args(sys.argv[2:])
    EVENTS_FD = os.dup(1)
    if behaviour == "no_hello":
        time.sleep(60)
    elif behaviour == "no_program":
        raise SystemExit("cannot open the program")
    elif behaviour == "wrong_version":
        version.PROTOCOL += 1
    main.run(
        options,
        lambda: load(behaviour),
        grace=float(os.environ.get("FAKE_ENGINE_GRACE", host.GRACE_SECONDS)),
        log_cap=int(os.environ.get("FAKE_ENGINE_LOG_CAP", log.LOG_CAP)),
    )
