"""The window of the window's own tests."""

from tests.ui.window.conftest import desk

__all__ = ["desk"]
