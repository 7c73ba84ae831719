"""The tool bars: running and grad mode above everything; how the graph is shown above the graph."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolBar, QToolButton, QWidget

from gradviz.ui.style.theme import icon_size

_WIDE, _ROOMY = 640, 500  # pixels of a bar in which there is room for everything, and for all but the zoom


def main_bar(actions: Mapping[str, QAction], timeline: QWidget, parent: QWidget) -> QToolBar:
    """Return the bar with Run, Stop, the steps of the run, the grad mode and Live."""
    bar = QToolBar(parent.tr("Run and grad mode"), parent)
    bar.setObjectName("main_bar")
    bar.setMovable(False)
    bar.setIconSize(icon_size(1.0))
    bar.addAction(actions["run"])
    bar.addAction(actions["stop"])
    _with_words(bar, actions["run"])
    bar.addSeparator()
    bar.addWidget(timeline)
    bar.addSeparator()
    bar.addWidget(_label(parent.tr("grad mode"), bar))
    for name in ("grad", "no_grad", "inference"):
        bar.addAction(actions[name])
    bar.addSeparator()
    bar.addAction(actions["live"])
    _with_words(bar, actions["live"])
    bar.addAction(actions["costs"])
    _with_words(bar, actions["costs"])
    bar.addAction(actions["inspect"])
    bar.addSeparator()
    bar.addAction(actions["export"])
    bar.addAction(actions["dark"])
    return bar


class GraphBar(QToolBar):
    """How the graph is shown, and how large."""

    def __init__(self, parent: QWidget, notice: QWidget, search: QWidget) -> None:
        super().__init__(parent)
        self.setIconSize(icon_size(1.0))
        # Between the buttons is room for a word and for searching, so that neither covers the graph nor moves it.
        self._middle = QWidget(self)
        room = QHBoxLayout(self._middle)
        room.setContentsMargins(6, 0, 6, 0)
        room.addWidget(notice, 1)
        room.addStretch()  # search stays at the right where there is no word
        room.addWidget(search)
        self._middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._all: list[tuple[int, QAction]] = []  # with the pixels of a bar in which there is room for it
        self._scale = _label("100%", self)
        self._scale.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._scale.setMinimumWidth(self.fontMetrics().horizontalAdvance("400%") + 12)

    def fill(self, actions: Mapping[str, QAction]) -> None:
        """Put the actions into the bar."""
        views = [actions[name] for name in ("both", "forward", "backward")]
        looks = [actions[name] for name in ("beside", "sideways", "legend")]
        zoom = [actions["zoom_out"], self.addWidget(self._scale), actions["zoom_in"]]
        always = [self.addWidget(self._middle), actions["search"], actions["fit"]]
        groups = ((0, views), (_ROOMY, [self.addSeparator(), *looks]), (0, always), (_WIDE, zoom))
        self._all = [(least, action) for least, group in groups for action in group]
        self._show(self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out of a narrow bar what wheel, keys and menu do as well: words and searching need the room."""
        super().resizeEvent(event)
        if any((event.size().width() >= least) != (event.oldSize().width() >= least) for least in (_ROOMY, _WIDE)):
            self._show(event.size().width())

    def _show(self, width: int) -> None:
        for _, action in self._all:
            self.removeAction(action)
        for least, action in self._all:
            if width >= least:
                self.addAction(action)

    def show_scale(self, scale: float) -> None:
        """Show how large the graph is."""
        self._scale.setText(f"{round(scale * 100)}%")


def _with_words(bar: QToolBar, action: QAction) -> None:
    button = bar.widgetForAction(action)
    if isinstance(button, QToolButton):
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)


def _label(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setContentsMargins(6, 0, 4, 0)
    return label
