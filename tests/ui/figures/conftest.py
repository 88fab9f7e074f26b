"""A Design workspace on the screen."""

from tests.ui.design.conftest import design  # noqa: F401
