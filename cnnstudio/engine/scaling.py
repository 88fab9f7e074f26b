"""The numbers a run scales its pictures by: found once, from then on the run's own."""

from __future__ import annotations

from cnnstudio.core.data.scaling import FITTED, Scaler, fixed_scaler
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.run_folder import RunFolder
from cnnstudio.core.text import T, Text


def scaler_of_run(run: RunFolder, channels: int) -> Scaler:
    """The scaler that a run was trained with.

    Args:
        run: The run.
        channels: The channels of the pictures to scale.

    Raises:
        BadInput: When the run's file doesn't have it, or has one for other pictures.
    """
    scaler, scaling = run.record.scaler, run.record.project.data.scaling
    if scaler is None and scaling not in FITTED:
        return fixed_scaler(scaling, channels)
    if scaler is None:
        raise BadInput(
            T(
                "{folder} doesn't say by which numbers its pictures were scaled ({scaling}). Its "
                "run.json is damaged or was changed; train again.",
                folder=str(run.path),
                scaling=scaling,
            )
        )
    if not len(scaler.offset) == len(scaler.factor) == channels:
        raise BadInput(
            T(
                "{folder} has numbers to scale {found} channels with, but the pictures have "
                "{channels}. Its run.json is damaged or was changed; train again.",
                folder=str(run.path),
                found=len(scaler.factor),
                channels=channels,
            )
        )
    return scaler


def told_scaling(run: RunFolder) -> tuple[Text, ...]:
    """What a file of the network alone doesn't say: by which numbers its pictures are scaled."""
    scaler = run.record.scaler
    if scaler is None or run.record.project.data.scaling not in FITTED:
        return ()
    return (
        T(
            "The network was trained on pictures scaled by numbers of its training pictures, which "
            "aren't in the file. Give it (x − {offset}) × {factor}, where x is 0 to 255.",
            offset=_numbers(scaler.offset),
            factor=_numbers(scaler.factor),
        ),
    )


def _numbers(values: tuple[float, ...]) -> str:
    """By channel, with as many digits as float32 has."""
    shown = [f"{value:.9g}" for value in values]
    return shown[0] if len(shown) == 1 else f"[{', '.join(shown)}]"
