"""What goes wrong in a person's own code, in a sentence with the line; and its limits.

An error is told by its line. Code that doesn't come back, or fills the memory, can't be stopped
from within: a thread beside it answers for the job and ends the process, which costs nothing but
this engine.
"""

from __future__ import annotations

import linecache
import re
import sys
import threading
import time
import traceback
from types import FrameType, TracebackType

import psutil

from cnnstudio.core.layers.custom import CustomLayer
from cnnstudio.core.text import T, Text
from cnnstudio.engine.context import JobContext, current_job
from cnnstudio.protocol.messages import Refused

_FILE = "<code of a layer {digest}>"
_FILES = re.compile(r"<code of a layer [0-9a-f]{64}>")
_MESSAGE = re.compile(r"\x1b\[1m(.*?)\x1b\[0m", re.DOTALL)
"""How Keras marks what was said, among what it adds (keras/src/utils/traceback_utils.py)."""
_AROUND = "Error encountered:"  # what Keras says before it in Layer.compute_output_spec
_LONGEST = 300
_LOOK_SECONDS = 0.05
_LEAST_ROOM = 1 << 30  # bytes that code may take in any case
_SHARE = 0.5  # of the memory that is free


def file_of(code: CustomLayer) -> str:
    """What a traceback calls the file of some code."""
    return _FILE.format(digest=code.digest)


def remember_lines(code: CustomLayer) -> None:
    """Lets tracebacks, and whoever else asks for source, have the lines of some code."""
    lines = code.source.splitlines(keepends=True)
    linecache.cache[file_of(code)] = (len(code.source), None, lines, file_of(code))


def told(error: BaseException) -> Text | None:
    """An error in a person's own code, with its line; None for one that is not from there."""
    if isinstance(error, SyntaxError) and _FILES.fullmatch(error.filename or ""):
        return _sentence("", error.filename or "", error.lineno or 1, _reason(error))
    place = _place(error.__traceback__)
    return None if place is None else _sentence(*place, _reason(error))


def _place(trace: TracebackType | None) -> tuple[str, str, int] | None:
    """The innermost place in a person's own code."""
    places = [
        (frame.f_code.co_qualname, frame.f_code.co_filename, line)
        for frame, line in traceback.walk_tb(trace)
        if _FILES.fullmatch(frame.f_code.co_filename)
    ]
    return places[-1] if places else None


def _sentence(function: str, file: str, line: int, reason: Text | str) -> Text:
    code = linecache.getline(file, line).strip()
    return T(
        "The code of the layer fails at line {line} ({place}): {reason}. Correct it there.",
        line=line,
        place=_shown(function, code),
        reason=reason,
    )


def _shown(function: str, code: str) -> str:
    code = code if len(code) <= 60 else code[:59] + "…"
    return code if function in ("", "<module>") else f"{function}: {code}"


def _reason(error: BaseException) -> Text | str:
    if isinstance(error, SystemExit):
        return T("it ends the whole program (sys.exit)")
    if isinstance(error, MemoryError):
        return T("it asks for more memory than there is")
    said = str(error)
    if marked := _MESSAGE.search(said):
        said = marked[1]
    said = said.rpartition(_AROUND)[2]
    first = next((line.strip() for line in said.splitlines() if line.strip()), "")
    name = type(error).__name__
    return (f"{name}: {first}" if first else name)[:_LONGEST].rstrip(".")


class Watch:
    """Ends the engine, with an answer, if a person's own code takes too long or too much.

    Args:
        layer: What the layer is called.
        seconds: How long its code may take.
    """

    def __init__(self, layer: str, seconds: float) -> None:
        self._layer, self._seconds = layer, seconds
        self._job: JobContext | None = current_job.get()
        self._thread = threading.get_ident()
        self._process = psutil.Process()
        self._over = threading.Event()
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        self._until = time.monotonic() + self._seconds
        room = max(int(_SHARE * psutil.virtual_memory().available), _LEAST_ROOM)
        self._most = self._process.memory_info().rss + room
        threading.Thread(target=self._look, name="own-code", daemon=True).start()

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._over.set()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_SECONDS):
            if time.monotonic() > self._until:
                self._end(T("it takes longer than {seconds} seconds", seconds=round(self._seconds)))
            elif self._process.memory_info().rss > self._most:
                self._end(T("it fills the memory"))

    def _end(self, problem: Text) -> None:
        with self._lock:
            if self._over.is_set() or self._job is None:
                return
            self._over.set()
            self._job.give_up(Refused(text=self._told(problem)))

    def _told(self, problem: Text) -> Text:
        frame: FrameType | None = sys._current_frames().get(self._thread)
        while frame is not None and not _FILES.fullmatch(frame.f_code.co_filename):
            frame = frame.f_back
        if frame is None:
            return T(
                "The code of {layer} was stopped: {problem}. Correct it.",
                layer=self._layer,
                problem=problem,
            )
        code = frame.f_code
        return T(
            "The code of {layer} was stopped at line {line} ({place}): {problem}. Correct it.",
            layer=self._layer,
            line=frame.f_lineno,
            place=_shown(
                code.co_qualname, linecache.getline(code.co_filename, frame.f_lineno).strip()
            ),
            problem=problem,
        )
