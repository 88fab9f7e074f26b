"""Advice on layers whose window slides: cells out of reach, uneven zeros, too large a window."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from cnnstudio.core.layers.registry import kind_of
from cnnstudio.core.layers.spec import Action, Family, Fix, setting
from cnnstudio.core.network import Network
from cnnstudio.core.problems.spec import Problem, Severity
from cnnstudio.core.shapes import Slide, show_shape
from cnnstudio.core.text import T, Text

if TYPE_CHECKING:
    from cnnstudio.core.analysis import NodeAnalysis


def on_window(network: Network, one: NodeAnalysis) -> Iterator[Problem]:
    """Advice on a layer whose window slides over a feature map."""
    slides = window_slides(one)
    if slides is None:
        return
    if any(slide.span > slide.size for slide in slides):
        yield from _larger_than_input(one, slides)
    elif slides[0].same:
        if one.kind.family is Family.CONVOLUTION:
            yield from _uneven_padding(one, slides)
    else:
        yield from _stride_drops(network, one, slides)


def window_slides(one: NodeAnalysis) -> tuple[Slide, Slide] | None:
    """The two slides of a layer whose window steps over its input; None for any other layer.

    A transposed convolution has strides too, but they spread its input.
    """
    v = one.node.values
    kernel = v.get("kernel_size") or v.get("pool_size")
    if not kernel or v.get("padding") not in ("valid", "same"):
        return None
    strides, dilation = v.get("strides") or kernel, v.get("dilation_rate") or (1, 1)
    rows, columns = (
        Slide(one.inputs[0][axis], kernel[axis], strides[axis], dilation[axis],
              v["padding"] == "same")
        for axis in (0, 1)
    )  # fmt: skip
    return (rows, columns) if (rows.output, columns.output) == one.output[:2] else None


def _stride_drops(
    network: Network, one: NodeAnalysis, slides: tuple[Slide, Slide]
) -> Iterator[Problem]:
    """Rows and columns at the end that no window reaches.

    A stride beyond the window skips cells everywhere on purpose, as ResNet's 1×1 shortcuts do, and
    zeros that a ZeroPadding2D put there are no loss.
    """
    padded = _padded_after(network, one)
    rest = [
        0 if slide.stride > slide.span else (slide.size - slide.span) % slide.stride
        for slide in slides
    ]
    if all(left <= zeros for left, zeros in zip(rest, padded, strict=True)):
        return
    rows, columns = (slide.size for slide in slides)
    missed = rows * columns - (rows - rest[0]) * (columns - rest[1])
    yield warning(
        one,
        "stride_drops",
        T(
            "{layer} never looks at {ends} of the {shape} that reach it: its window of {window} "
            "with stride {stride} doesn't come out even.",
            ends=_ends(*rest),
            shape=show_shape(one.inputs[0]),
            window=_pair(slide.span for slide in slides),
            stride=_pair(slide.stride for slide in slides),
        ),
        T(
            "{missed} of {cells} cells ({share:.1f} %) have no say in what comes below. Where that "
            "is the picture's edge it seldom matters; where it is a map of a few cells it does.",
            missed=missed,
            cells=rows * columns,
            share=100 * missed / (rows * columns),
        ),
        "strides",
        _reaching_fixes(one, slides, rest),
    )


def _reaching_fixes(
    one: NodeAnalysis, slides: tuple[Slide, Slide], rest: list[int]
) -> tuple[Fix, ...]:
    """Padding with which the last window reaches the end, the same on both sides if it can be."""
    same = setting("padding", "same")
    even = all(
        Slide(s.size, s.kernel, s.stride, s.dilation, True).padding[0] * 2
        == sum(Slide(s.size, s.kernel, s.stride, s.dilation, True).padding)
        for s in slides
    )
    if one.kind.family is not Family.CONVOLUTION or even:
        return (same,)
    around = [_evenly(slide) if left else 0 for slide, left in zip(slides, rest, strict=True)]
    return (*_zero_padding(around), same)


def _evenly(slide: Slide) -> int:
    """The fewest zeros on both sides with which a `valid` window drops nothing but zeros."""
    return next(
        zeros
        for zeros in range(1, slide.stride + 1)
        if (slide.size + 2 * zeros - slide.span) % slide.stride <= zeros
    )


def _uneven_padding(one: NodeAnalysis, slides: tuple[Slide, Slide]) -> Iterator[Problem]:
    rows, columns = (slide.padding for slide in slides)
    if rows[0] == rows[1] and columns[0] == columns[1]:
        return
    yield warning(
        one,
        "uneven_same",
        T(
            "{layer} pads unevenly: {above} rows above and {below} below, {left} columns left and "
            "{right} right.",
            above=rows[0],
            below=rows[1],
            left=columns[0],
            right=columns[1],
        ),
        T(
            "Padding same takes {rows} + {columns} rows and columns of zeros here, and of an odd "
            "number the larger part goes after. Every such layer moves what it finds by half a "
            "cell towards the first row and column, and weights from PyTorch, which pads both "
            "sides alike, don't fit.",
            rows=sum(rows),
            columns=sum(columns),
        ),
        "padding",
        _even_fixes(slides),
    )


def _even_fixes(slides: tuple[Slide, Slide]) -> tuple[Fix, ...]:
    """An odd kernel where the window steps by 1; else zeros by a layer of their own."""
    if all(slide.stride == 1 for slide in slides):
        odd = [slide.kernel + (slide.span - 1) % 2 for slide in slides]
        return (setting("kernel_size", odd),)
    around = [
        slide.padding[1] if slide.stride > 1 or sum(slide.padding) % 2 == 0 else None
        for slide in slides
    ]
    if None in around:
        return ()
    return _zero_padding([zeros or 0 for zeros in around], setting("padding", "valid"))


def _zero_padding(around: list[int], *then: Fix) -> tuple[Fix, ...]:
    """ZeroPadding2D above the layer, with as many rows and columns on either side."""
    if kind_of("zero_padding2d") is None:
        return ()
    text = T("Insert ZeroPadding2D({padding})", padding=f"({around[0]}, {around[1]})")
    params = {"padding": around}
    return (Fix(Action.INSERT, text, kind="zero_padding2d", params=params, then=then),)


def _larger_than_input(one: NodeAnalysis, slides: tuple[Slide, Slide]) -> Iterator[Problem]:
    """With padding same; with valid it is an error."""
    name = "kernel_size" if "kernel_size" in one.node.values else "pool_size"
    odd = one.kind.family is Family.CONVOLUTION
    yield warning(
        one,
        "window_larger",
        T(
            "{layer} slides a window of {window} over {shape}: it is larger than what it slides "
            "over.",
            window=_pair(slide.span for slide in slides),
            shape=show_shape(one.inputs[0]),
        ),
        T(
            "At every position a part of the window lies on padding, so weights and work go into "
            "zeros. A smaller window finds as much."
        ),
        name,
        (setting(name, [_fitting(slide, odd=odd) for slide in slides]),),
    )


def _fitting(slide: Slide, *, odd: bool) -> int:
    """The largest kernel inside the axis that isn't larger than now; an odd one if asked."""
    most = min(slide.kernel, (slide.size - 1) // slide.dilation + 1)
    return most - 1 if odd and most < slide.kernel and most % 2 == 0 else most


def _padded_after(network: Network, one: NodeAnalysis) -> tuple[int, int]:
    """How many rows and columns of zeros a ZeroPadding2D right above puts at the end."""
    above = network.by_id[one.sources[0]]
    if above.kind != "zero_padding2d":
        return 0, 0
    rows, columns = above.values["padding"]
    return _last(rows), _last(columns)


def _last(sides: object) -> int:
    """One number for both sides, or the second of two."""
    value = sides[1] if isinstance(sides, tuple) else sides
    assert isinstance(value, int)
    return value


def _ends(rows: int, columns: int) -> Text:
    """The rows and columns at the end that are left over, in words."""
    if not columns:
        return T("the last row") if rows == 1 else T("the last {count} rows", count=rows)
    if not rows:
        return (
            T("the last column") if columns == 1 else T("the last {count} columns", count=columns)
        )
    if rows == columns == 1:
        return T("the last row and the last column")
    return T("the last {rows} rows and {columns} columns", rows=rows, columns=columns)


def _pair(numbers: Iterator[int]) -> str:
    rows, columns = numbers
    return f"{rows}×{columns}"


def warning(
    one: NodeAnalysis, id: str, text: Text, why: Text, parameter: str, fixes: tuple[Fix, ...]
) -> Problem:
    """A piece of the studio's advice; ``{layer}`` in its texts is filled in."""
    text, why = _named(text, one.node.name), _named(why, one.node.name)
    return Problem(one.node.id, Severity.WARNING, text, parameter, fixes, id, why=why)


def _named(text: Text, layer: str) -> Text:
    return Text(text.id, {"layer": layer, **text.params}, text.plural)
