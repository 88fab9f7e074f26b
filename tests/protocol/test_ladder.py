from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cnnstudio.protocol.ladder import Ladder, Patience, Step
from cnnstudio.protocol.messages import Phase

NEVER = float("-inf")


def climb(
    phase: Phase = Phase.BATCH,
    beats_until: float = 1e9,
    heard: float = NEVER,
    patience: Patience | None = None,
    phase_until: float = 1e9,
) -> tuple[float, float]:
    """When a silent engine is terminated and when killed, in seconds after the cancel at 100 s."""
    ladder = Ladder(patience or Patience(), 100.0)
    terminated = None
    for tick in range(20_000):
        now = 100.0 + tick * 0.01
        beat = min(now, 100.0 + beats_until)
        shown = phase if now < 100.0 + phase_until else Phase.BATCH
        step = ladder.step(now, shown, beat, 100.0 + heard if 100.0 + heard <= now else NEVER)
        if step is Step.TERMINATE:
            assert terminated is None
            terminated = now - 100.0
        if step is Step.KILL:
            assert terminated is not None
            return terminated, now - 100.0
    raise AssertionError("never killed")


def test_no_answer_ends_within_six_seconds() -> None:
    assert climb() == pytest.approx((3.0, 5.5), abs=0.02)


def test_one_that_heard_and_hangs_gets_its_time_once() -> None:
    assert climb(heard=1.0) == pytest.approx((4.0, 6.5), abs=0.02)


def test_a_save_is_waited_for_while_the_heart_beats() -> None:
    assert climb(Phase.SAVING, phase_until=10) == pytest.approx((10.0, 12.5), abs=0.02)
    assert climb(Phase.SAVING) == pytest.approx((60.0, 62.5), abs=0.02)


def test_a_save_without_heartbeat_is_no_answer() -> None:
    assert climb(Phase.SAVING, beats_until=0) == pytest.approx((3.0, 5.5), abs=0.02)
    assert climb(Phase.SAVING, beats_until=5) == pytest.approx((8.0, 10.5), abs=0.02)


def test_a_sign_of_an_earlier_job_does_not_count() -> None:
    assert climb(heard=-5.0) == pytest.approx((3.0, 5.5), abs=0.02)


@given(
    st.sampled_from(Phase),
    st.floats(0, 100),
    st.one_of(st.just(NEVER), st.floats(0, 3)),
    st.builds(
        Patience,
        acknowledge=st.floats(0.1, 5),
        stop=st.floats(0.1, 5),
        terminate=st.floats(0.1, 5),
        saving=st.floats(1, 60),
    ),
)
def test_every_climb_ends(phase: Phase, beats: float, heard: float, patience: Patience) -> None:
    terminated, killed = climb(phase, beats, heard, patience)
    longest = max(patience.acknowledge, 3 + patience.stop, patience.saving)
    assert terminated <= longest + 0.05
    assert killed - terminated == pytest.approx(patience.terminate, abs=0.03)
