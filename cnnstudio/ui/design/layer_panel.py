"""The right panel: what is selected, its parameters, and where its numbers come from."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPoint, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from cnnstudio.core.analysis import Analysis, NodeAnalysis
from cnnstudio.core.layers.parameters import Parameter
from cnnstudio.core.layers.spec import Family
from cnnstudio.core.marks import can_freeze
from cnnstudio.core.network import Block, LayerNode, Network
from cnnstudio.core.text import TN, T, Text
from cnnstudio.ui.canvas.editor import Editor
from cnnstudio.ui.canvas.selection import Selection
from cnnstudio.ui.design.custom_panel import CustomPanel
from cnnstudio.ui.design.derivation import Derivation
from cnnstudio.ui.design.layer_marks import LayerMarks
from cnnstudio.ui.design.marks_desk import freeze
from cnnstudio.ui.design.opaque_layer import OpaqueLayer
from cnnstudio.ui.design.problem_notice import ProblemColumn
from cnnstudio.ui.design.size_finder import SizeFinder
from cnnstudio.ui.theme.tokens import FAMILY_ICONS, GAP, PANEL_PADDING
from cnnstudio.ui.widgets.buttons import IconButton
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.form import Form
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Line, Panel, vertical_scroll

_TILE = 28
_UNKNOWN = T("Sizes and counts are known once the errors are mended.")
_FREEZE = T("Freeze it: training shall leave its parameters as they are")
_THAW = T("It is frozen: training leaves its parameters as they are. Thaw it")


class FamilyTile(QWidget):
    """A layer's icon on its ground, 28×28."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        self._theme = context.theme
        self._family = Family.INPUT
        self._icon = FAMILY_ICONS[Family.INPUT]
        self.setFixedSize(QSize(_TILE, _TILE))
        context.theme.changed.connect(self.update)

    def show_family(self, family: Family | None, icon: str = "") -> None:
        """Shows another family, None for a layer the studio doesn't know, or a given icon."""
        self._family = family or Family.RESHAPING
        self._icon = icon or (FAMILY_ICONS[family] if family else "box")
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, family = self._theme, self._family
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.tile(family))
        painter.drawRoundedRect(QRectF(self.rect()), 6, 6)
        colour = theme.colours.families[family]
        painter.drawPixmap(6, 6, theme.pixmap(self._icon, colour, 16, self.devicePixelRatioF()))


