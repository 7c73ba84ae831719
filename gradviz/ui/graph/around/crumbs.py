"""What part of the graph is seen: the path to the module that is looked into, each step of it a way back to there."""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QWidget

from gradviz.model.graph.modules import named
from gradviz.ui.style.plain import plain
from gradviz.ui.style.theme import Colours

Types = Mapping[str, tuple[str, ...]]


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
        self._told: list[tuple[str, str, tuple[str, ...]]] = []  # of each step: its path, its name, its class
        self.hide()

    @property
    def path(self) -> str | None:
        """The module that is looked into."""
        return self._path

    def show_path(
        self, path: str | None, counts: str = "", types: Mapping[str, tuple[str, ...]] = MappingProxyType({})
    ) -> None:
        """Show the way to a module; "": to the whole program, of which less is seen; None: nothing.

        Args:
            path: of the module.
            counts: how much of the graph is seen, in words.
            types: the classes of each module by its path.
        """
        self._counts.setText(counts)
        self.setVisible(path is not None)
        if path is None:
            return
        parts = path.split(".") if path else []
        steps = [(".".join(parts[:depth]), part) for depth, part in enumerate(parts, start=1)]
        told = [(whole, part, types.get(whole, ())) for whole, part in steps]
        if path == self._path and told == self._told:
            return
        self._path, self._told = path, told
        while (item := self._steps.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        self._add("", self.tr("Whole program"))
        for whole, part, of in told:
            self._steps.addWidget(QLabel("/", self))
            self._add(whole, named(part, of) if whole == path else part).setToolTip(plain(named(whole, of)))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self.setStyleSheet(f"#crumbs {{ border-bottom: 1px solid {colours.border}; }}")

    def _add(self, path: str, text: str) -> QToolButton:
        button = QToolButton(self)
        button.setText(plain(text))
        button.setAutoRaise(True)
        button.clicked.connect(partial(self.wanted.emit, path))
        self._steps.addWidget(button)
        return button
