"""``cnnstudio`` without a verb: trains the lecture's CNN and shows what it learned."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from cnnstudio.cli.console import Console
from cnnstudio.cli.evaluate import lines, measure
from cnnstudio.cli.predict import ask, likeliest
from cnnstudio.cli.training import follow
from cnnstudio.core.data.datasets import dataset_of
from cnnstudio.core.scores import class_scores
from cnnstudio.core.storage.places import runs_folder
from cnnstudio.core.storage.project_file import encode_project
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.storage.samples import load_project_argument
from cnnstudio.core.text import T
from cnnstudio.decode.sets import load_pool
from cnnstudio.protocol.messages import StartRun

SAMPLE = "sample:lecture-cnn"


def run(console: Console) -> int:
    """Trains, evaluates and asks the network about one test picture of each class."""
    project = load_project_argument(SAMPLE)
    path = runs_folder() / f"lecture-cnn {datetime.now():%Y-%m-%d %H.%M.%S}"
    console.say(
        T(
            "The lecture's CNN learns to tell ten kinds of clothes apart, from the Fashion-MNIST "
            "that comes with CNN Studio. Ctrl-C stops and keeps what was learned."
        )
    )
    request = StartRun(run_dir=str(path), project=encode_project(project).decode())
    code = follow(request, console, backend="tensorflow", device="auto")
    if code:
        return code
    folder = RunFolder.open(path)
    epoch = folder.best_epoch()
    assert epoch is not None  # a finished run has a checkpoint
    measured = measure(folder, epoch, "test", console)
    test = load_pool(dataset_of(project.data), "test")
    chosen = np.array([np.flatnonzero(test.labels == label)[0] for label in np.unique(test.labels)])
    predicted = ask(folder, epoch, test.pictures[chosen], console)
    if measured is None or predicted is None:
        return 130
    classes = dataset_of(project.data).classes
    console.say(
        T(
            "On 10,000 pictures it has never seen, {share} of its answers are right.",
            share=f"{measured.accuracy:.1%}",
        )
    )
    answers = [
        console.text(
            T(
                "Test picture {index}, {name}: {answer}",
                index=str(index),
                name=classes[int(test.labels[index])],
                answer=likeliest(row, classes, console),
            )
        )
        for index, row in zip(chosen, predicted.probabilities, strict=True)
    ]
    console.result(
        {"run": str(path), "accuracy": measured.accuracy},
        [*answers, "", *lines(class_scores(measured.confusion_matrix), classes, console)],
    )
    console.say(
        T(
            "Next: cnnstudio predict “{run}” PICTURE asks it about a picture of yours; cnnstudio "
            "--help shows the rest.",
            run=str(path),
        )
    )
    return 0