class LayerHeader(QWidget):
    """Icon, name to edit in place, kind and place in the network, and whether it is frozen.

    Args:
        context: Theme and language.
        editor: What renames and freezes.
    """

    left = Signal()
    """The name was typed, or taken back: the focus belongs to the canvas again."""

    def __init__(self, context: Context, editor: Editor) -> None:
        super().__init__()
        self._editor = editor
        self._id, self._shown = "", ""
        self.tile = FamilyTile(context)
        self.name = QLineEdit()
        self.name.setProperty("kind", "plain")
        self.name.setFont(context.theme.font("title"))
        Phrase(context.language, self.name, QLineEdit.setAccessibleName, T("Name of the layer"))
        Phrase(context.language, self.name, QLineEdit.setToolTip, T("Rename  F2"))
        self.note = ElidedLabel(context, "", "small", "muted")
        self.lock = IconButton(context, "lock-open", _FREEZE, checkable=True)
        self.lock.hide()
        self.problem = Label(context, "", "small", "danger", wrap=True)
        for label in (self.note, self.problem):
            label.setContentsMargins(2, 0, 0, 0)  # as far in as a field's text
        self.problem.hide()
        row = QHBoxLayout(self)
        row.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, 8)
        row.setSpacing(GAP + 2)
        row.addWidget(self.tile, 0, Qt.AlignmentFlag.AlignVCenter)
        words = QVBoxLayout()
        words.setSpacing(2)
        for widget in (self.name, self.note, self.problem):
            words.addWidget(widget)
        row.addLayout(words, 1)
        row.addWidget(self.lock, 0, Qt.AlignmentFlag.AlignVCenter)
        self.lock.clicked.connect(self._toggle)
        self.name.editingFinished.connect(self._rename)
        self.name.returnPressed.connect(self._entered)
        self.name.installEventFilter(self)
        self._theme = context.theme
        context.theme.changed.connect(self._dress)

    def show_node(self, node: LayerNode, place: int, count: int) -> None:
        """Shows a layer.

        Args:
            node: The layer.
            place: Its number in the network, counted from 1.
            count: How many layers there are.
        """
        self._show_name(node.id, node.name)
        spec = node.spec
        self.tile.show_family(spec.family if spec else None)
        kind = spec.keras if spec else node.kind
        self.note.say(T("{kind} · layer {place} of {count}", kind=kind, place=place, count=count))
        self.lock.rename(*((_THAW, "lock") if node.frozen else (_FREEZE, "lock-open")))
        self.lock.setChecked(node.frozen)
        self.lock.setVisible(node.frozen or can_freeze(node))

    def show_block(self, block: Block, note: Text, family: Family) -> None:
        """Shows a block: its name, and what it is."""
        self._show_name(block.id, block.name)
        self.tile.show_family(family, "component")
        self.note.say(note)

    def _show_name(self, id: str, name: str) -> None:
        if (id, name) != (self._id, self._shown):
            self._id, self._shown = id, name
            self.name.setText(name)
            self.name.setCursorPosition(0)
            self.problem.hide()

    def edit_name(self) -> None:
        """Puts the cursor into the name, all of it selected."""
        self.name.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.name.selectAll()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape takes back what was typed."""
        if (
            isinstance(event, QKeyEvent)
            and event.type() == QEvent.Type.KeyPress
            and event.key() == Qt.Key.Key_Escape
        ):
            self.name.setText(self._shown)
            self.problem.hide()
            self.left.emit()
            return True
        return False

    def _dress(self) -> None:
        self.name.setFont(self._theme.font("title"))

    def _toggle(self, frozen: bool) -> None:
        freeze(self._editor, (self._id,), frozen)

    def _entered(self) -> None:
        self._rename()
        if self.problem.isHidden():
            self.left.emit()

    def _rename(self) -> None:
        typed = self.name.text().strip()
        refusal = self._editor.rename(self._id, typed) if typed != self._shown else None
        self.problem.say(refusal or "")
        self.problem.setVisible(refusal is not None)


class LayerPanel(Panel):
    """Shows the current layer, or what is selected, or the network.

    Args:
        context: Theme and language.
        editor: What changes the network.
        selection: What is selected.
    """

    layer_asked = Signal(str)
    """Another layer is wanted, one that a number comes from: its id."""

    def __init__(self, context: Context, editor: Editor, selection: Selection) -> None:
        super().__init__(context)
        self._context, self._editor, self._selection = context, editor, selection
        self._network = Network()
        self._analysis: Analysis | None = None
        self.header_row = LayerHeader(context, editor)
        self.overview = _Overview(context)
        self.opaque = OpaqueLayer(context)
        self.opaque.hide()
        self.custom = CustomPanel(context, editor)
        self.custom.hide()
        self.form: Form | None = None
        self._form_of: tuple[Parameter, ...] = ()
        self.problems = ProblemColumn(context, editor)
        self.marks = LayerMarks(context, editor)
        self.marks.left.connect(self.header_row.left)
        self.question = Label(context, T("Where do these numbers come from?"), "title")
        self.derivation = Derivation(context)
        self.derivation.layer_asked.connect(self.layer_asked)
        self.sizes = SizeFinder(context, editor)
        self.sizes.opened.connect(self._show_sizes)
        self._inside = QWidget()
        self._column = QVBoxLayout(self._inside)
        self._column.setContentsMargins(PANEL_PADDING, 8, PANEL_PADDING, PANEL_PADDING)
        self._column.setSpacing(GAP)
        self._column.addWidget(self.problems)
        self._column.addWidget(self.custom)
        self._line = Line()
        for widget in (
            self.overview,
            self.opaque,
            self.marks,
            self._line,
            self.question,
            self.derivation,
            self.sizes,
        ):
            self._column.addWidget(widget)
        self._column.addStretch(1)
        self._scroll: QScrollArea = vertical_scroll(self._inside)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.body.setSpacing(0)
        self._header_line = Line()
        self.body.addWidget(self.header_row)
        self.body.addWidget(self._header_line)
        self.body.addWidget(self._scroll, 1)
        selection.changed.connect(self._show)

    def sync(self, network: Network, analysis: Analysis) -> None:
        """Follows the network."""
        self._network, self._analysis = network, analysis
        self._show()

    def add_strip(self, strip: QWidget) -> None:
        """Adds what is told of the current layer between its name and its parameters."""
        self.body.insertWidget(self.body.indexOf(self._header_line) + 1, strip)

    def ask(self, quantity: str) -> None:
        """Shows where a number of the current layer comes from."""
        row = self.derivation.ask(quantity)
        if row is not None:
            self._bring_up(row)

    def _show_sizes(self) -> None:
        self._bring_up(self.sizes)

    def _bring_up(self, widget: QWidget) -> None:
        """Scrolls as little as needed to see a widget and what stands below it."""
        for part in (self.derivation, self._inside):
            layout = part.layout()
            assert layout is not None
            layout.activate()
        self._inside.adjustSize()
        top = widget.mapTo(self._inside, QPoint(0, 0)).y() - GAP
        bar = self._scroll.verticalScrollBar()
        if not bar.value() <= top <= bar.value() + self._scroll.viewport().height() // 3:
            bar.setValue(top)

    def edit_parameters(self) -> None:
        """Puts the focus on the first parameter."""
        if self._current() is not None and self.form is not None:
            self.form.focus_first()

    def _current(self) -> LayerNode | None:
        ids = self._selection.ids
        return self._network.by_id.get(ids[0]) if len(ids) == 1 else None

    def _show(self) -> None:
        analysis, node = self._analysis, self._current()
        if analysis is None:
            return
        facts = analysis.nodes.get(node.id) if node is not None else None
        for_layer: list[QWidget] = [
            self.header_row,
            self._header_line,
            self.marks,
            self.derivation,
        ]
        for part in for_layer:
            part.setVisible(node is not None)
        self.question.setVisible(facts is not None)
        self.overview.setVisible(node is None)
        self.sizes.show_layer(self._network, facts)
        if node is None:
            self.problems.show_problems("", (), 0)
            self.overview.show_selection(analysis, self._selection.ids)
            for part in (self.opaque, self.custom, self._line):
                part.hide()
            if self.form is not None:
                self.form.hide()
            return
        order = [
            *self._network.order,
            *(i for i in self._network.by_id if i in self._network.cyclic),
        ]
        self.header_row.show_node(node, order.index(node.id) + 1, len(order))
        kept = len(analysis.kept_of(node.id))
        problems = analysis.problems_of(node.id)
        told = tuple(problem for problem in problems if not problem.is_unmeasured)  # below
        self.problems.show_problems(node.id, told, kept)
        self._show_form(node, facts)
        self.marks.show_layer(node, facts)
        self._line.setVisible(facts is not None)
        self.derivation.show_facts(facts, analysis.nodes)
        self.derivation.ask("")

    def _show_form(self, node: LayerNode, facts: NodeAnalysis | None) -> None:
        parameters = node.spec.parameters if node.spec is not None else ()
        if self.form is not None and self._form_of != parameters:
            self.form.hide()
            self.form.deleteLater()
            self.form = None
        own = node.spec is None or node.custom is not None
        self.custom.setVisible(own)
        if own:
            self.custom.show_node(node)
        self.opaque.setVisible(node.spec is None)
        if node.spec is None:
            self.opaque.show_node(node)
            return
        if self.form is None:
            self.form = Form(self._context, parameters)
            self._form_of = parameters
            self.form.changed.connect(self._changed)
            self.form.changing.connect(self._changing)
            self._column.insertWidget(self._column.indexOf(self.custom) + 1, self.form)
        self.form.setVisible(bool(node.spec.parameters))
        self.form.set_values(node.params)
        self.form.show_facts(facts.weights if facts else (), facts.output if facts else None)
        assert self._analysis is not None
        for problem in self._analysis.problems_of(node.id):
            if problem.parameter and node.spec.parameter(problem.parameter) and not node.refused:
                self.form.mark(problem.parameter)  # the notice above says why

    def _changed(self, name: str, raw: object) -> None:
        node = self._current()
        if node is not None:
            self._editor.set_parameter(node.id, name, raw)

    def _changing(self, name: str, raw: object) -> None:
        node = self._current()
        if node is not None:
            self._editor.set_parameter(node.id, name, raw, finished=False)


class _Overview(QWidget):
    """The network, or several selected layers, in a few numbers."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 4, 0, 0)
        column.setSpacing(GAP)
        self.title = Label(context, "", "title")
        self.numbers = Label(context, "", "small", "muted", wrap=True)
        self.hint = Label(context, "", "small", "muted", wrap=True)
        for label in (self.title, self.numbers, self.hint):
            column.addWidget(label)

    def show_selection(self, analysis: Analysis, ids: tuple[str, ...]) -> None:
        """Shows the selected layers together, or all of them if none is selected."""
        if ids:
            self.title.say(TN("{count} layer selected", "{count} layers selected", len(ids)))
            hint = T("Delete takes them away and links what stood around them.")
        else:
            self.title.say(T("Network"))
            hint = T("Select a layer to change it, or click a number to see where it comes from.")
        shown = ids or tuple(analysis.network.by_id)
        facts = [analysis.nodes[id] for id in shown if id in analysis.nodes]
        if len(facts) < len(shown):
            self.numbers.say(_UNKNOWN)
        else:
            costs = _costs(facts)
            self.numbers.say(
                costs
                if ids
                else T(
                    "{layers}\n{costs}",
                    layers=TN("{count} layer", "{count} layers", len(shown)),
                    costs=costs,
                )
            )
        self.hint.say(hint)


def _costs(facts: list[NodeAnalysis]) -> Text:
    return T(
        "{params} parameters\n{macs} multiply-adds for one picture",
        params=sum(one.params for one in facts),
        macs=sum(one.macs for one in facts),
    )
