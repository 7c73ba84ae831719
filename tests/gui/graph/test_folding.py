"""Folds open and close by mouse, key and menu; more than anybody reads is drawn when the person says so."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QAction, QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QMenu, QPushButton, QToolButton
from pytestqt.qtbot import QtBot

from gradviz.drawing.shapes import Mark, Role
from gradviz.layout.geometry import Rect, Size
from gradviz.picture.inspection.inspection import Subject
from gradviz.picture.picture import FoldRow, Keeps, ModuleRow
from gradviz.state import messages as m
from gradviz.state.values.chosen import Chosen
from gradviz.ui.window import Window
from tests.gui.driving import drawn, place, press


def with_folds(window: Window, *, withheld: int = 0) -> None:
    """Have t1 be a fold, in an open one."""
    state = window.state
    assert state.picture is not None
    assert state.shown is not None
    title = Mark("region--1-title", Role.OPENED_TITLE, Rect(300, 20, 80, 20), (), (), "", "", line=1)
    drawing = state.shown.drawing._replace(titles=(title,))
    folds = (FoldRow("t1", "L2-2.0/1-9"), FoldRow("region--1-title", "L2-2.0", True, ("t1",)))
    window.send(m.PictureArrived(state.picture._replace(drawing=drawing, folds=folds, withheld=withheld)))


def inspected(window: Window) -> Subject | None:
    return window.state.inspecting.of


def opened(window: Window) -> tuple[str, ...]:
    return window.state.options.opened


def shown(window: Window) -> tuple[str, int | None]:
    return window.state.options.fold, window.state.options.most


def menu_of(window: Window, mark: str) -> dict[str, QAction]:
    canvas = window.panels.canvas
    canvas.menuWanted.emit(window.state.chosen._replace(value=mark) if window.state.chosen else None, QPoint(5, 5))
    (menu,) = [one for one in window.findChildren(QMenu) if one.isVisible()]
    found = {action.text(): action for action in menu.actions()}
    menu.close()
    return found


def by_mouse(window: Window, at: QPoint) -> dict[str, QAction]:
    """The menu that a press of the right button opens."""
    canvas = window.panels.canvas
    QApplication.sendEvent(canvas, QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, canvas.mapToGlobal(at)))
    (menu,) = [one for one in window.findChildren(QMenu) if one.isVisible()]
    found = {action.text(): action for action in menu.actions()}
    menu.close()
    return found


def test_the_right_button_selects_what_its_menu_is_about(window: Window) -> None:
    state, canvas = window.state, window.panels.canvas
    assert state.picture is not None
    assert state.shown is not None
    assert "Copy the value" in by_mouse(window, place(canvas, "t1"))
    assert window.state.chosen == Chosen("mark", "t1")
    # Without its row it is no tensor, as an op is none.
    window.send(m.PictureArrived(state.picture._replace(drawing=state.shown.drawing, rows=())))
    menu = by_mouse(window, place(canvas, "t0"))
    assert window.state.chosen == Chosen("mark", "t0")
    menu["Copy the name"].trigger()
    assert QApplication.clipboard().text() == "x"
    assert not window.state.inspecting.seen
    menu["Inspect\tW"].trigger()
    assert window.state.inspecting.seen


def test_beside_all_marks_the_menu_is_that_of_the_graph(window: Window) -> None:
    canvas = window.panels.canvas
    canvas.zoom_to(2.0)
    canvas.markChosen.emit(canvas.scene.drawing.nodes[0].id)
    menu = by_mouse(window, QPoint(3, canvas.height() - 3))
    assert window.state.chosen is not None
    menu[window.action("fit").text()].trigger()
    assert canvas.gaze.keeps == "whole"
    assert menu[window.action("export").text()] is window.action("export")
    assert not menu[window.action("show_all").text()].isEnabled()


def test_a_double_click_opens_a_fold_and_on_its_title_closes_it(qtbot: QtBot, window: Window) -> None:
    with_folds(window)
    canvas = window.panels.canvas
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=place(canvas, "t1"))
    assert opened(window) == ("L2-2.0/1-9",)
    window.send(m.OptionsSet(window.state.options._replace(opened=("L2-2.0",))))
    with_folds(window)
    at = canvas.view.to_panel(Rect(300, 20, 80, 20).center)
    QTest.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=QPoint(int(at.x), int(at.y)))
    assert opened(window) == ()


def test_keys_and_commands_do_the_same(qtbot: QtBot, window: Window) -> None:
    with_folds(window)
    canvas = window.panels.canvas
    canvas.markChosen.emit("t1")
    press(canvas, Qt.Key.Key_U)
    assert opened(window) == ("L2-2.0/1-9",)
    window.action("refold").trigger()
    assert opened(window) == ()
    with_folds(window)
    window.action("unfold").trigger()
    assert opened(window) == ("L2-2.0/1-9",)
    window.send(m.OptionsSet(window.state.options._replace(opened=("L2-2.0",))))
    with_folds(window)
    press(canvas, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    assert opened(window) == ()
    window.send(m.OptionsSet(window.state.options._replace(opened=("L2-2.0",))))
    with_folds(window)
    window.action("fold").trigger()
    assert opened(window) == ()


def test_commands_are_offered_where_they_do_something(window: Window) -> None:
    narrowing = ("only_from", "only_to", "only_linked", "hide")

    def offered() -> dict[str, bool]:
        return {name: window.action(name).isEnabled() for name in ("unfold", "fold", "refold", *narrowing)}

    assert not any(offered().values())
    assert window.action("hide").whatsThis() == "Nothing in the graph is selected"
    assert window.state.picture is not None
    window.send(m.PictureArrived(window.state.picture._replace(keys=(("t0", "Nt1.x"), ("t1", "Nt2.y")))))
    window.panels.canvas.markChosen.emit("t0")
    assert offered() == {"unfold": False, "fold": False, "refold": False, **dict.fromkeys(narrowing, True)}
    window.send(m.OptionsSet(window.state.options._replace(opened=("L2-2.0",))))
    with_folds(window)
    window.panels.canvas.markChosen.emit("t1")
    assert all(offered().values())
    window.panels.canvas.markChosen.emit("")
    assert [name for name, on in offered().items() if on] == ["refold"]


def test_what_was_chosen_is_still_in_sight_and_inspected_in_the_fold_that_was_opened(window: Window) -> None:
    window.action("inspect").trigger()
    state = window.state
    assert state.picture is not None
    assert state.shown is not None
    drawing = state.shown.drawing
    first = drawing.nodes[0]
    fold = first._replace(id=f"f{first.id}", role=Role.FOLD, tensor=None, op=None, grad_fn=None)
    window.send(m.PictureArrived(state.picture._replace(drawing=drawing._replace(nodes=(fold, *drawing.nodes[1:])))))
    window.panels.canvas.markChosen.emit(fold.id)
    assert inspected(window) is None
    away = Rect(9000, 9000, *first.rect[2:])
    opened = drawing._replace(size=Size(9999, 9999), nodes=(first._replace(rect=away), *drawing.nodes[1:]))
    window.send(m.PictureArrived(state.picture._replace(drawing=opened)))
    assert window.state.chosen == Chosen("mark", first.id)
    assert first.tensor is not None
    assert inspected(window) == Subject("tensor", first.tensor)
    assert window.panels.canvas.rect().contains(place(window.panels.canvas, first.id))


def test_the_menu_of_a_fold_unfolds_it_folds_what_is_round_it_and_goes_to_its_line(
    qtbot: QtBot, window: Window
) -> None:
    with_folds(window)
    window.panels.canvas.markChosen.emit("t1")
    menu = menu_of(window, "t1")
    assert {"Unfold\tU", "Fold again\tShift+U", "Go to line 2"} <= set(menu)
    menu["Go to line 2"].trigger()
    assert window.panels.editor.line == 2


def test_it_is_asked_before_more_is_drawn_than_anybody_reads(qtbot: QtBot, window: Window) -> None:
    question = window.panels.question
    assert not question.isVisible()
    with_folds(window, withheld=8400)
    assert question.isVisible()
    assert question.text == "This would draw 8,400 boxes."
    assert question.accessibleName() == question.text
    draw, cancel = question.findChildren(QPushButton)
    draw.click()
    assert shown(window) == ("auto", None)
    window.action("unfolded").trigger()
    assert shown(window) == ("none", 2000)
    cancel.click()
    assert shown(window) == ("auto", 2000)


def with_modules(window: Window) -> None:
    state = window.state
    assert state.picture is not None
    assert state.shown is not None
    rows = (
        ModuleRow("net", 3, 2, 2048, (), ("Net",)),
        ModuleRow("net.0", 1, 2, 2048, ("t0",)),
        ModuleRow("net.1", 2, 0, 0, ("t1",), ("ReLU",)),
    )
    keys = (("t0", "Nt1.0"), ("t1", "Nt2.0"))
    window.send(m.PictureArrived(state.picture._replace(drawing=state.shown.drawing, modules=rows, keys=keys)))


def test_modules_are_a_tree_that_lights_the_graph_and_leads_into_each(qtbot: QtBot, window: Window) -> None:
    with_modules(window)
    window.action("outline").trigger()
    outline, crumbs = window.panels.outline, window.panels.crumbs
    assert outline.isVisible()
    (top,) = (outline.topLevelItem(at) for at in range(outline.topLevelItemCount()))
    assert top is not None
    assert [top.text(column) for column in range(4)] == ["net · Net", "3", "2", "2 KiB"]
    first, second = filter(None, map(top.child, range(top.childCount())))
    assert (first.text(0), second.text(0)) == ("0", "1 · ReLU")
    outline.setCurrentItem(second)
    assert window.state.selection.marks == {"t1"}
    assert not crumbs.isVisible()
    press(outline, Qt.Key.Key_Return)
    assert window.state.options.module == "net.1"
    steps = crumbs.findChildren(QToolButton)[1:]
    assert [step.text() for step in steps] == ["Whole program", "net", "1 · ReLU"]
    assert [step.toolTip() for step in steps] == ["", "net · Net", "net.1 · ReLU"]
    window.action("module_up").trigger()
    assert crumbs.path == window.state.options.module == "net"
    crumbs.findChildren(QToolButton)[1].click()
    assert window.state.options.module == ""
    assert not crumbs.isVisible()
    window.action("outline").trigger()
    assert not outline.isVisible()


def test_it_is_told_where_the_module_that_was_looked_into_is_gone(window: Window) -> None:
    with_modules(window)
    window.send(m.Entered("net.1"))
    with_modules(window)
    labels = [one.text() for one in window.panels.crumbs.findChildren(QLabel)]
    assert "net.1 did nothing in this run: all of the graph is shown" not in labels
    window.send(m.Entered("net.7"))
    with_modules(window)
    labels = [one.text() for one in window.panels.crumbs.findChildren(QLabel)]
    assert "net.7 did nothing in this run: all of the graph is shown" in labels


def test_the_tree_stays_as_the_person_left_it_over_edits(qtbot: QtBot, window: Window) -> None:
    with_modules(window)
    outline = window.panels.outline
    top = outline.topLevelItem(0)
    assert top is not None
    assert top.isExpanded()
    outline.setCurrentItem(top)
    top.setExpanded(False)
    outline.show_modules((ModuleRow("net", 4, 2, 0), ModuleRow("net.0", 4, 2, 0)))
    again = outline.currentItem()
    assert again is not None
    assert (again.text(0), again.text(1), again.isExpanded()) == ("net", "4", False)


def last(window: Window) -> tuple[Keeps, tuple[str, ...]]:
    focus = window.state.options.focus[-1]
    return focus.keeps, focus.keys


def test_keys_show_less_of_the_graph_and_all_of_it_again(qtbot: QtBot, window: Window) -> None:
    with_modules(window)
    canvas, crumbs = window.panels.canvas, window.panels.crumbs
    canvas.markChosen.emit("t1")
    for letter, keeps in (("i", "from"), ("o", "to"), ("l", "linked"), ("h", "others")):
        with_modules(window)
        canvas.markChosen.emit("t1")
        QTest.keyClicks(canvas, letter)
        assert last(window) == (keeps, ("Nt2.0",))
    assert crumbs.isVisible()
    assert window.action("show_all").isEnabled()
    QTest.keyClicks(canvas, "a")
    assert window.state.options.focus == ()
    assert not crumbs.isVisible()
    for command, keeps in (("only_from", "from"), ("only_to", "to"), ("only_linked", "linked"), ("hide", "others")):
        with_modules(window)
        canvas.markChosen.emit("t1")
        window.action(command).trigger()
        assert last(window) == (keeps, ("Nt2.0",))
    crumbs.findChildren(QToolButton)[0].click()
    assert window.state.options.focus == ()


def test_keys_and_the_menu_are_about_all_that_is_selected(qtbot: QtBot, window: Window) -> None:
    with_modules(window)
    canvas = window.panels.canvas
    names = tuple(mark.id for mark in canvas.scene.nodes)[:2]
    keys = tuple(dict(window.state.ending.table.keys)[name] for name in names) if window.state.ending else ()
    canvas.marksChosen.emit(names)
    QTest.keyClicks(canvas, "h")
    assert last(window) == ("others", keys)
    with_modules(window)
    canvas.marksChosen.emit(names)
    menu = by_mouse(window, place(canvas, names[0]))
    assert window.state.chosen == Chosen("mark", names[1], names[:1])
    menu["Hide\tH"].trigger()
    assert last(window) == ("others", keys)


def test_the_inspector_opens_the_fold_that_it_speaks_of_and_closes_an_open_one(qtbot: QtBot, window: Window) -> None:
    inspector = window.panels.inspector
    with_folds(window)
    window.panels.canvas.markChosen.emit("t1")
    window.action("inspect").trigger()
    qtbot.waitUntil(lambda: inspector.text.startswith("fold L2-2.0/1-9\n"))
    inspector.setFocus()
    for _ in range(2):  # a line comes before it
        press(inspector, Qt.Key.Key_Tab)
    press(inspector, Qt.Key.Key_Return)
    assert opened(window) == ("L2-2.0/1-9",)
    window.send(m.OptionsSet(window.state.options._replace(opened=("L2-2.0",))))
    qtbot.waitUntil(lambda: drawn(window))
    with_folds(window)
    inspector.turnWanted.emit("L2-2.0")
    assert opened(window) == ()
    inspector.turnWanted.emit("L2-2.0/of another run")
    assert opened(window) == ()
