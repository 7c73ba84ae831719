"""The graph as a screen reader reads it: a list whose items are the boxes of the drawing, in the order of the program.

Qt asks for an item by its number, and then knows it by an id until the item is taken back or the program ends. Python
must hold it for as long. Nothing is made before somebody asks, and nobody asks where no screen reader is on.
"""

from functools import cache
from typing import cast
from weakref import ref

import shiboken6
from PySide6 import QtCore, QtGui  # QAccessible and its constants are named where they are needed: see app.py
from PySide6.QtWidgets import QAccessibleWidget

from gradviz.drawing.shapes import Mark, TextRole
from gradviz.layout.geometry import Point, Rect
from gradviz.ui.graph.graphview import GraphView

_INPUTS = 3  # that are told of one box
_NONE = cast("QtGui.QAccessibleInterface", None)  # Qt takes it where there is nothing; its annotations do not tell


class Item(QtGui.QAccessibleInterface):
    """One box."""

    def __init__(self, reading: "Reading", number: int) -> None:
        """Take the number of a node of the drawing that is shown."""
        super().__init__()
        self._reading = reading
        self.number = number

    def isValid(self) -> bool:
        """Whether it is still there."""
        return self.number < len(self._reading)

    def object(self) -> QtCore.QObject:
        """No object is behind it."""
        return cast("QtCore.QObject", None)

    def parent(self) -> QtGui.QAccessibleInterface:
        """The list."""
        return QtGui.QAccessible.queryAccessibleInterface(self._reading.view) if self.isValid() else _NONE

    def child(self, _index: int) -> QtGui.QAccessibleInterface:
        """Nothing is in it."""
        return _NONE

    def childAt(self, _x: int, _y: int) -> QtGui.QAccessibleInterface:
        """Nothing is in it."""
        return _NONE

    def childCount(self) -> int:
        """Nothing is in it."""
        return 0

    def indexOfChild(self, _child: QtGui.QAccessibleInterface) -> int:
        """Nothing is in it."""
        return -1

    def role(self) -> "QtGui.QAccessible.Role":
        """An item of a list."""
        return QtGui.QAccessible.Role.ListItem

    def text(self, kind: "QtGui.QAccessible.Text") -> str:
        """What stands on the box; and what its card says beyond that."""
        if kind == QtGui.QAccessible.Text.Name and self.isValid():
            return ", ".join(self._reading.name(self.number))
        if kind == QtGui.QAccessible.Text.Description and self.isValid():
            told = self._reading.name(self.number)
            lines = self._reading.mark(self.number).description.split("\n")
            return ", ".join(line for line in lines if line not in told)
        return ""

    def setText(self, _kind: "QtGui.QAccessible.Text", _text: str) -> None:
        """Nobody writes on a box."""

    def rect(self) -> QtCore.QRect:
        """Where it is on the screen."""
        return self._reading.place(self.number) if self.isValid() else QtCore.QRect()

    def state(self) -> "QtGui.QAccessible.State":
        """Whether it is selected, has the focus and is in sight."""
        state, view = QtGui.QAccessible.State(), self._reading.view
        if not self.isValid():
            state.invalid = True
            return state
        mark = self._reading.mark(self.number)
        state.focusable = state.selectable = True
        state.selected = mark.id in view.selection.marks
        state.focused = view.hasFocus() and view.current == mark
        state.offscreen = not view.seen.overlaps(mark.rect)
        state.invisible = not view.isVisible()
        return state


class Listing(QAccessibleWidget):
    """The graph."""

    def __init__(self, reading: "Reading") -> None:
        """Take what reads a canvas."""
        super().__init__(reading.view, QtGui.QAccessible.Role.List)
        self._reading = reading

    def childCount(self) -> int:
        """How many boxes there are."""
        return len(self._reading)

    def child(self, index: int) -> QtGui.QAccessibleInterface:
        """Return the box of a number."""
        return self._reading.item(index)

    def indexOfChild(self, child: QtGui.QAccessibleInterface) -> int:
        """Return the number of a box."""
        return child.number if isinstance(child, Item) else -1

    def childAt(self, x: int, y: int) -> QtGui.QAccessibleInterface:
        """Return the box at a pixel of the screen."""
        return self._reading.item(self._reading.number_at(x, y))

    def focusChild(self) -> QtGui.QAccessibleInterface:
        """Return the box that is selected while the graph has the focus."""
        return self._reading.item(self._reading.current) if self.widget().hasFocus() else _NONE


