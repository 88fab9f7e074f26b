from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator

import numpy as np
import pytest

from cnnstudio.core.errors import BadInput
from cnnstudio.core.installing import pip_command
from cnnstudio.engine.backends import choose, cpu, describe
from cnnstudio.engine.stream import Batch
from cnnstudio.protocol.messages import Device

DEVICES = (cpu(), Device(id="gpu:0"), Device(id="gpu:1"))


@pytest.mark.parametrize(
    ("wanted", "chosen"), [("auto", "gpu:0"), ("cpu", "cpu"), ("gpu", "gpu:0"), ("gpu:1", "gpu:1")]
)
def test_a_device_is_chosen(wanted: str, chosen: str) -> None:
    assert choose(wanted, DEVICES) == chosen


def test_without_a_gpu_auto_is_the_cpu_and_gpu_is_refused() -> None:
    assert choose("auto", DEVICES[:1]) == "cpu"
    with pytest.raises(BadInput, match="no device gpu for this backend: it sees cpu"):
        choose("gpu", DEVICES[:1])
    with pytest.raises(BadInput, match="no device gpu:2"):
        choose("gpu:2", DEVICES)


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_a_backend_that_isnt_installed_has_a_remedy(
    backend: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KERAS_BACKEND", backend)
    monkeypatch.setitem(sys.modules, backend, None)
    monkeypatch.delitem(sys.modules, f"cnnstudio.engine.backends.{backend}", raising=False)
    with pytest.raises(BadInput, match=f"{backend} isn't installed") as refused:
        describe("cpu")
    assert str(refused.value).endswith(pip_command(backend))


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_a_backend_is_chosen_before_keras_is_imported(backend: str) -> None:
    """Keras reads device and backend once, on import; and what is missing is said, not raised."""
    look = textwrap.dedent(
        f"""
        import sys
        from cnnstudio.core.errors import BadInput
        from cnnstudio.engine.main import _load
        sys.modules["{backend}"] = None
        try:
            _load("cpu")
        except BadInput as error:
            assert "keras" not in sys.modules
            print(error)
        """
    )
    done = subprocess.run(
        [sys.executable, "-c", look],
        capture_output=True,
        text=True,
        env=os.environ | {"KERAS_BACKEND": backend},
        check=False,
    )
    assert pip_command(backend) in done.stdout, done.stderr


def test_tensorflow_is_fed_without_its_autotuner() -> None:
    """It would hold up the end of a training, in one of three, for up to a minute."""
    from cnnstudio.engine.backends.tensorflow import feed

    batches = [
        (np.full((size, 8, 8, 1), n, np.float32), np.full(size, n, np.uint8))
        for n, size in enumerate((4, 4, 2))
    ]
    dataset = feed(lambda: iter(batches), batches[0], len(batches))
    assert dataset.options().autotune.enabled is False
    assert dataset.cardinality() == 3
    for _epoch in range(2):
        for given, (pictures, labels) in zip(batches, dataset.as_numpy_iterator(), strict=True):
            np.testing.assert_array_equal(pictures, given[0])
            np.testing.assert_array_equal(labels, given[1])
            assert (pictures.dtype, labels.dtype) == (np.float32, np.uint8)


def test_batches_cross_together_but_the_first_ones_and_large_ones_dont() -> None:
    from cnnstudio.engine.backends.tensorflow import feed

    def crossings(side: int, count: int) -> list[int]:
        """How many batches were taken before each one was given."""
        taken = []

        def batches() -> Iterator[Batch]:
            for n in range(count):
                taken.append(n)
                yield np.full((4, side, side, 1), n, np.float32), np.full(4, n, np.uint8)

        like = next(iter(batches()))
        taken.clear()
        ahead = []
        for n, (pictures, _) in enumerate(feed(batches, like).as_numpy_iterator()):
            assert pictures.shape == like[0].shape
            assert pictures[0, 0, 0, 0] == n
            ahead.append(len(taken) - n)
        assert len(ahead) == count
        return ahead

    assert max(crossings(8, 60)) >= 8
    # Two are fetched ahead, one is being given and one built.
    assert max(crossings(1024, 4)) <= 5


def test_tensorflow_is_described() -> None:
    backend, versions, devices, device = describe("cpu")
    assert (backend, device) == ("tensorflow", "cpu")
    assert devices[0].id == "cpu"
    assert {"python", "keras", "tensorflow", "numpy", "cnnstudio"} <= set(versions)
