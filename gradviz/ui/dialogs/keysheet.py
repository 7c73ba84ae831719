"""The sheet of all keys as a dialog: to look for one, and to give a command another."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from gradviz.state.commands.keys import Keys
from gradviz.state.commands.matching import Likeness, Names
from gradviz.ui.bars.keyrules import refused
from gradviz.ui.bars.shortcuts import joined, rows, sheet
from gradviz.ui.style.announcing import announce
from gradviz.ui.style.copying import copy
from gradviz.ui.style.labels import wrapped_label

_LETTERS = 110  # that are seen across


class KeyField(QKeySequenceEdit):
    """Takes the next key that is pressed; Esc leaves it.

    Signals:
        left: no key is to be taken.
    """

    left = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setMaximumSequenceLength(1)
        self.setMinimumWidth(160)
        for line in self.findChildren(QLineEdit):  # it has the focus, and tells only what is to be done there
            line.setAccessibleName(self.tr("Press the new key"))

    def event(self, event: QEvent) -> bool:
        """Leave on Esc, which would close the sheet."""
        if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape and not event.modifiers():
            if event.type() == QEvent.Type.KeyPress:
                self.left.emit()
            event.accept()
            return True
        return super().event(event)


class ShortcutSheet(QDialog):
    """Shows them all, and lets a person look for one and give it another key.

    Signals:
        keysWanted: the keys that commands are to have.
    """

    keysWanted = Signal(object)

    def __init__(self, keys: Keys, menus: tuple[str, ...], parent: QWidget) -> None:
        """Make the sheet.

        Args:
            keys: of the commands.
            menus: the titles of the menu bar.
            parent: the window.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Keyboard shortcuts"))
        self._keys, self._menus = keys, menus
        self._adding = False  # whether the key that is pressed next comes beside those that there are
        self._conflict: Keys | None = None  # what would hold, were the key taken from the command that has it
        self._query, self._tree = QLineEdit(self), QTreeWidget(self)
        self._query.setPlaceholderText(self.tr("Find a command or a key"))
        self._query.setAccessibleName(self._query.placeholderText())
        self._query.textChanged.connect(self._narrow)
        self._build_tree()
        self._field, self._said = KeyField(self), wrapped_label(self)
        self._field.setAccessibleName(self.tr("Press the new key"))
        self._field.editingFinished.connect(self._pressed)
        self._field.left.connect(self._tree.setFocus)
        self._take = self._button(self.tr("Take it from there"), self._take_over)
        room = self._take.sizePolicy()
        room.setRetainSizeWhenHidden(True)  # or the list would jump
        self._take.setSizePolicy(room)
        self._take.hide()
        layout = QVBoxLayout(self)
        for part in (self._query, self._tree):
            layout.addWidget(part)
        layout.addLayout(self._row())
        below = QHBoxLayout()
        below.addWidget(self._said, 1)
        below.addWidget(self._take)
        layout.addLayout(below)
        layout.addWidget(self._buttons())
        wanted = _LETTERS * self.fontMetrics().averageCharWidth()
        self.resize(min(wanted, parent.width() * 95 // 100), parent.height() * 8 // 10)
        self.show_keys(keys)
        self._say(self.tr("Enter gives the selected command another key"))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Have Enter press the button that has the focus, and else be for the row; Down leads from the line to it."""
        searching, pressed = self._query.hasFocus(), self.focusWidget()
        if event.key() == Qt.Key.Key_Down and searching:
            self._tree.setFocus()
        elif event.key() not in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            super().keyPressEvent(event)
        elif isinstance(pressed, QPushButton):
            pressed.click()
        elif searching:
            self._listen(adding=False)

    def _build_tree(self) -> None:
        tree = self._tree
        tree.setAccessibleName(self.windowTitle())
        tree.setHeaderLabels([self.tr("what it does"), self.tr("keys"), self.tr("usually")])
        tree.setStyleSheet("QTreeView::item { padding: 3px 2px; }")
        tree.setRootIsDecorated(False)
        tree.setUniformRowHeights(True)
        tree.setItemsExpandable(False)
        tree.header().setStretchLastSection(False)
        tree.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self._heads = {title: self._head(title) for title in dict.fromkeys(row.title for row in rows(self._keys))}
        self._items = [QTreeWidgetItem(self._heads[row.title], [row.what]) for row in rows(self._keys)]
        for row, item in zip(rows(self._keys), self._items, strict=True):
            item.setData(0, Qt.ItemDataRole.UserRole, row.command)
        tree.expandAll()
        tree.itemActivated.connect(lambda: self._listen(adding=False))
        tree.currentItemChanged.connect(self._choose)

    def _row(self) -> QHBoxLayout:
        self._deeds = (
            self._button(self.tr("Change"), lambda: self._listen(adding=False)),
            self._button(self.tr("Add"), lambda: self._listen(adding=True)),
            self._button(self.tr("No key"), lambda: self._set(self._keys.given(self.command, ()))),
            self._button(self.tr("Usual key"), lambda: self._set(self._keys.reset(self.command))),
        )
        row = QHBoxLayout()
        row.addWidget(QLabel(self.tr("New key:"), self))
        row.addWidget(self._field, 1)
        for button in self._deeds:
            row.addWidget(button)
        return row

    def _buttons(self) -> QDialogButtonBox:
        box = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        box.rejected.connect(self.reject)
        box.addButton(
            self._button(self.tr("All usual keys"), lambda: self._set(Keys(self._keys.usual))),
            QDialogButtonBox.ButtonRole.ResetRole,
        )
        box.addButton(
            self._button(self.tr("Copy the sheet"), lambda: copy(sheet(self._keys))),
            QDialogButtonBox.ButtonRole.ActionRole,
        )
        return box

    def _button(self, text: str, do: Callable[[], None]) -> QPushButton:
        button = QPushButton(text, self)
        button.clicked.connect(lambda _checked=False: do())
        return button

    @property
    def tree(self) -> QTreeWidget:
        """The commands and their keys."""
        return self._tree

    @property
    def field(self) -> KeyField:
        """What takes a new key."""
        return self._field

    @property
    def said(self) -> str:
        """What was said last."""
        return self._said.text()

    @property
    def command(self) -> str:
        """The id of the command that is selected; "": none is whose keys can be changed."""
        item = self._tree.currentItem()
        return "" if item is None else str(item.data(0, Qt.ItemDataRole.UserRole) or "")

    def show_keys(self, keys: Keys) -> None:
        """Show the keys that commands have now."""
        self._keys, self._told = keys, tuple(rows(keys))
        for row, item in zip(self._told, self._items, strict=True):
            item.setText(1, row.keys)
            item.setText(2, row.usual)
            for column in range(3):
                item.setToolTip(column, item.text(column))
        self._tree.setColumnHidden(2, not any(row.usual for row in self._told))  # its room is for the others
        keyed = [f"{row.title} {row.keys}" for row in self._told]
        self._names = Names(((row.what, row.keys) for row in self._told), keyed)
        self._narrow(self._query.text())
        self._choose()

    def _head(self, title: str) -> QTreeWidgetItem:
        """Put the title of a menu into the sheet."""
        head = QTreeWidgetItem(self._tree, [title])
        head.setFlags(Qt.ItemFlag.ItemIsEnabled)
        font = head.font(0)
        font.setBold(True)
        head.setFont(0, font)
        head.setFirstColumnSpanned(True)
        return head

    def _narrow(self, query: str) -> None:
        """Show what is meant by some letters, and select the first."""
        hits = self._names.best(query, len(self._told))
        close = {hit.at for hit in hits if hit.rank.likeness is not Likeness.SCATTERED}
        meant = close or {hit.at for hit in hits}
        for at, item in enumerate(self._items):
            item.setHidden(bool(query.strip()) and at not in meant)
        if meant and self._tree.currentItem() not in [self._items[at] for at in meant]:
            self._tree.setCurrentItem(self._items[min(meant)])
        seen = {row.title for row, item in zip(self._told, self._items, strict=True) if not item.isHidden()}
        for title, head in self._heads.items():
            head.setHidden(title not in seen)

    def _choose(self) -> None:
        """Offer what can be done about the row that is selected."""
        changeable = bool(self.command)
        self._field.setEnabled(changeable)
        for button in self._deeds:
            button.setEnabled(changeable)
        self._forget()

    def _forget(self) -> None:
        self._conflict = None
        self._take.hide()

    def _listen(self, *, adding: bool) -> None:
        """Take the next key that is pressed."""
        if self.command:
            self._adding = adding
            self._forget()
            self._say(self.tr("Press the new key of “{command}”; Esc leaves it as it is").format(command=self._name()))
            self._field.clear()
            self._field.setFocus()
        elif self._tree.currentItem() in self._items:
            self._say(self.tr("These keys stay as they are"))

    def _pressed(self) -> None:
        key = self._field.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        self._field.clear()
        if not key or not self.command:
            return
        self._forget()
        before = self._keys.of(self.command) if self._adding else ()
        after, owner = self._keys.given(self.command, (*before, key)), self._keys.owner(key)
        if why := refused(self.command, key, self._menus):
            self._say(why)
        elif owner in (None, self.command):
            self._set(after)
        else:
            self._conflict = after
            told = self.tr("{key} is the key of “{command}”").format(key=key, command=self._name(owner))
            self._say(told)
            self._take.show()
            self._take.setFocus()

    def _take_over(self) -> None:
        if self._conflict is not None:
            self._set(self._conflict)

    def _set(self, keys: Keys) -> None:
        """Have the keys be these, and say what the selected command has now."""
        self.keysWanted.emit(keys)
        told = joined(self._keys.of(self.command)) or self.tr("no key")
        self._say(self.tr("“{command}”: {keys}").format(command=self._name(), keys=told) if self.command else "")
        self._tree.setFocus()

    def _name(self, command: str | None = None) -> str:
        wanted = command or self.command
        return next((row.what for row in self._told if row.command == wanted), "")

    def _say(self, text: str) -> None:
        self._said.setText(text)
        announce(self._field, text)
