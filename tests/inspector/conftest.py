from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

_STARTING = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "os.fork")
_listening: list[Callable[[str, tuple[Any, ...]], None]] = []


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    for listener in _listening:
        listener(event, arguments)


sys.addaudithook(_hear)  # stays for good, and says nothing unless somebody listens


@pytest.fixture
def harmless(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Nothing is started, connected to, imported from Keras or opened outside the test's folder."""
    within = str(tmp_path_factory.getbasetemp())
    done: list[str] = []

    def listen(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(("socket.", *_STARTING)):
            done.append(f"{event} {arguments}")
        elif event == "import" and str(arguments[0]).split(".")[0] in ("keras", "tensorflow"):
            done.append(f"import {arguments[0]}")
        elif event == "open" and isinstance(arguments[0], str | bytes):
            path = arguments[0] if isinstance(arguments[0], str) else arguments[0].decode()
            if not path.startswith((within, sys.prefix, sys.base_prefix, "/proc/meminfo")):
                done.append(f"open {path}")

    _listening.append(listen)
    yield
    _listening.remove(listen)
    ours = [one for one in done if "/cnnstudio/" not in one and "/tests/" not in one]
    assert not ours, ours
