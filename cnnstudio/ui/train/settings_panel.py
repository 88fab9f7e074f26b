"""How the next run trains: settings, checked while they are typed, locked while a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec.structs import replace
from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QWidget

from cnnstudio.core.augmentation.settings import Augmentation
from cnnstudio.core.document import Document
from cnnstudio.core.project import Project, TrainingSettings
from cnnstudio.core.text import T, Text
from cnnstudio.ui.theme.tokens import FORM_ROW, GAP
from cnnstudio.ui.train.augmentation_line import AugmentationLine
from cnnstudio.ui.train.settings import SETTINGS, Setting
from cnnstudio.ui.train.training import Training
from cnnstudio.ui.widgets.choices import Combo, Switch
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.fields import NumberField
from cnnstudio.ui.widgets.label import ElidedLabel, Label
from cnnstudio.ui.widgets.language import Phrase
from cnnstudio.ui.widgets.panel import Panel
from cnnstudio.ui.widgets.section import Icon, Section, stack_sections
from cnnstudio.ui.window.facts import ready_fact

_LABEL_WIDTH = 92
_LOCKED = T("fixed while training")
MOMENTUM_TAKERS = ("sgd", "rmsprop")


class SettingsPanel(Panel):
    """The left column of the Train workspace.

    Args:
        context: Theme and language.
        document: The project being edited.
        training: Says what is wrong, and whether a run goes on.
    """

    def __init__(self, context: Context, document: Document, training: Training) -> None:
        super().__init__(context, T("Settings"), scrolls=True)
        self._document = document
        self._training = training
        self._lock = _Lock(context)
        assert self.header is not None
        self.header.add(self._lock)
        form = Section(context)
        form.body.setSpacing(0)
        self.rows = {setting.field: Row(context, setting, self._edit) for setting in SETTINGS}
        for row in self.rows.values():
            form.body.addWidget(row)
        self.augmentation = AugmentationLine(context, _LABEL_WIDTH, self._remove_augmentation)
        form.body.addWidget(self.augmentation)
        device = Section(context, T("Device"))
        self._device = Label(context, "", "body", wrap=True)
        self._engine = Label(context, "", "small", "muted", wrap=True)
        device.body.addWidget(self._device)
        device.body.addWidget(self._engine)
        stack_sections(self, form, device)
        self.destroyed.connect(document.subscribe(lambda _before, _after: self.sync()))
        training.changed.connect(self.sync)
        training.engine_changed.connect(self._show_engine)
        self.sync()

    def sync(self) -> None:
        """Shows the project's settings, what is wrong, and whether they can be changed."""
        settings = self._document.project.training
        wrong = {problem.field: problem.text for problem in self._training.problems()}
        locked = self._training.running
        for field, row in self.rows.items():
            row.set_value(_value(settings, field))
            row.show_problem(wrong.get(field))
            row.set_locked(locked)
        momentum = self.rows["training.optimizer.momentum"]
        taken = settings.optimizer.name in MOMENTUM_TAKERS
        momentum.setVisible(taken or "training.optimizer.momentum" in wrong)
        self.augmentation.show_of(self._document.project.augmentation, wrong, locked=locked)
        self._lock.setVisible(locked)
        self._show_engine()

    def focus_field(self, field: str) -> None:
        """Goes to a setting."""
        if field in self.rows:
            self.rows[field].editor.setFocus(Qt.FocusReason.TabFocusReason)

    def _show_engine(self) -> None:
        engines = self._training.engines
        self._device.say(ready_fact(engines.ready) if engines.ready else "")
        self._device.setVisible(engines.ready is not None)
        self._engine.say(engines.describe())

    def _remove_augmentation(self) -> None:
        def edit(project: Project) -> Project:
            return replace(project, augmentation=Augmentation())

        self._document.apply(edit, T("Remove augmentation"))

    def _edit(self, setting: Setting, value: Any, *, done: bool) -> None:
        name = setting.field.removeprefix("training.")

        def edit(project: Project) -> Project:
            training = project.training
            if name.startswith("optimizer."):
                part = name.removeprefix("optimizer.")
                changed = replace(training, optimizer=replace(training.optimizer, **{part: value}))
            else:
                changed = replace(training, **{name: value})
            return replace(project, training=changed)

        text = T("Change {setting}", setting=setting.label)
        self._document.apply(edit, text, field=setting.field)
        if done:
            self._document.end_gesture()


