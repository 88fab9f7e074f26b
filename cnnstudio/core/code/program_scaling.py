"""The part of a program that finds the numbers of a scaling, and the weights of classes."""

from __future__ import annotations

from cnnstudio.core.project import Project

SCALING_FUNCTIONS = {
    "min-max": "min_max",
    "min-max-signed": "min_max_signed",
    "z-score": "z_score",
}
"""What the function of a scaling is called in a program; the others need none."""

BALANCED = "balanced_weights"
"""What the function that weighs pictures by their class is called in a program."""

_RANGE = """\
low = x_train.min(axis=(0, 1, 2)).astype("float64")
high = x_train.max(axis=(0, 1, 2)).astype("float64")
"""
_NUMBERS = {
    "min-max": _RANGE + "offset, spread = low, high - low",
    "min-max-signed": _RANGE + "offset, spread = (low + high) / 2, (high - low) / 2",
    "z-score": """\
offset = x_train.mean(axis=(0, 1, 2), dtype="float64")
spread = x_train.std(axis=(0, 1, 2), dtype="float64")""",
}
_WORDS = {
    "min-max": "Brings the lowest value a channel has in training to 0, the highest to 1.",
    "min-max-signed": "Brings the lowest value a channel has in training to -1, the highest to 1.",
    "z-score": "Gives the distance from a channel's mean in training, in its deviations.",
}

_BALANCED = f'''\
def {BALANCED}(labels):
    """Gives a picture the weight n / (k * n_c), where n_c of the n are of its class."""
    counts = np.bincount(labels)
    weights = len(labels) / (np.count_nonzero(counts) * np.maximum(counts, 1))
    return weights[labels].astype("float32")'''


def scaling_code(scaling: str) -> str:
    """Code that finds a scaling's numbers in the training pictures; "" where it needs none."""
    if scaling not in SCALING_FUNCTIONS:
        return ""
    return f'''\
{_NUMBERS[scaling]}
offset = offset.astype("float32")
factor = (1 / np.where(spread > 0, spread, 1)).astype("float32")


def {SCALING_FUNCTIONS[scaling]}(pictures):
    """{_WORDS[scaling]}"""
    return (pictures.astype("float32") - offset) * factor'''


def scaled(expression: str, scaling: str) -> str:
    """Code for pictures as the network gets them.

    Args:
        expression: Code for the pictures.
        scaling: A sound scaling.
    """
    if function := SCALING_FUNCTIONS.get(scaling):
        return f"{function}({expression})"
    factor = " * (1 / 255)" if scaling == "1/255" else ""
    return f'{expression}.astype("float32"){factor}'


def scaling_argument(scaling: str) -> str:
    """The argument that makes ``ImageDataGenerator`` scale."""
    if function := SCALING_FUNCTIONS.get(scaling):
        return f"preprocessing_function={function}"
    return "rescale=1 / 255" if scaling == "1/255" else "rescale=None"


def weights_code(project: Project) -> str:
    """Code that weighs pictures by their class; "" where all count alike."""
    return _BALANCED if project.training.class_weights == "balanced" else ""
