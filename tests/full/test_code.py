"""Code of many generated networks: it comes back, stays formatted, and builds what is trained.

Run by hand: the Keras models alone take minutes.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from cnnstudio.core.analysis import analyse
from cnnstudio.core.code.reading.reader import read_code
from cnnstudio.core.code.writer import CodeStyle, write_model
from cnnstudio.core.network import Network
from tests.contract.test_code_writer import STYLES, assert_built_alike, networks
from tests.core.code.test_writer_styles import same
from tests.fakes.blocked import blocked
from tests.fakes.networks import graphs

SHAPED = [CodeStyle(shapes=True), CodeStyle("sequential", shapes=True), *STYLES]


@settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocked() | networks(), st.sampled_from(STYLES))
def test_code_builds_what_the_studio_trains(network: Network, style: CodeStyle) -> None:
    assert_built_alike(network, style)


@settings(max_examples=5000, deadline=None, suppress_health_check=list(HealthCheck))
@given(blocked(largest=12) | graphs(largest=30), st.sampled_from(SHAPED))
def test_code_comes_back(network: Network, style: CodeStyle) -> None:
    if not analyse(network).errors:
        same(read_code(write_model(network, style).text).network, network)


@pytest.mark.parametrize("length", [88, 100])
def test_a_formatter_leaves_code_alone(tmp_path: Path, length: int) -> None:
    count = 0

    @settings(max_examples=3000, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(network=blocked(largest=12) | graphs(largest=30), style=st.sampled_from(SHAPED))
    def generate(network: Network, style: CodeStyle) -> None:
        nonlocal count
        if not analyse(network).errors:
            text = write_model(network, style).text
            (tmp_path / f"code_{count}.py").write_text(text, encoding="utf-8")
            count += 1

    generate()
    assert count > 1000
    options = ["--isolated", "--no-cache", f"--line-length={length}", str(tmp_path)]
    for command in (["format", "--diff"], ["check"]):
        ended = subprocess.run(
            [sys.executable, "-m", "ruff", *command, *options],
            check=False, capture_output=True, text=True, encoding="utf-8",
        )  # fmt: skip
        assert ended.returncode == 0, ended.stdout[-4000:] + ended.stderr
