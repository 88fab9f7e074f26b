"""A window without Qt: edits, undoes and saves a project until it is killed.

``python -m tests.fakes.editor PROJECT RECOVERY_FOLDER SEED DELAY``. Each edit is one epoch more
and is said with its time of the system's monotonic clock, as is each save.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

import msgspec

from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.storage.autosave import Autosave
from cnnstudio.core.storage.project_file import load_project, save_project
from cnnstudio.core.text import T


def say(what: str, number: int) -> None:
    print(what, number, time.monotonic(), flush=True)


def one_more(project: Project) -> Project:
    training = msgspec.structs.replace(project.training, epochs=project.training.epochs + 1)
    return msgspec.structs.replace(project, training=training)


def main(path: Path, root: Path, seed: int, delay: float) -> None:
    choices = random.Random(seed)
    document = Document(load_project(path))
    autosave = Autosave(root, lambda text: say(f"news: {text}", 0), delay=delay)

    def follow(_before: Project, after: Project) -> None:
        if document.modified:
            autosave.put(after)
        else:
            autosave.clear()

    document.subscribe(follow)
    autosave.begin(path)
    say("ready", document.project.training.epochs)
    while True:
        document.apply(one_more, T("Change the epochs"))
        project = document.project
        say("edit", project.training.epochs)
        if choices.random() < 0.2:
            autosave.saving(project, path)
            save_project(project, path)
            document.mark_saved(project)
            autosave.saved(path)
            say("save", project.training.epochs)
        time.sleep(choices.uniform(0, 2 * delay if choices.random() < 0.2 else 0.02))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4]))
