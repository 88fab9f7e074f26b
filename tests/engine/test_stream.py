from __future__ import annotations

import threading

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnstudio.core.data.scaling import fixed_scaler
from cnnstudio.engine.stream import BatchStream

RANDOM = np.random.RandomState(3)
PICTURES = RANDOM.randint(0, 256, (50, 4, 5, 3)).astype(np.uint8)
LABELS = RANDOM.randint(0, 10, 50).astype(np.int32)


def stream(chosen: np.ndarray, scaling: str = "1/255", **changes: object) -> BatchStream:
    arguments: dict[str, object] = {"batch_size": 8, "seed": 42, "shuffle": True}
    arguments |= {"scaler": fixed_scaler(scaling, 3), **changes}
    return BatchStream(PICTURES, LABELS, chosen, **arguments)  # type: ignore[arg-type]


@pytest.mark.parametrize("shuffle", [True, False])
@pytest.mark.parametrize("scaling", ["1/255", "none"])
@pytest.mark.parametrize(("count", "batch_size"), [(50, 8), (48, 8), (50, 1), (5, 8), (8, 8)])
def test_it_equals_image_data_generator(
    count: int, batch_size: int, scaling: str, shuffle: bool
) -> None:
    from keras.src.legacy.preprocessing.image import ImageDataGenerator

    chosen = np.sort(RANDOM.permutation(50)[:count])
    with stream(chosen, batch_size=batch_size, shuffle=shuffle, scaling=scaling) as ours:
        generator = ImageDataGenerator(rescale=1 / 255 if scaling == "1/255" else None)
        flow = generator.flow(
            PICTURES[chosen].astype(np.float32),
            LABELS[chosen],
            batch_size=batch_size,
            shuffle=shuffle,
            seed=42,
        )
        batches = list(ours.batches(0, 3))
        assert len(batches) == 3 * ours.steps == 3 * len(flow)
        for x, y in batches:
            expected_x, expected_y = next(flow)
            assert np.array_equal(x, expected_x)
            assert x.dtype == expected_x.dtype == np.float32
            assert np.array_equal(y, expected_y)


@settings(max_examples=30)
@given(
    count=st.integers(1, 50),
    batch_size=st.integers(1, 60),
    seed=st.integers(0, 2**32 - 1000),
    order=st.randoms(use_true_random=False),
)
def test_a_batch_depends_on_nothing_but_its_number(
    count: int, batch_size: int, seed: int, order
) -> None:
    with stream(np.arange(count), batch_size=batch_size, seed=seed) as ours:
        numbers = [(e, b) for e in range(3) for b in range(ours.steps)]
        in_order = {number: ours.batch(*number) for number in numbers}
        order.shuffle(numbers)
        np.random.seed(5)
        before = np.random.get_state()[1].tolist()
        for number in numbers:
            for one, again in zip(in_order[number], ours.batch(*number), strict=True):
                assert np.array_equal(one, again)
        assert np.random.get_state()[1].tolist() == before
        for epoch in range(3):
            seen = np.concatenate([in_order[epoch, b][1] for b in range(ours.steps)])
            assert np.array_equal(np.sort(seen), np.sort(LABELS[:count]))


def test_a_later_epoch_can_come_first() -> None:
    with stream(np.arange(50)) as whole, stream(np.arange(50)) as resumed:
        late = list(whole.batches(0, 5))[2 * whole.steps :]
        for one, other in zip(late, resumed.batches(2, 5), strict=True):
            assert np.array_equal(one[0], other[0])


def test_closing_ends_the_thread_and_what_still_asks() -> None:
    ours = stream(np.arange(50))
    batches = ours.batches(0, 100)
    next(batches)
    assert [t for t in threading.enumerate() if t.name.startswith("batches")]
    ours.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("batches")]
    assert len(list(batches)) < 10


def test_a_repeated_channel_gives_batches_of_their_own() -> None:
    grey = np.broadcast_to(PICTURES[..., :1], PICTURES.shape)
    with BatchStream(
        grey,
        LABELS,
        np.arange(50),
        batch_size=8,
        seed=1,
        shuffle=True,
        scaler=fixed_scaler("1/255", 3),
    ) as ours:
        x, _ = ours.batch(0, 0)
        assert x.flags.c_contiguous
        assert x.flags.writeable
        assert np.array_equal(x[..., 0], x[..., 2])
