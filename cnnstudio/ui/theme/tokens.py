"""The design's tokens: every colour, type role and measure, light and dark.

Contrast figures are checked against these values by ``tests/ui/theme/test_contrast.py``. All
measures are logical pixels at 100 % text size.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from cnnstudio.core.layers.spec import Family


@dataclass(frozen=True, slots=True, kw_only=True)
class Colours:
    """The colours of one theme, as ``#RRGGBB``.

    Attributes:
        canvas: Behind everything, plots and the node canvas.
        surface: Panels, bars and tables.
        raised: Cards, popovers and menus.
        sunken: Wells, empty cells and chips.
        hover: A row or button under the pointer.
        line: Separators; decorative.
        control: Borders of inputs, links, ports and slider tracks.
        text: What is read.
        muted: Secondary text and idle icons.
        accent: Focus, primary button, progress, drop target.
        on_accent: Text on the accent.
        selection: Selected rows, tabs and the code line.
        danger: Errors, and `danger_ground` behind them; warning and success alike.
        training: The training curve, drawn solid.
        validation: The validation curve, drawn dashed with markers.
        families: One colour for each layer family.
        tile: The share of the family's colour in an icon tile, the rest is `raised`.
        runs: Runs and classes, in order; after the last one the next dash pattern.
        diverging: Below zero, zero and above zero of filters, products and differences.
    """

    dark: bool
    canvas: str
    surface: str
    raised: str
    sunken: str
    hover: str
    line: str
    control: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    danger: str
    danger_ground: str
    warning: str
    warning_ground: str
    success: str
    success_ground: str
    training: str
    validation: str
    families: Mapping[Family, str]
    tile: float
    runs: tuple[str, ...]
    diverging: tuple[str, str, str]


LIGHT = Colours(
    dark=False,
    canvas="#F3F4F6",
    surface="#FFFFFF",
    raised="#FFFFFF",
    sunken="#E9EBEF",
    hover="#EDF0F4",
    line="#D8DCE2",
    control="#767E8C",
    text="#1A1E25",
    muted="#565F6D",
    accent="#2F5BD8",
    on_accent="#FFFFFF",
    selection="#DEE7FF",
    danger="#C22B31",
    danger_ground="#FDECEC",
    warning="#8A5A00",
    warning_ground="#FFF4DC",
    success="#17703C",
    success_ground="#E6F5EB",
    training="#2368CC",
    validation="#B04E08",
    families={
        Family.INPUT: "#565F6D",
        Family.CONVOLUTION: "#2361C4",
        Family.POOLING: "#B8430C",
        Family.CORE: "#157A3B",
        Family.NORMALISATION: "#7B3DB3",
        Family.REGULARISATION: "#8C6100",
        Family.ACTIVATION: "#B8195C",
        Family.RESHAPING: "#525E6C",
        Family.MERGING: "#0D7288",
        Family.PREPROCESSING: "#66661C",
    },
    tile=0.14,
    runs=(
        "#2368CC", "#C25700", "#5C2D60", "#911215", "#874E7E", "#222BA5", "#B4729C", "#338DE8",
    ),
    diverging=("#2166AC", "#F7F7F7", "#B25806"),
)  # fmt: skip

DARK = Colours(
    dark=True,
    canvas="#16181C",
    surface="#1E2126",
    raised="#282C33",
    sunken="#121417",
    hover="#2A2F37",
    line="#343A43",
    control="#79818E",
    text="#E7E9EC",
    muted="#A3ABB7",
    accent="#86A5FF",
    on_accent="#0E1420",
    selection="#2B3A66",
    danger="#FF8A8A",
    danger_ground="#3A2226",
    warning="#EBBB57",
    warning_ground="#362D1B",
    success="#66CF93",
    success_ground="#1D3226",
    training="#6CA8FF",
    validation="#FFA857",
    families={
        Family.INPUT: "#A3ABB7",
        Family.CONVOLUTION: "#73AAFF",
        Family.POOLING: "#FF9D61",
        Family.CORE: "#63CC86",
        Family.NORMALISATION: "#C7A1FF",
        Family.REGULARISATION: "#E7BB45",
        Family.ACTIVATION: "#FF8CB7",
        Family.RESHAPING: "#AAB4C1",
        Family.MERGING: "#53C9DC",
        Family.PREPROCESSING: "#C6C56D",
    },
    tile=0.18,
    runs=(
        "#6CA8FF", "#FFA857", "#55F4F8", "#B843A9", "#8F8C12", "#F5F031", "#FB659D", "#7374F6",
    ),
    diverging=("#5CA0FF", "#252930", "#FFA046"),
)  # fmt: skip

FAMILY_ICONS: Mapping[Family, str] = {
    Family.INPUT: "image",
    Family.CONVOLUTION: "grid-3x3",
    Family.POOLING: "shrink",
    Family.CORE: "waypoints",
    Family.NORMALISATION: "align-justify",
    Family.REGULARISATION: "droplets",
    Family.ACTIVATION: "zap",
    Family.RESHAPING: "fold-vertical",
    Family.MERGING: "merge",
    Family.PREPROCESSING: "sliders-horizontal",
}

RUN_DASHES: tuple[tuple[float, ...], ...] = ((), (7, 4), (2, 3), (9, 3, 2, 3), (12, 3))
"""Dash and gap lengths in pixels, in order; the first is a solid line."""


@dataclass(frozen=True, slots=True)
class TypeRole:
    """One kind of text: size and line height in logical pixels, weight 400 to 600."""

    size: int
    line: int
    weight: int = 400
    mono: bool = False


TYPE: Mapping[str, TypeRole] = {
    "page": TypeRole(20, 28, 600),
    "section": TypeRole(15, 22, 600),
    "title": TypeRole(13, 18, 600),
    "body": TypeRole(13, 18),
    "button": TypeRole(13, 18, 500),
    "lesson": TypeRole(14, 22),
    "small": TypeRole(12, 17),
    "tick": TypeRole(11, 15),
    "code": TypeRole(13, 18, mono=True),
    "code-small": TypeRole(12, 17, mono=True),
    "code-title": TypeRole(12, 17, 600, mono=True),
}

SANS = "Pretendard Variable"
MONO = "JetBrains Mono"

SPACE = (4, 8, 12, 16, 24, 32)
PANEL_PADDING = 12
PAGE_PADDING = 24
GAP = 8

MENU_BAR = 26
HEADER = 44
PANEL_HEADER = 36
CONTROL = 28
FORM_ROW = 34
ROW = 28
STATUS_BAR = 26
TARGET = 24  # the smallest side of what is clicked
RADIUS = 6
CARD_RADIUS = 8
ICON = 16
ICON_STROKE = 1.75
SMALLEST_WINDOW = (1024, 700)

MOTION_MS = 120
CANVAS_MOTION_MS = 160
TEXT_SIZES = (90, 100, 110, 125, 150)
"""The steps of the text size, in percent."""
