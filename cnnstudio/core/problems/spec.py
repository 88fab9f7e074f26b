"""What a problem is: an error or a warning about one layer, and what would help."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from cnnstudio.core.layers.custom import UNMEASURED
from cnnstudio.core.layers.spec import Fix, Origin
from cnnstudio.core.text import T, Text


class Severity(StrEnum):
    """Whether a problem keeps the network from being trained."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """Something to tell about one layer.

    Attributes:
        node: The layer's id; "" for an empty network.
        severity: Whether the network can be trained with it.
        text: What is wrong, with which layers and shapes, and what would help.
        parameter: The parameter it is about, "" if none.
        fixes: Edits that would help, likeliest first (``core.problems.fixes.apply_fix``).
        id: Names a warning among those of its layer; what is kept is named by it.
        origin: Whose word a warning is.
        why: Why it matters, where `text` doesn't say.
    """

    node: str
    severity: Severity
    text: Text
    parameter: str = ""
    fixes: tuple[Fix, ...] = ()
    id: str = ""
    origin: Origin = Origin.STUDIO
    why: Text | None = None

    @property
    def is_unmeasured(self) -> bool:
        """Whether all that is wrong is that a layer of one's own was never measured."""
        return self.severity is Severity.ERROR and self.id == UNMEASURED

    @property
    def labelled(self) -> Text:
        """The sentence, and whose word a warning is."""
        if self.severity is Severity.ERROR:
            return self.text
        if self.origin is Origin.KERAS:
            return T("Known hole of Keras: {warning}", warning=self.text)
        return T("Advice: {warning}", warning=self.text)
