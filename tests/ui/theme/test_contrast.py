"""The contrast figures of the design, computed from the tokens with WCAG 2.2's formula."""

from __future__ import annotations

import pytest

from cnnstudio.core.layers.spec import Family
from cnnstudio.ui.theme.tokens import DARK, FAMILY_ICONS, LIGHT, Colours

GROUNDS = ("surface", "canvas", "raised", "sunken", "hover", "selection")
PLAIN = GROUNDS[:4]


def _rgb(colour: str) -> tuple[float, float, float]:
    r, g, b = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return r, g, b


def _luminance(rgb: tuple[float, float, float]) -> float:
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _contrast(a: tuple[float, float, float], b: tuple[float, float, float]) -> float:
    high, low = sorted((_luminance(a), _luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def contrast(a: str, b: str) -> float:
    return _contrast(_rgb(a), _rgb(b))


def lowest(colours: Colours, role: str, grounds: tuple[str, ...]) -> float:
    return min(contrast(getattr(colours, role), getattr(colours, g)) for g in grounds)


@pytest.mark.parametrize(
    ("role", "grounds", "light", "dark"),
    [
        ("text", GROUNDS, 13.52, 9.09),
        ("muted", GROUNDS, 5.22, 4.77),
        ("accent", GROUNDS, 4.71, 4.65),
        ("danger", GROUNDS, 4.61, 4.87),
        ("warning", GROUNDS, 4.79, 6.20),
        ("success", GROUNDS, 4.97, 5.74),
        ("on_accent", ("accent",), 5.82, 7.76),
        ("control", PLAIN, 3.43, 3.57),
        ("training", ("surface", "canvas"), 4.86, 6.68),
        ("validation", ("surface", "canvas"), 4.84, 8.45),
        ("danger", ("danger_ground",), 4.99, 6.44),
        ("warning", ("warning_ground",), 5.43, 7.61),
        ("success", ("success_ground",), 5.45, 7.10),
    ],
)
def test_lowest_contrast(role: str, grounds: tuple[str, ...], light: float, dark: float) -> None:
    assert lowest(LIGHT, role, grounds) == pytest.approx(light, abs=0.006)
    assert lowest(DARK, role, grounds) == pytest.approx(dark, abs=0.006)


@pytest.mark.parametrize("colours", [LIGHT, DARK])
def test_text_on_status_grounds(colours: Colours) -> None:
    grounds = ("danger_ground", "warning_ground", "success_ground")
    assert lowest(colours, "text", grounds) >= 11.15 - 0.006


@pytest.mark.parametrize("colours", [LIGHT, DARK])
@pytest.mark.parametrize("family", list(Family))
def test_families_are_read_on_surface_and_on_their_tile(colours: Colours, family: Family) -> None:
    own, raised = _rgb(colours.families[family]), _rgb(colours.raised)
    tile = tuple(
        c * colours.tile + r * (1 - colours.tile) for c, r in zip(own, raised, strict=True)
    )
    assert _contrast(own, _rgb(colours.surface)) >= 4.5
    assert _contrast(own, _rgb(colours.canvas)) >= 4.5  # the kinds below the volumes
    assert _contrast(own, (tile[0], tile[1], tile[2])) >= 4.2
    assert family in FAMILY_ICONS


@pytest.mark.parametrize(("colours", "least"), [(LIGHT, 3.12), (DARK, 3.39)])
def test_run_colours_keep_three_to_one(colours: Colours, least: float) -> None:
    found = min(contrast(c, g) for c in colours.runs for g in (colours.surface, colours.canvas))
    assert found == pytest.approx(least, abs=0.006)
    assert len(set(colours.runs)) == 8
