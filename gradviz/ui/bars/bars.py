"""The tool bars: running and grad mode above everything; how the graph is shown above the graph."""

from collections.abc import Mapping

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QToolBar, QToolButton, QWidget

from gradviz.ui.style.theme import icon_size

# Pixels of a bar in which there is room for everything, and for all but the zoom, beside text of the system's size.
_WIDE, _ROOMY = 720, 600
REST = "qt_toolbar_ext_button"  # the button behind which Qt puts what has no room


class MainBar(QToolBar):
    """Run, Stop, the steps of the run, the grad mode, Live and what else is shown.

    Where not all of it has room the words beside icons give way, before a button does.
    """

    def __init__(self, actions: Mapping[str, QAction], timeline: QWidget, parent: QWidget) -> None:
        super().__init__(parent.tr("Run and grad mode"), parent)
        self.setObjectName("main_bar")
        self.setMovable(False)
        self.setIconSize(icon_size(1.0))
        self.addActions([actions["run"], actions["stop"]])
        self.addSeparator()
        self.addWidget(timeline)
        self.addSeparator()
        self.addWidget(_label(parent.tr("grad mode"), self))
        self.addActions([actions[name] for name in ("grad", "no_grad", "inference")])
        self.addSeparator()
        self.addActions([actions[name] for name in ("live", "costs", "inspect")])
        self.addSeparator()
        self.addActions([actions[name] for name in ("export", "dark")])
        self._words = [actions[name] for name in ("run", "live", "costs")]
        _name_rest(self, parent.tr("More"))
        self._worded, self._spared = False, 0  # whether they are shown, and the pixels that it takes
        self._say(True)

    def event(self, event: QEvent) -> bool:
        """Look for room where the bar, or something in it, has another size."""
        done = super().event(event)
        if event.type() in (QEvent.Type.Resize, QEvent.Type.LayoutRequest):
            self._fit()
        return done

    def _fit(self) -> None:
        wanted = self.sizeHint().width()
        if self._worded and wanted > self.width():
            self._say(False)
            self._spared = wanted - self.sizeHint().width()
        elif not self._worded and wanted + self._spared <= self.width():
            self._say(True)

    def _say(self, words: bool) -> None:
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if words else Qt.ToolButtonStyle.ToolButtonIconOnly
        self._worded = words
        for action in self._words:
            button = self.widgetForAction(action)
            if isinstance(button, QToolButton):
                button.setToolButtonStyle(style)


class GraphBar(QToolBar):
    """How the graph is shown, and how large."""

    def __init__(self, parent: QWidget, notice: QWidget, search: QWidget) -> None:
        super().__init__(parent)
        self.setIconSize(icon_size(1.0))
        _name_rest(self, parent.tr("More"))
        # Between the buttons is room for a word and for searching, so that neither covers the graph nor moves it.
        self._middle = QWidget(self)
        room = QHBoxLayout(self._middle)
        room.setContentsMargins(6, 0, 6, 0)
        room.addWidget(notice, 1)
        room.addStretch()  # search stays at the right where there is no word
        room.addWidget(search)
        self._middle.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._all: list[tuple[int, QAction]] = []  # with the pixels of a bar in which there is room for it
        self._shown: list[QAction] = []
        self._scale = Scale(self)
        self.iconSizeChanged.connect(self._show)

    def fill(self, actions: Mapping[str, QAction]) -> None:
        """Put the actions into the bar."""
        views = [actions[name] for name in ("both", "forward", "backward")]
        looks = [actions[name] for name in ("beside", "sideways", "legend")]
        zoom = [actions["zoom_out"], self.addWidget(self._scale), actions["zoom_in"]]
        always = [self.addWidget(self._middle), actions["search"], actions["fit"]]
        groups = ((0, views), (_ROOMY, [self.addSeparator(), *looks]), (0, always), (_WIDE, zoom))
        self._all = [(least, action) for least, group in groups for action in group]
        self._show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out of a narrow bar what wheel, keys and menu do as well: words and searching need the room."""
        super().resizeEvent(event)
        self._show()

    def _show(self) -> None:
        width = self.width() * icon_size(1.0).width() / self.iconSize().width()  # buttons are as large as their text
        shown = [action for least, action in self._all if width >= least]
        if shown != self._shown:
            self._shown = shown
            for _, action in self._all:
                self.removeAction(action)
            self.addActions(shown)

    def show_scale(self, scale: float) -> None:
        """Show how large the graph is."""
        self._scale.show_scale(scale)


class Scale(QLabel):
    """How large the graph is, in as much room as the largest takes: what stands beside it does not move."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setContentsMargins(6, 0, 6, 0)
        self.show_scale(1.0)

    def show_scale(self, scale: float) -> None:
        """Show how large it is, 1.0 being as it is drawn."""
        self.setText(f"{round(scale * 100)}%")

    def sizeHint(self) -> QSize:
        """Return that room, in the size that text has by now."""
        margins = self.contentsMargins()
        width = self.fontMetrics().horizontalAdvance("400%") + margins.left() + margins.right()
        return super().sizeHint().expandedTo(QSize(width, 0))

    def minimumSizeHint(self) -> QSize:
        """Return the same: a part of a number is another number."""
        return self.sizeHint()


def _name_rest(bar: QToolBar, name: str) -> None:
    """Name the button of what has no room."""
    for button in bar.findChildren(QToolButton, REST):
        button.setAccessibleName(name)
        button.setToolTip(name)


def _label(text: str, parent: QWidget) -> QLabel:
    label = QLabel(text, parent)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setContentsMargins(6, 0, 4, 0)
    return label