class Reading(QtCore.QObject):
    """The items of one canvas, as many as were asked for, and what is told of them."""

    def __init__(self, view: GraphView) -> None:
        """Read a canvas, from when it has been painted once: naming what Qt has for this takes a part of a frame."""
        super().__init__(view)
        self._view = ref(view)  # Qt's binding never lets go of a Listing
        self._items: dict[int, Item] = {}
        self._next = QtCore.QTimer(self)  # what moves the focus and what draws anew come together
        self._next.setSingleShot(True)
        self._next.timeout.connect(self._tell)
        view.painted.connect(self._begin)
        view.destroyed.connect(self.renew)

    def __len__(self) -> int:
        """How many boxes there are; none once the canvas is gone."""
        view = self._view()
        return len(view.scene.nodes) if view is not None and shiboken6.isValid(view) else 0

    @property
    def view(self) -> GraphView:
        """The canvas."""
        return cast("GraphView", self._view())

    def mark(self, number: int) -> Mark:
        """Return the node of a number."""
        return self.view.scene.nodes[number]

    @property
    def current(self) -> int:
        """The number of the box that is selected; -1: none is."""
        mark = self.view.current
        return -1 if mark is None else self._number(mark)

    def item(self, number: int) -> QtGui.QAccessibleInterface:
        """Return the item of a box; none where there is no such box."""
        if not 0 <= number < len(self):
            return _NONE
        if number not in self._items:
            self._items[number] = Item(self, number)
            QtGui.QAccessible.registerAccessibleInterface(self._items[number])
        return self._items[number]

    def number_at(self, x: int, y: int) -> int:
        """Return the number of the box at a pixel of the screen; -1: none is there."""
        pixel = self.view.mapFromGlobal(QtCore.QPoint(x, y))
        at = self.view.view.to_drawing(pixel.x(), pixel.y())
        found = self.view.scene.nodes.within(Rect(at.x, at.y, 0, 0)) if self.view.rect().contains(pixel) else ()
        return self._number(found[-1]) if found else -1

    def place(self, number: int) -> QtCore.QRect:
        """Return where a box is on the screen."""
        rect, view = self.mark(number).rect, self.view.view
        corner, end = view.to_panel(Point(rect.x, rect.y)), view.to_panel(Point(rect.right, rect.bottom))
        place = QtCore.QRectF(QtCore.QPointF(*corner), QtCore.QPointF(*end)).toAlignedRect()
        return place.translated(self.view.mapToGlobal(QtCore.QPoint(0, 0)))

    def name(self, number: int) -> list[str]:
        """Return what a box is called, what it is, what made it, and all that stands on it."""
        mark = self.mark(number)
        painted = [text.text for text in mark.texts[1:]]  # the first is its title, cut
        return list(dict.fromkeys((mark.title, *mark.description.split("\n")[:1], *self._made_from(mark), *painted)))

    def _made_from(self, mark: Mark) -> tuple[str, ...]:
        scene = self.view.scene
        tails = [edge.ends[0] for edge in scene.edges.joining(mark.id) if edge.ends and edge.ends[1] == mark.id]
        names = [_maker(one) for one in scene.nodes.some(dict.fromkeys(tails[:_INPUTS]))]
        told = ", ".join((*names, *(["…"] if len(tails) > _INPUTS else [])))
        return (self.tr("from {names}").format(names=told),) if names else ()

    def _number(self, mark: Mark) -> int:
        return next((at for at, name in enumerate(self.view.scene.nodes.names()) if name == mark.id), -1)

    def renew(self) -> None:
        """Take all items back: the boxes are others."""
        items, self._items = self._items, {}
        for item in items.values():
            if shiboken6.isValid(item):
                QtGui.QAccessible.deleteAccessibleInterface(QtGui.QAccessible.uniqueId(item))

    def tell(self) -> None:
        """Have the box read out that the person has come to, where anybody listens."""
        if QtGui.QAccessible.isActive():
            self._next.start(0)

    def _tell(self) -> None:
        number = self.current
        if number >= 0:
            kind = QtGui.QAccessible.Event
            told = kind.Focus if self.view.hasFocus() else kind.Selection
            QtGui.QAccessible.updateAccessibility(QtGui.QAccessibleEvent(self.item(number), told))

    def _begin(self) -> None:
        """Read the canvas from now on, also to whoever has asked for it before."""
        _install()
        if QtGui.QAccessible.isActive():
            known = QtGui.QAccessible.queryAccessibleInterface(self.view)
            if not isinstance(known, Listing):
                QtGui.QAccessible.deleteAccessibleInterface(QtGui.QAccessible.uniqueId(known))


@cache
def _install() -> None:
    QtGui.QAccessible.installFactory(_made)


def _made(kind: str, of: QtCore.QObject) -> QtGui.QAccessibleInterface | None:
    """Return what reads an object of ours, for Qt."""
    if kind != "Canvas":
        return None
    found = of.findChild(Reading, options=QtCore.Qt.FindChildOption.FindDirectChildrenOnly)
    return None if found is None else Listing(found)


def _maker(mark: Mark) -> str:
    """How something is called by what comes from it: by its grad_fn, where it has one."""
    return next((text.text for text in mark.texts if text.role is TextRole.GRAD_FN), mark.title)
