"""What the program said, what was wrong with it, what changed since the run before, and what costs most: four tabs."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QTextOption
from PySide6.QtWidgets import QFrame, QListWidget, QListWidgetItem, QPlainTextEdit, QTabWidget, QWidget

from gradviz.model.source.place import Edit
from gradviz.model.trace import GradMode, Output
from gradviz.picture.picture import Hot, Offer, Problem
from gradviz.ui.docks.listing import WHOLE, Listing
from gradviz.ui.style.plain import one_line, plain
from gradviz.ui.style.problemtext import whole
from gradviz.ui.style.theme import POINTS, Colours, colour, monospace

_MOST = 256 * 1024  # characters of output shown; the engine cuts too, but is not trusted to
_MOST_PROBLEMS = 500
_PROBLEMS, _CHANGES, _HEAT = 1, 2, 3  # the tabs behind that of the output
_COUNT = " (9)"
_PLACE = Qt.ItemDataRole.UserRole


class OutputTabs(QTabWidget):
    """Output, problems, changes and heat.

    Signals:
        placeWanted: line and column of the problem the person picked.
        markWanted: the node of the graph that the person picked.
        fixWanted: what mends a problem, as an `Offer` has it, when the row that offers it is picked.
        tabsCut: there is more to read on the tabs than their room holds.
    """

    placeWanted = Signal(int, int)
    markWanted = Signal(str)
    fixWanted = Signal(object)
    tabsCut = Signal()

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colours = colours
        self._said: tuple[Output, ...] = ()
        self._listed: tuple[Problem, ...] = ()
        self._told: tuple[str, ...] = ()
        self._hottest: tuple[Hot, ...] = ()
        self._heat_wanted = False
        self._edits: dict[int, Edit | GradMode] = {}  # by row of the list, what it offers
        self._text = QPlainTextEdit(self)
        self._text.setReadOnly(True)
        self._text.setFrameShape(QFrame.Shape.NoFrame)
        self._text.setAccessibleName(self.tr("Output"))
        self._text.setPlaceholderText(self.tr("What the program prints appears here"))
        self._text.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.set_size(POINTS)  # before a style sheet: what it paints in has the font that it has then
        self._list = Listing(self.tr("Problems"), self)
        self._list.say_instead(self.tr("Errors and warnings appear here"))
        self._list.itemActivated.connect(self._picked)
        self._list.itemClicked.connect(self._picked)
        self._changes = Listing(self.tr("Changes"), self)
        self._heat = QListWidget(self)
        self._heat.setFrameShape(QFrame.Shape.NoFrame)
        self._heat.setAccessibleName(self.tr("Heat"))
        self._heat.itemActivated.connect(self._heat_picked)
        self._heat.itemClicked.connect(self._heat_picked)
        self.setDocumentMode(True)
        self.setAccessibleName(self.tr("Output and problems"))
        # Where they have too little room each gives way a bit: behind arrows nobody would look for one.
        self.tabBar().setUsesScrollButtons(False)
        self.tabBar().setElideMode(Qt.TextElideMode.ElideRight)
        self.addTab(self._text, self.tr("Output"))
        self.addTab(self._list, self.tr("Problems"))
        self.addTab(self._changes, self.tr("Changes"))
        self.addTab(self._heat, self.tr("Heat"))
        self.setTabVisible(_HEAT, False)

    @property
    def output(self) -> str:
        """The text shown."""
        return self._text.toPlainText()

    @property
    def problems(self) -> tuple[str, ...]:
        """The problems shown."""
        rows = (at for at in range(self._list.count()) if at not in self._edits)
        return tuple(self._list.item(at).text() for at in rows)

    @property
    def heat(self) -> QListWidget:
        """What costs most."""
        return self._heat

    @property
    def no_changes(self) -> str:
        """What is said where nothing is said to have changed."""
        return self._changes.instead

    @property
    def changes(self) -> tuple[str, ...]:
        """What is said to have changed."""
        return tuple(self._changes.item(at).text() for at in range(self._changes.count()))

    @property
    def tabs_width(self) -> int:
        """The pixels in which the tabs are read whole, also once there is a count on each that can have one."""
        bare = sum(not counted for counted in (self._listed, self._told))
        return self.tabBar().sizeHint().width() + bare * self.fontMetrics().horizontalAdvance(_COUNT)

    def set_size(self, points: float) -> None:
        """Set the size of what the program printed."""
        self._text.setFont(monospace(points))

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self._fill(self._listed)

    def show_output(self, output: tuple[Output, ...]) -> None:
        """Show what was printed, at its end where the end was in view."""
        if output == self._said:
            return
        self._said = output
        bar = self._text.verticalScrollBar()
        at_end = bar.value() >= bar.maximum()
        self._text.setPlainText(plain("".join(piece.text for piece in output), _MOST))
        bar.setValue(bar.maximum() if at_end else min(bar.value(), bar.maximum()))

    def show_problems(self, problems: tuple[Problem, ...]) -> None:
        """List errors and warnings."""
        if problems != self._listed:
            self._fill(problems)

    def show_changes(self, told: tuple[str, ...], instead: str) -> None:
        """List what changed since the run before; where that is nothing, say what else there is to say of it."""
        self._changes.say_instead(instead)
        if told == self._told:
            return
        self._told = told
        self._changes.clear()
        self._changes.addItems([plain(line, 1000) for line in told])
        count = len(told)
        self._name(_CHANGES, self.tr("Changes ({count})").format(count=f"{count:,}") if count else self.tr("Changes"))

    def show_heat(self, hottest: tuple[Hot, ...]) -> None:
        """List what costs most: nodes, then lines."""
        if hottest == self._hottest:
            return
        self._hottest = hottest
        self._heat.clear()
        for hot in hottest:
            item = QListWidgetItem(plain(hot.text, 200))
            item.setData(_PLACE, (hot.mark, hot.line))
            self._heat.addItem(item)
        self.setTabVisible(_HEAT, bool(hottest))
        if hottest and self._heat_wanted:
            self.setCurrentIndex(_HEAT)
            self._heat_wanted = False
        self._look_at_tabs()

    def want_heat(self) -> None:
        """Bring what costs most into view when it comes: behind the other tabs it is not seen in a narrow panel."""
        self._heat_wanted = True

    def _heat_picked(self, item: QListWidgetItem) -> None:
        mark, line = item.data(_PLACE)
        if line is not None:
            self.placeWanted.emit(line, 0)
        elif mark is not None:
            self.markWanted.emit(mark)

    def _fill(self, problems: tuple[Problem, ...]) -> None:
        self._listed = problems
        self._edits.clear()
        self._list.clear()
        for problem in problems[:_MOST_PROBLEMS]:
            self._list.addItem(self._item(problem))
            for offer in problem.offers:
                self._add_offer(offer)
        count = f"{len(problems):,}"
        self._name(_PROBLEMS, self.tr("Problems ({count})").format(count=count) if problems else self.tr("Problems"))
        error = any(problem.severity == "error" for problem in problems)
        self.tabBar().setTabTextColor(_PROBLEMS, colour(self._colours.error if error else self._colours.text))

    def _name(self, at: int, text: str) -> None:
        self.setTabText(at, text)
        self._look_at_tabs()

    def _look_at_tabs(self) -> None:
        if self.tabBar().sizeHint().width() > self.width():
            self.tabsCut.emit()

    def _item(self, problem: Problem) -> QListWidgetItem:
        where = self.tr("Line {line}").format(line=problem.line) if problem.line else self.tr("The run")
        text = f"{where}: {plain(problem.message, 1000)}"
        original = plain(problem.original, 1000)
        if original and original not in text:
            text += f"\n{original}"
        item = QListWidgetItem(text)
        item.setForeground(colour(self._colours.error if problem.severity == "error" else self._colours.warning))
        item.setData(_PLACE, (problem.line or 0, problem.column))
        item.setData(WHOLE, whole(problem))
        return item

    def _add_offer(self, offer: Offer) -> None:
        """A row of its own, which wraps as the others do, and no child widget for each of many."""
        item = QListWidgetItem(f"✎ {one_line(offer.text)}")
        item.setForeground(colour(self._colours.accent))
        item.setToolTip(self.tr("Change the program"))
        item.setData(WHOLE, offer.text)
        self._edits[self._list.count()] = offer.edit
        self._list.addItem(item)

    def _picked(self, item: QListWidgetItem) -> None:
        """Mend a problem, or go to its place."""
        edit = self._edits.get(self._list.row(item))
        line, column = item.data(_PLACE) or (0, 0)
        if edit is not None:
            self.fixWanted.emit(edit)
        elif line:
            self.placeWanted.emit(line, column)