class Row(QWidget):
    """A label, a field, and below it what is wrong."""

    def __init__(self, context: Context, setting: Setting, edit: Callable[..., None]) -> None:
        super().__init__()
        self._context = context
        self.editor = _editor(context, setting)
        self._label = ElidedLabel(context, setting.label, "body", "muted")
        self.problem = Label(context, "", "small", "danger", wrap=True)
        self.problem.hide()
        self._help = Phrase(context.language, self, QWidget.setToolTip, setting.help)
        self._help_text = setting.help
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GAP)
        grid.setVerticalSpacing(2)
        grid.addWidget(self._label, 0, 0)
        if isinstance(self.editor, Switch):
            grid.addWidget(self.editor, 0, 1, Qt.AlignmentFlag.AlignLeft)
            self.editor.toggled.connect(lambda on: edit(setting, on, done=True))
        else:
            grid.addWidget(self.editor, 0, 1)
        grid.addWidget(self.problem, 1, 1)
        grid.setColumnStretch(1, 1)
        self._grid = grid
        if isinstance(self.editor, Combo):
            self.editor.chosen.connect(lambda value: edit(setting, value, done=True))
        elif isinstance(self.editor, NumberField):
            self.editor.changing.connect(lambda value: edit(setting, value, done=False))
            self.editor.changed.connect(lambda value: edit(setting, value, done=True))
        context.theme.changed.connect(self._resize)
        self._resize()

    def set_value(self, value: Any) -> None:
        """Shows a value without a signal."""
        match self.editor:
            case Switch():
                with QSignalBlocker(self.editor):
                    self.editor.setChecked(value is True)
            case Combo() | NumberField():
                self.editor.set_value(value)

    def show_problem(self, problem: Text | None) -> None:
        """Shows what is wrong, or nothing."""
        self.problem.say(problem or "")
        self.problem.setVisible(problem is not None)
        if isinstance(self.editor, NumberField):
            self.editor.set_error(problem is not None)

    def set_locked(self, locked: bool) -> None:
        """Locks the field, and says why in its tooltip."""
        self.editor.setEnabled(not locked)
        self._help.set(
            T("Can't be changed while a training goes on: stop it, or wait for its end.")
            if locked
            else self._help_text
        )

    def _resize(self) -> None:
        theme = self._context.theme
        self._label.setFixedWidth(theme.scaled(_LABEL_WIDTH))
        self._grid.setColumnMinimumWidth(0, theme.scaled(_LABEL_WIDTH))
        self._grid.setRowMinimumHeight(0, theme.scaled(FORM_ROW))


class _Lock(QWidget):
    """A lock and the word why."""

    def __init__(self, context: Context) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, GAP, 0)
        row.setSpacing(6)
        row.addWidget(Icon(context, "lock", side=14))
        row.addWidget(Label(context, _LOCKED, "small", "muted"))


def _editor(context: Context, setting: Setting) -> QWidget:
    if setting.options:
        return Combo(context, setting.options, setting.label)
    if setting.field == "training.shuffle":
        return Switch(context, setting.label)
    field = NumberField(context, setting.label, setting.step)
    field.set_bounds(*setting.bounds)
    return field


def _value(settings: TrainingSettings, field: str) -> Any:
    value: Any = settings
    for part in field.removeprefix("training.").split("."):
        value = getattr(value, part)
    return value
