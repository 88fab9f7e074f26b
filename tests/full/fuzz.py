"""Fuzzing guided by coverage: what reads foreign text gives a value or a typed error, nothing else.

``python -m tests.full.fuzz code|config|project [--minutes 60] [--corpus FOLDER]``

It ends well after its time, or at the first text that crashes, takes longer than ten seconds or
more than 2 GB; that text is then left in the folder. Needs ``pip install -e '.[fuzz]'`` (atheris).
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

LONGEST = 4096  # bytes; longer texts only slow the search down
MOST_SECONDS = 10
MOST_MEGABYTES = 2048

Reader = Callable[[str], object]


def code_reader() -> Reader:
    """What ``cnnstudio import FILE.py`` does with a text."""
    from cnnstudio.core.code.reading.project import project_of
    from cnnstudio.core.code.reading.reader import read_code

    return lambda text: project_of(read_code(text), "fuzzed")


def config_reader() -> Reader:
    """What the inspector does with a model's configuration."""
    from cnnstudio.core.models.parsing import parse_config
    from cnnstudio.core.models.translating import translate_model

    return lambda text: translate_model(parse_config(text, "config.json"))


def project_reader() -> Reader:
    """What opening a project file does, its analysis included; what opens can be saved."""
    from cnnstudio.core.analysis import analyse
    from cnnstudio.core.storage.project_file import decode_project, encode_project

    def read(text: str) -> None:
        project = decode_project(text, "fuzzed.cnnstudio")
        analyse(project.network)
        encode_project(project)

    return read


READERS = {"code": code_reader, "config": config_reader, "project": project_reader}


def seeds(what: str) -> list[str]:
    """Texts to begin with."""
    from cnnstudio.core.code.writer import write_model_code
    from cnnstudio.core.storage.project_file import encode_project
    from cnnstudio.core.storage.samples import PREFIX, load_project_argument, sample_names

    projects = [load_project_argument(PREFIX + name) for name in sample_names()]
    if what == "code":
        return [write_model_code(project.network) for project in projects]
    if what == "project":
        return [encode_project(project).decode() for project in projects]
    layers = [
        {"class_name": "InputLayer", "config": {"batch_shape": [None, 8, 8, 1], "name": "in"}},
        {"class_name": "Conv2D", "config": {"filters": 4, "kernel_size": [3, 3], "name": "conv"}},
        {"class_name": "Dense", "config": {"units": 10, "activation": "softmax", "name": "out"}},
    ]
    plain = {"class_name": "Sequential", "config": {"name": "model", "layers": layers}}
    nested = {"class_name": "Sequential", "config": {"name": "outer", "layers": [plain]}}
    return [json.dumps(plain), json.dumps(nested)]


def fuzz(atheris: ModuleType, what: str, corpus: Path, seconds: int) -> None:
    """Reads texts until the time is over; ends the process."""
    with atheris.instrument_imports(include=["cnnstudio"]):
        read = READERS[what]()
    from cnnstudio.core.errors import StudioError

    def one(data: bytes) -> None:
        try:
            read(data.decode("utf-8", "surrogateescape"))
        except StudioError:
            return

    for number, text in enumerate(seeds(what)):
        (corpus / f"seed-{number}").write_text(text, encoding="utf-8")
    atheris.Setup(
        [
            sys.argv[0],
            str(corpus),
            f"-max_total_time={seconds}",
            f"-max_len={LONGEST}",
            f"-timeout={MOST_SECONDS}",
            f"-rss_limit_mb={MOST_MEGABYTES}",
            f"-artifact_prefix={corpus}/",
            "-print_final_stats=1",
        ],
        one,
    )
    atheris.Fuzz()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", choices=READERS)
    parser.add_argument("--minutes", type=float, default=60)
    parser.add_argument("--corpus", type=Path, help="a folder to keep; a temporary one without")
    options = parser.parse_args()
    import atheris

    corpus = options.corpus or Path(tempfile.mkdtemp(prefix="fuzz-"))
    corpus.mkdir(parents=True, exist_ok=True)
    fuzz(atheris, options.what, corpus, round(60 * options.minutes))


if __name__ == "__main__":
    main()
