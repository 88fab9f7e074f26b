"""What a person decides about a network of keras.applications before it is added."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from cnnstudio.core.backbones import (
    CLASSES,
    LARGEST,
    Backbone,
    BackboneChoice,
    Mode,
    check_choice,
)
from cnnstudio.core.blocks.library.spec import Place
from cnnstudio.core.errors import BadInput
from cnnstudio.core.storage.faults import show_bytes
from cnnstudio.core.text import T, Text
from cnnstudio.ui.widgets.buttons import Button
from cnnstudio.ui.widgets.choices import Segmented, Switch
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField
from cnnstudio.ui.widgets.label import Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.popover import SHADOW, Popover

_WIDTH = 380
_BELOW_TOP = 48
_STEP = 32  # what the strides of most networks amount to

_SIZE = T(
    "The rows and columns it is given. Pictures of another size are resized by a layer of the "
    "block."
)
_HEAD = T(
    "The last layers, which tell classes apart. Cut off, the network ends in its last feature map, "
    "and you add a head for your own classes."
)
_WEIGHTS = T(
    "ImageNet: the values it has learned from 1.3 million photographs of 1,000 classes. None: "
    "drawn anew, and trained from the start."
)
_PREPROCESSING = T(
    "Layers that prepare pictures as the network was trained on them. Without them its weights "
    "mean little."
)
_FREEZE = T(
    "Whether training leaves its weights as they are and only trains what you add. Its layers can "
    "be thawed later."
)


class BackboneForm(Popover):
    """A small form over the canvas; Enter adds, Escape closes.

    Args:
        context: Theme and language.
        parent: The window it belongs to.

    Attributes:
        accepted: The person wants it so: the `BackboneChoice`.
    """

    accepted = Signal(object)

    def __init__(self, context: Context, parent: QWidget) -> None:
        super().__init__(context, parent)
        self._backbone: Backbone | None = None
        self._place, self._unit_range = Place(), False
        self.title = Label(context, "", "title")
        self.about = Label(context, "", "small", "muted", wrap=True)
        self.size_field = NumberField(context, T("Rows and columns"), _STEP)
        self.head = Segmented(context, [(False, T("Cut off")), (True, T("On"))], T("Head"))
        self.weights = Segmented(context, [(False, T("None")), (True, "ImageNet")], T("Weights"))
        self.preprocessing = Switch(context, T("Preprocessing"))
        self.frozen = Switch(context, T("Freeze"))
        self.source = Label(context, "", "small", "muted", wrap=True)
        self.problem = Label(context, "", "small", "danger", wrap=True)
        self.add = Button(context, T("Add"), kind="primary")
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(8)
        self._grid.setColumnStretch(1, 1)
        self.body.addWidget(self.title)
        self.body.addWidget(self.about)
        for name, field, help in (
            (T("Size, px"), self.size_field, _SIZE),
            (T("Head"), self.head, _HEAD),
            (T("Weights"), self.weights, _WEIGHTS),
            (T("Preprocessing"), self.preprocessing, _PREPROCESSING),
            (T("Freeze"), self.frozen, _FREEZE),
        ):
            self._row(context, name, field, help)
        self.body.addLayout(self._grid)
        self.body.addWidget(self.source)
        self.body.addWidget(self.problem)
        self.body.addWidget(self.add, 0, Qt.AlignmentFlag.AlignRight)
        self.setFixedWidth(context.theme.scaled(_WIDTH) + 2 * SHADOW)
        self.size_field.set_bounds(1, LARGEST)
        for changed in (
            self.size_field.changed,
            self.size_field.changing,
            self.head.changed,
            self.weights.changed,
            self.preprocessing.toggled,
            self.frozen.toggled,
        ):
            changed.connect(self._show)
        self.add.clicked.connect(self._accept)

    def ask(self, backbone: Backbone, place: Place, *, unit_range: bool, over: QWidget) -> None:
        """Opens at the top of `over`.

        Args:
            backbone: The network.
            place: Where it goes: its size is taken from there where it can be.
            unit_range: Whether pictures come as 0..1.
            over: The canvas.
        """
        self._backbone, self._place, self._unit_range = backbone, place, unit_range
        self.title.say(backbone.name)
        self.about.say(
            T(
                "{summary}\n{paper}\n{top1} % of ImageNet's validation pictures right",
                summary=backbone.summary,
                paper=backbone.family.paper,
                top1=backbone.top1,
            )
        )
        self.size_field.set_value(self._usual_size(backbone))
        self.head.set_value(False)
        self.weights.set_value(True)
        self.preprocessing.setChecked(True)
        self.frozen.setChecked(True)
        self._show()
        middle = over.mapToGlobal(QPoint(over.width() // 2, _BELOW_TOP))
        self.move(middle - QPoint(self.width() // 2, SHADOW))
        self.show()
        self.add.setFocus(Qt.FocusReason.PopupFocusReason)

    @property
    def choice(self) -> BackboneChoice:
        """What is chosen."""
        assert self._backbone is not None
        pretrained = bool(self.weights.value)
        preprocessing = self.preprocessing.isChecked()
        typed = self.size_field.value
        return BackboneChoice(
            name=self._backbone.name,
            size=typed if isinstance(typed, int) else 0,
            head=bool(self.head.value),
            pretrained=pretrained,
            preprocessing=preprocessing,
            frozen=pretrained and self.frozen.isChecked(),
            channels=3 if pretrained or preprocessing else self._given_channels(),
            classes=CLASSES if pretrained else self._place.classes,
            unit_range=self._unit_range,
        )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._accept()
        else:
            super().keyPressEvent(event)

    def _row(self, context: Context, text: Text, field: QWidget, help: Text) -> None:
        label = Label(context, text, "body", "muted")
        for part in (label, field):
            Phrase(context.language, part, QWidget.setToolTip, help)
        row = self._grid.rowCount()
        self._grid.addWidget(label, row, 0)
        side = Qt.AlignmentFlag.AlignLeft if isinstance(field, Switch) else Qt.AlignmentFlag(0)
        self._grid.addWidget(field, row, 1, side)

    def _usual_size(self, backbone: Backbone) -> int:
        """The place's rows and columns where the network takes them, else its own."""
        shape = self._place.shape
        if not shape or len(shape) != 3 or shape[0] != shape[1]:
            return backbone.size
        fits = backbone.family.smallest <= shape[0] <= LARGEST
        return shape[0] if fits else backbone.size

    def _given_channels(self) -> int:
        return self._place.shape[-1] if self._place.shape else 3

    def _show(self) -> None:
        """Follows what is chosen: what can be, where weights come from, what is wrong."""
        backbone = self._backbone
        if backbone is None:
            return
        head, pretrained = bool(self.head.value), bool(self.weights.value)
        fixed = head and pretrained
        if fixed:
            self.size_field.set_value(backbone.size)
        self.size_field.setEnabled(not fixed)
        inside = backbone.family.mode is Mode.INSIDE
        if inside:
            self.preprocessing.setChecked(True)
        self.preprocessing.setEnabled(not inside)
        self.frozen.setEnabled(pretrained)
        self.source.say(self._source(backbone, head=head, pretrained=pretrained))
        problem = self._problem()
        self.problem.say(problem)
        self.problem.setVisible(bool(problem))
        self.add.setEnabled(not problem)
        self.adjustSize()

    def _source(self, backbone: Backbone, *, head: bool, pretrained: bool) -> Text:
        """How many parameters there are, and where their values come from."""
        count = backbone.count(head=head)
        if not pretrained:
            self.add.say(T("Add"))
            if head:
                return T("Its weights are drawn anew.")
            return T("{count} parameters, drawn anew.", count=count)
        choice = self.choice
        file = backbone.weights_file(head=head, size=choice.size)
        if file.path.is_file():
            self.add.say(T("Add"))
            return T("{count} parameters, their values in Keras' cache.", count=count)
        self.add.say(T("Download and add"))
        return T(
            "{count} parameters; their values are downloaded once, about {size}.",
            count=count,
            size=show_bytes(backbone.weights_bytes(head=head)),
        )

    def _problem(self) -> Text | str:
        try:
            check_choice(self.choice)
        except BadInput as error:
            return error.text
        return ""

    def _accept(self) -> None:
        self.size_field.clearFocus()  # what is still being typed counts
        if self.add.isEnabled():
            self.hide()
            self.accepted.emit(self.choice)
