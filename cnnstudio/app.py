"""The composition root of the window: creates everything once and connects it."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from PySide6.QtCore import QSettings, Qt, QTimer
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from cnnstudio.core.document import Document
from cnnstudio.core.project import Project
from cnnstudio.core.resources import resource
from cnnstudio.core.storage.edits_store import labels_beside
from cnnstudio.core.storage.places import logs_folder, recovery_folder
from cnnstudio.core.storage.project_file import SUFFIX
from cnnstudio.core.storage.samples import PREFIX
from cnnstudio.core.storage.weights_store import WeightsStore
from cnnstudio.core.text import T
from cnnstudio.core.training.run_state import RunState
from cnnstudio.protocol.client import EngineClient
from cnnstudio.protocol.importing import read_source
from cnnstudio.ui.background import Background
from cnnstudio.ui.data.missing import MissingBar
from cnnstudio.ui.data.workspace import DataWorkspace
from cnnstudio.ui.design.backbone_loader import bench_engine
from cnnstudio.ui.design.compare_choice import Runs
from cnnstudio.ui.design.custom_measuring import Measuring
from cnnstudio.ui.design.workspace import DesignWorkspace
from cnnstudio.ui.engines import Engines
from cnnstudio.ui.inspect.workspace import InspectWorkspace
from cnnstudio.ui.recovery import RecoveryGuard, RecoveryOffer
from cnnstudio.ui.theme.theme import Theme
from cnnstudio.ui.train.workspace import TrainWorkspace
from cnnstudio.ui.widgets.context import Context
from cnnstudio.ui.widgets.language import Language
from cnnstudio.ui.widgets.states import Remedy
from cnnstudio.ui.window.commands import FILE, FOLDER
from cnnstudio.ui.window.computer import this_computer
from cnnstudio.ui.window.dialogs import QtDialogs
from cnnstudio.ui.window.engine_news import EngineNews
from cnnstudio.ui.window.facts import ended_fact, took_long
from cnnstudio.ui.window.main_window import MainWindow
from cnnstudio.ui.window.messages import Messages
from cnnstudio.ui.window.model_export import ModelExport
from cnnstudio.ui.window.qt_words import QtWords
from cnnstudio.ui.window.session import Session
from cnnstudio.ui.window.settings import Preferences, follow
from cnnstudio.ui.window.signals import SignalsClose
from cnnstudio.ui.window.weights_keeper import WeightsKeeper

_WARM_AFTER = 1000
"""Milliseconds until an engine starts ahead: the window draws and answers before."""
_TIDY_AFTER = 5000  # milliseconds until weights that are no longer used are looked for


class Workspaces(NamedTuple):
    """The workspaces that are there, in the order of their tabs."""

    data: DataWorkspace
    design: DesignWorkspace
    train: TrainWorkspace
    inspect: InspectWorkspace


@dataclass(frozen=True, slots=True)
class Studio:
    """The parts of a running window.

    Attributes:
        window: The window.
        session: The project that is open.
        context: Theme and language.
        preferences: What the person prefers.
        messages: The news of this session.
        engines: The processes that train and answer.
        places: The workspaces.
        offer: What other windows have lost.
        keeper: Keeps the weights of what is opened.
    """

    window: MainWindow
    session: Session
    context: Context
    preferences: Preferences
    messages: Messages
    engines: Engines
    places: Workspaces
    offer: RecoveryOffer
    keeper: WeightsKeeper


def build(
    app: QApplication, store: QSettings, make: Callable[..., EngineClient] = EngineClient
) -> Studio:
    """Creates the window and everything it needs.

    Args:
        app: The application.
        store: Where preferences, sizes and positions are kept.
        make: Makes an engine's client.
    """
    preferences = Preferences(store)
    theme = Theme(
        app,
        preferences.theme,
        preferences.text_size,
        reduce_motion=preferences.reduce_motion,
    )
    context = Context(theme, Language(preferences.language))
    follow(preferences, context)
    QtWords(context.language, app)
    session = Session(Document(Project()), preferences)
    messages = Messages()
    engines = Engines(logs_folder(), preferences.backend, preferences.device, make, app)
    places = workspaces(context, session, engines, store)
    places.design.hire = lambda: bench_engine(preferences.backend, make)
    reader = partial(read_source, store=WeightsStore.of_person())
    window = MainWindow(
        context, preferences, session, places, this_computer(), messages, Background("files", app),
        reader,
    )  # fmt: skip
    dialogs = QtDialogs(context, window)
    session.use_dialogs(dialogs)
    window.trust = places.design.trust
    connect(places, window, messages)
    connect_data(places.data, window, messages)
    EngineNews(window, engines, dialogs)
    export = ModelExport(window, places.train.training, engines, Background("models", app))
    places.train.export_wanted.connect(export.ask)
    places.inspect.save_wanted.connect(export.ask_for)
    guard = RecoveryGuard(session, recovery_folder(), app)
    guard.news.connect(messages.add)
    keeper = WeightsKeeper(session, Background("weights", app), app)
    keeper.news.connect(messages.add)
    offer = RecoveryOffer(context, guard)
    window.offer(offer)
    return Studio(window, session, context, preferences, messages, engines, places, offer, keeper)


def workspaces(
    context: Context, session: Session, engines: Engines, store: QSettings
) -> Workspaces:
    """Creates the workspaces; what is heavy in them waits until they are first shown."""
    document = session.document
    train = TrainWorkspace(document, context, store, engines, lambda: session.path)
    data = DataWorkspace(document, context, store)
    design = DesignWorkspace(document, context, store, data.library)
    design.measuring = Measuring(document, design.trust, engines, design)
    design.trust.changed.connect(train.training.changed)
    design.runs = Runs(lambda: train.training.runs, train.training.refresh)
    return Workspaces(
        data,
        design,
        train,
        InspectWorkspace(context, store, engines, train.training.folders),
    )


def connect(places: Workspaces, window: MainWindow, messages: Messages) -> None:
    """What happens in one place reaches the others."""
    training, chip, session = places.train.training, window.header.run, window.session

    def go(place: str, layer: str) -> None:
        window.show_workspace(place)
        if layer:
            places.design.show_layer(layer)

    def show_new(layers: tuple[str, ...]) -> None:
        window.show_workspace("design")
        places.design.choose_layers(layers)

    def tell(run: RunState) -> None:
        watched = window.is_at("train") and window.isActiveWindow()
        if not watched:
            messages.add(ended_fact(run))
        if not window.isActiveWindow() and took_long(run):
            QApplication.alert(window)

    places.train.go_to.connect(go)
    window.imports.inserted.connect(show_new)
    places.inspect.train_wanted.connect(partial(go, "train", ""))
    places.train.progress.progressed.connect(chip.show_progress)
    places.train.progress.over.connect(chip.hide)
    training.changed.connect(window.actions_table.refresh)
    training.engines.state_changed.connect(window.actions_table.refresh)
    places.inspect.examination.checkpoint_changed.connect(window.actions_table.refresh)
    places.design.changed.connect(window.actions_table.refresh)
    places.design.news.connect(messages.add)
    places.design.failed.connect(window.notice.show_error)
    training.runs_changed.connect(places.inspect.refresh)
    training.runs_changed.connect(window.actions_table.refresh)
    training.ended.connect(tell)
    session.steps = places.design.steps
    session.settling.connect(places.design.settle)
    training.starting.connect(places.design.settle)
    window.actions_table.about_to_run.connect(places.design.settle)
    session.opened.connect(training.forget_project)
    session.saved.connect(training.keep_runs)


def connect_data(data: DataWorkspace, window: MainWindow, messages: Messages) -> None:
    """Other pictures come from the menu, the start page and whatever is dropped on the window."""
    entrance, opening, session = data.entrance, data.opening, window.session
    bar = MissingBar(window.context, data.watch)
    window.add_bar(bar)
    began_at_start = False

    def prepare() -> bool:
        nonlocal began_at_start
        began_at_start = not session.is_open
        if began_at_start:
            session.new()
        return session.is_open

    def want(what: str) -> None:
        named = {FOLDER: entrance.ask_folder, FILE: entrance.ask_file}
        named.get(what, partial(entrance.open_set, what))()

    def tell() -> None:
        if not window.is_at(data.id) and opening.source is not None:
            messages.add(
                T("{name} has been read. The Data workspace shows it.", name=opening.source.title)
            )

    def go_back() -> None:
        if began_at_start and session.is_open and not session.unsaved:
            window.show_start()

    entrance.choosers = lambda: session.dialogs
    entrance.prepare = prepare
    entrance.entered.connect(partial(window.show_workspace, data.id))
    entrance.failed.connect(window.notice.show_error)
    opening.used.connect(messages.add)
    opening.ready.connect(tell)
    opening.given_up.connect(go_back)
    bar.locate_wanted.connect(entrance.locate)
    bar.refresh_wanted.connect(entrance.refresh)
    data.library.edits_folders = lambda: [labels_beside(f) for f in session.weights_folders]
    session.opened.connect(opening.drop)
    session.opened.connect(data.watch.look)
    window.data_wanted.connect(want)
    window.data_dropped.connect(entrance.open)


def run_app(argv: Sequence[str]) -> int:
    """Shows the window until it is closed.

    Args:
        argv: The arguments after the program's name: a project file or ``sample:NAME`` to open.
    """
    QGuiApplication.setHighDpiScaleFactorRoundingPolicy(
        Qt.HighDpiScaleFactorRoundingPolicy.PassThrough
    )
    QApplication.setApplicationName("CNN Studio")
    QApplication.setOrganizationName("CNN Studio")
    QApplication.setDesktopFileName("cnnstudio")
    app = QApplication([sys.argv[0]])
    app.setWindowIcon(QIcon(str(resource("icons", "cnnstudio.svg"))))
    studio = build(app, QSettings())
    gc.freeze()  # what is there now stays: a collection would walk it for two frames, for nothing
    studio.window.restore_geometry()
    studio.window.show()
    SignalsClose(studio.window)
    QTimer.singleShot(_WARM_AFTER, studio.engines.warm)
    QTimer.singleShot(_TIDY_AFTER, studio.keeper.prune)
    for argument in argv[:1]:
        open_argument(studio.window, studio.offer, argument)
    return app.exec()


def open_argument(window: MainWindow, offer: RecoveryOffer, argument: str) -> None:
    """Opens what was named on the command line; lost work, offered on the start page, is told of.

    Args:
        window: Where it is opened.
        offer: What other windows have lost.
        argument: A project file or ``sample:NAME``; anything else does nothing.
    """
    if argument.startswith(PREFIX):
        window.session.open_sample(argument.removeprefix(PREFIX))
    elif Path(argument).suffix == SUFFIX:
        window.session.open(Path(argument))
    if offer.rows and window.session.is_open and window.notice.current is None:
        window.notice.show_news(
            T("There is unsaved work from last time."), Remedy(T("Show it"), window.show_start)
        )
