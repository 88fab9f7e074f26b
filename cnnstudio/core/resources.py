"""Where the shipped files lie: in the wheel beside the package, in a checkout beside its folder."""

from __future__ import annotations

from pathlib import Path

import cnnstudio


def resource(*parts: str) -> Path:
    """Returns the path of a shipped file or folder, such as ``resource("locale")``."""
    package = Path(cnnstudio.__file__).resolve().parent
    inside = package / "resources"
    root = inside if inside.is_dir() else package.parent / "resources"
    return root.joinpath(*parts)
