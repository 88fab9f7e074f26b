"""Where the studio keeps what belongs to a person rather than to a project."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs


def data_folder() -> Path:
    """The folder of this person's data; ``CNNSTUDIO_DATA`` names another one."""
    if given := os.environ.get("CNNSTUDIO_DATA"):
        return Path(given)
    return platformdirs.user_data_path("cnnstudio", appauthor=False)


def runs_folder() -> Path:
    """Where the runs of projects without a file lie."""
    return data_folder() / "runs"


def recovery_folder() -> Path:
    """Where what isn't saved yet survives a crash."""
    return data_folder() / "recovery"


def logs_folder() -> Path:
    """Where engines log what libraries print."""
    return data_folder() / "logs"


def weights_folder() -> Path:
    """Where weights lie that layers brought along; see ``weights_store``."""
    return data_folder() / "weights"


def trust_folder() -> Path:
    """Where the code lies that this person trusts; see ``trust``."""
    return data_folder() / "trusted-code"


def labels_folder() -> Path:
    """Where it lies which pictures were left out or relabelled; see ``edits_store``."""
    return data_folder() / "labels"


def downloads_folder() -> Path:
    """Where the sets of pictures lie that were downloaded."""
    return data_folder() / "datasets"
