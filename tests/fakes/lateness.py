"""How late a thread is; as a program, how late an idle one is until its input ends."""

from __future__ import annotations

import json
import sys
import time

from PySide6.QtCore import QCoreApplication, QObject, QSocketNotifier, Qt, QTimer

TICK_MS = 5
LATE_MS = 16.0


class Lateness(QObject):
    """Measures how long the window's thread doesn't answer: the gaps of a 5 ms timer.

    With each gap goes the processor time this thread has used in it: where the gap is long and that
    is short, the thread wanted to go on and the computer was busy with something else.
    """

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.gaps: list[tuple[float, float]] = []
        self._last = self._used = 0.0
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Begins anew."""
        self.gaps = []
        self._last, self._used = time.perf_counter(), time.thread_time()
        self._timer.start(TICK_MS)

    def stop(self) -> dict[str, float]:
        """Ends, and says how late the ticks were; "used" is this thread's own work."""
        self._timer.stop()
        count = max(len(self.gaps), 1)
        return {
            "ticks": len(self.gaps),
            "late_share": sum(gap > LATE_MS for gap, _ in self.gaps) / count,
            "longest_ms": max((gap for gap, _ in self.gaps), default=0.0),
            "late_share_used": sum(used > LATE_MS for _, used in self.gaps) / count,
            "longest_used_ms": max((used for _, used in self.gaps), default=0.0),
        }

    def _tick(self) -> None:
        now, used = time.perf_counter(), time.thread_time()
        self.gaps.append(((now - self._last) * 1000, (used - self._used) * 1000))
        self._last, self._used = now, used


def main() -> int:
    """Does nothing but tick."""
    app = QCoreApplication([])
    lateness = Lateness(app)
    lateness.start()
    notifier = QSocketNotifier(sys.stdin.fileno(), QSocketNotifier.Type.Read, app)
    notifier.activated.connect(app.quit)
    app.exec()
    print(json.dumps(lateness.stop()))
    return 0


if __name__ == "__main__":
    sys.exit(main())
