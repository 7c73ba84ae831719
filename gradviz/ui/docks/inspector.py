"""The inspector: all there is to say of a tensor, op, grad_fn or fold, as a text to read, copy and walk through."""

from PySide6.QtCore import QEvent, QSize, QUrl, Signal
from PySide6.QtWidgets import QWidget

from gradviz.model.source.place import Edit
from gradviz.picture.inspection.inspection import Inspection
from gradviz.ui.docks.inspectiontext import Turn, link_of, write
from gradviz.ui.style.prose import ProsePanel
from gradviz.ui.style.theme import Colours

_SIZE = QSize(300, 420)  # pixels at first


class Inspector(ProsePanel):
    """Shows an Inspection; Tab walks through what it names, Enter goes there.

    Signals:
        lineWanted: a line of the program that a fact names.
        wanted: the `Subject` that a fact names.
        fixWanted: the `Edit` that a fact offers.
        turnWanted: the key of a fold that is to be opened or closed.
    """

    lineWanted = Signal(int)
    wanted = Signal(object)
    fixWanted = Signal(object)
    turnWanted = Signal(str)

    def __init__(self, colours: Colours, parent: QWidget | None = None) -> None:
        self._shown: Inspection | None = None
        super().__init__(parent)
        self._colours = colours
        self._hint = self.tr("Select a tensor or an op, in the graph or in the table")
        self.setAccessibleName(self.tr("Inspector"))
        self.anchorClicked.connect(self._follow)
        self._write()

    def sizeHint(self) -> QSize:
        """Return room for a formula."""
        return _SIZE

    def apply(self, colours: Colours) -> None:
        """Take on other colours."""
        self._colours = colours
        self._write()

    def changeEvent(self, event: QEvent) -> None:
        """Give what facts are about the room that a larger text takes."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and self._shown is not None:
            self._rewrite(same=True)

    def show_inspection(self, inspection: Inspection | None) -> None:
        """Show what there is to say of a thing; None: nothing is inspected."""
        if inspection == self._shown:
            return
        same = inspection is not None and self._shown is not None and inspection.asked.of == self._shown.asked.of
        self._shown = inspection
        self._rewrite(same=same)

    def _rewrite(self, *, same: bool) -> None:
        """Write it anew; where it is of the same thing, what was in view stays in view."""
        bar = self.verticalScrollBar()
        at = bar.value() if same else 0
        self._write()
        bar.setValue(at)

    def _write(self) -> None:
        write(self.document(), self._shown, self._hint, self._colours)

    def _follow(self, url: QUrl) -> None:
        link = link_of(url)
        if isinstance(link, int):
            self.lineWanted.emit(link)
        elif isinstance(link, Edit):
            self.fixWanted.emit(link)
        elif isinstance(link, Turn):
            self.turnWanted.emit(link.key)
        else:
            self.wanted.emit(link)
