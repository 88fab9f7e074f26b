"""The thread that keeps a window's unsaved project on the disk, so that the window never waits."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from cnnstudio.core.errors import StudioError
from cnnstudio.core.project import Project
from cnnstudio.core.storage.recovery import Circumstances, Original, SessionFolder
from cnnstudio.core.text import T, Text

DELAY = 1.0
"""Seconds from the first change to the snapshot; what changes in between is in it too."""

_RETRY = 5.0  # seconds
_PATIENCE = 2.0  # seconds to wait for a disk before a save or the end


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What should be in the recovery folder: a project, or nothing where all is saved."""

    project: Project | None
    original: Original | None
    generation: int
    saving_to: str = ""


class Autosave:
    """Takes snapshots of one window's project while it isn't saved.

    Its methods belong to the window's thread and return at once unless they say otherwise.

    Args:
        root: The recovery folder; made when it is first needed.
        tell: Called, in the thread that writes, with news for the person: why there can be no
            snapshots, once, and that there are again.
        delay: Seconds from the first change to the snapshot.
    """

    def __init__(self, root: Path, tell: Callable[[Text], object], *, delay: float = DELAY) -> None:
        self._root = root
        self._tell = tell
        self._delay = delay
        self._condition = threading.Condition()
        self._wanted = self._reached = _Wanted(None, None, 0)
        self._failed: _Wanted | None = None
        self._due: float | None = None  # when something is to be done; None: never
        self._closed = False
        self._thread: threading.Thread | None = None
        self._sources: list[tuple[int, SessionFolder]] = []  # with their generation
        # The thread's own:
        self._session: SessionFolder | None = None
        self._session_generation = 0
        self._complained = False

    def begin(
        self,
        original: Path | None,
        recovered: Project | None = None,
        sources: Iterable[SessionFolder] = (),
    ) -> None:
        """Starts with another project; the person has decided about the one before.

        Args:
            original: Its file; None if it has none.
            recovered: The project, where it was restored and so isn't saved.
            sources: The sessions it was restored from; removed once it is saved or discarded.
        """
        stamp = Original.of(original) if original else None
        generation = self._wanted.generation + 1
        with self._condition:
            self._sources += [(generation, source) for source in sources]
        self._want(_Wanted(recovered, stamp, generation), 0)

    def put(self, project: Project) -> None:
        """Says that this project, the newest, isn't saved."""
        now = self._wanted
        if project is not now.project:
            self._want(_Wanted(project, now.original, now.generation), self._delay)

    def clear(self) -> None:
        """Says that nothing is unsaved any more: saved, discarded or taken back."""
        now = self._wanted
        if now.project is not None:
            self._want(_Wanted(None, now.original, now.generation), 0)

    def saving(self, project: Project, path: Path) -> None:
        """Puts on the disk what is about to be saved to `path`; waits at most two seconds.

        So a window that ends just after the save leaves behind what its file says too, and
        nothing seems to be lost.
        """
        now = self._wanted
        if now.project is not None:
            target = str(path.absolute())
            self._want(_Wanted(project, now.original, now.generation, target), 0)
            self.flush()

    def saved(self, path: Path) -> None:
        """Says that `path` is the project's file now, as it is on the disk."""
        now = self._wanted
        self._want(_Wanted(now.project, Original.of(path), now.generation), self._delay)

    def flush(self, timeout: float = _PATIENCE) -> bool:
        """Does at once what is still to be done; waits and returns whether it is."""
        with self._condition:
            wanted = self._wanted
            if self._due is not None:
                self._due = time.monotonic()
                self._failed = None
                self._condition.notify_all()
            self._condition.wait_for(
                lambda: self._reached is wanted or self._failed is wanted, timeout
            )
            return self._reached is wanted

    def close(self) -> None:
        """Does what is still to be done and ends; what isn't saved is offered next time."""
        self.flush()
        with self._condition:
            self._closed = True
            self._condition.notify_all()
        if self._thread is not None:
            self._thread.join(_PATIENCE)
            if self._thread.is_alive():  # the disk hangs; the locks end with the process
                return
        if self._session is not None:
            self._session.release()
        for _, source in self._sources:
            source.release()

    def _want(self, wanted: _Wanted, delay: float) -> None:
        with self._condition:
            due = time.monotonic() + delay
            self._wanted = wanted
            self._due = due if self._due is None else min(due, self._due)
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="autosave", daemon=True)
                self._thread.start()
            self._condition.notify_all()

    def _run(self) -> None:
        while (wanted := self._next()) is not None:
            try:
                self._reach(wanted)
                error = None
            except StudioError as raised:
                error = raised
            with self._condition:
                if error is None:
                    self._reached = wanted
                else:
                    self._failed = wanted
                    if self._due is None:
                        self._due = time.monotonic() + _RETRY
                self._condition.notify_all()
            self._complain(error)

    def _next(self) -> _Wanted | None:
        """Waits until there is something to do; None once this is closed."""
        with self._condition:
            while not self._closed:
                if self._due is None:
                    self._condition.wait()
                elif (left := self._due - time.monotonic()) > 0:
                    self._condition.wait(left)
                else:
                    self._due = None
                    return self._wanted
            return None

    def _reach(self, wanted: _Wanted) -> None:
        if wanted.project is None or wanted.generation != self._session_generation:
            self._forget(wanted)
        if wanted.project is None:
            return
        if self._session is None:
            self._session = SessionFolder.create(self._root)
            self._session_generation = wanted.generation
        with self._condition:
            sources = tuple(source.id for _, source in self._sources)
        self._session.write(
            wanted.project,
            Circumstances(
                time=datetime.now(UTC).isoformat(timespec="milliseconds"),
                original=wanted.original,
                saving_to=wanted.saving_to,
                restored_from=sources,
            ),
        )

    def _forget(self, wanted: _Wanted) -> None:
        """Removes the session, and the sources that are no longer needed."""
        if self._session is not None:
            self._session.remove()
            self._session = None
        with self._condition:
            sources = tuple(self._sources)
        for generation, source in sources:
            decided = generation == wanted.generation and wanted.project is None
            if decided or generation < wanted.generation:
                source.remove()
                with self._condition:
                    self._sources.remove((generation, source))

    def _complain(self, error: StudioError | None) -> None:
        if error is not None and not self._complained:
            self._tell(
                T(
                    "Your changes can't be kept safe from a crash: {reason} You can go on working; "
                    "save often.",
                    reason=error.text,
                )
            )
        elif error is None and self._complained:
            self._tell(T("Your changes are kept safe from a crash again."))
        self._complained = error is not None
