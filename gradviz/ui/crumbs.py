"""What part of the graph is seen: the path to the module that is looked into, each step of it a way back to there."""

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from gradviz.ui.plain import plain
from gradviz.ui.theme import Colours


class Crumbs(QFrame):
    """One line above the graph, there while the person wants to see less than all of it.

    Signals:
        wanted: the path of a module to look into; "": the whole program.
        allWanted: all of the graph is to be seen.
    """

    wanted = Signal(str)
    allWanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("crumbs")
        self.setAccessibleName(self.tr("Part of the graph that is shown"))
        row = QHBoxLayout(self)
        row.setContentsMargins(6, 2, 6, 2)
        self._steps = QHBoxLayout()
        self._steps.setSpacing(0)
        row.addLayout(self._steps)
        row.addStretch(1)
        self._counts = QLabel(self)
        row.addWidget(self._counts)
        everything = QToolButton(self)
        everything.setText(self.tr("Show all"))
        everything.clicked.connect(self.allWanted)
        row.addWidget(everything)
        self._path: str | None = None
        self.hide()

    @property
    def path(self) -> str | None:
        """The module that is looked into."""
        return self._path

    def show_path(self, path: str | None, counts: str = "") -> None:
        """Show the way to a module; "": to the whole program, of which less is seen; None: nothing.

        Args:
            path: of the module.
            counts: how much of the graph is seen, in words.
        """
        self._counts.setText(counts)
        self.setVisible(path is not None)
        if path in (self._path, None):
            return
        self._path = path
        while (item := self._steps.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._add("", self.tr("Whole program"))
        parts = path.split(".") if path else []
        for depth, part in enumerate(parts, start=1):
            self._steps.addWidget(QLabel("/", self))
            self._add(".".join(parts[:depth]), part)

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self.setStyleSheet(f"#crumbs {{ border-bottom: 1px solid {colours.border}; }}")

    def _add(self, path: str, text: str) -> None:
        button = QToolButton(self)
        button.setText(plain(text))
        button.setAutoRaise(True)
        button.clicked.connect(partial(self.wanted.emit, path))
        self._steps.addWidget(button)
