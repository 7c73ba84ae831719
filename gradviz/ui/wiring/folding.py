"""What of a large graph is seen, as the window has a part in it: folds, focus, the module that is looked into."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from gradviz.drawing.pages.marks import find
from gradviz.drawing.shapes import region_mark
from gradviz.model.graph.graph import MANY
from gradviz.model.graph.modules import MODULE
from gradviz.picture.picture import Keeps
from gradviz.state import messages as said
from gradviz.state.appstate import AppState
from gradviz.state.looking.folding import fold_of, keys_of, round_of
from gradviz.ui.bars.making import allow
from gradviz.ui.panels import Panels
from gradviz.ui.wording import unavailable, wording

Send = Callable[[said.Message], None]
_NARROWING: dict[str, Keeps] = {"only_from": "from", "only_to": "to", "only_linked": "linked", "hide": "others"}


def connect(send: Send, state: Callable[[], AppState], panels: Panels) -> None:
    """Have the graph and what is round it send what happens."""
    canvas = panels.canvas
    canvas.unfoldWanted.connect(lambda mark: send(said.FoldOpened(mark)))
    canvas.foldWanted.connect(lambda mark: send(said.FoldClosed(mark)))
    canvas.openWanted.connect(lambda mark: _open(send, state(), panels, mark))
    canvas.narrowWanted.connect(lambda keeps: _narrow(send, state, keeps))
    canvas.widenWanted.connect(lambda: send(said.Widened()))
    panels.question.answered.connect(lambda on: send(said.DrawnAnyway(on)))
    panels.crumbs.wanted.connect(lambda path: send(said.Entered(path)))
    panels.crumbs.allWanted.connect(lambda: send(said.Widened()))
    panels.outline.wanted.connect(lambda path: send(said.Entered(path)))
    panels.outline.chosen.connect(lambda path: send(said.ModuleChosen(path)))


def handlers(send: Send, state: Callable[[], AppState]) -> dict[str, Callable[[], None]]:
    """Return what each command about it does, by its id."""
    return {
        "unfold": lambda: _each(send, state(), said.FoldOpened),
        "fold": lambda: _each(send, state(), said.FoldClosed),
        "unfolded": lambda: _unfold(send, state()),
        "refold": lambda: send(said.FoldsClosed()),
        **{name: partial(_narrow, send, state, keeps) for name, keeps in _NARROWING.items()},
        "show_all": lambda: send(said.Widened()),
        "module_up": lambda: send(said.Entered(state().options.module.rpartition(".")[0])),
    }


def fill_menu(menu: QMenu, send: Send, state: AppState, mark: str, panels: Panels) -> None:
    """Put into the menu of a mark what can be done about it in the graph."""
    line = _line(state, mark)
    if menu.actions():
        menu.addSeparator()
    if fold_of(state, mark) is not None:
        menu.addAction(f"{menu.tr('Unfold')}\tU", lambda: send(said.FoldOpened(mark)))
    if round_of(state, mark) is not None:
        menu.addAction(f"{menu.tr('Fold again')}\tShift+U", lambda: send(said.FoldClosed(mark)))
    meant = _beside(state, mark)
    if keys_of(state, meant):
        told: tuple[tuple[str, Keeps], ...] = (
            (f"{menu.tr('Only what it comes from')}\tI", "from"),
            (f"{menu.tr('Only what it leads to')}\tO", "to"),
            (f"{menu.tr('Only what is linked with it')}\tL", "linked"),
            (f"{menu.tr('Hide')}\tH", "others"),
        )
        for text, keeps in told:
            menu.addAction(text, partial(send, said.Narrowed(meant, keeps)))
    if wording.narrowed(state):
        menu.addAction(f"{menu.tr('Show all')}\tA", lambda: send(said.Widened()))
    if line is not None:
        menu.addAction(menu.tr("Go to line {line}").format(line=line), lambda: panels.editor.go_to(line))


def show(panels: Panels, actions: Mapping[str, QAction], before: AppState, now: AppState) -> None:
    """Show what of the graph is seen, and ask where more is to be drawn than anybody reads."""
    picture, ending = now.picture, now.ending
    panels.question.ask(0 if picture is None or now.dimmed or not picture.complete else picture.withheld)
    modules = () if ending is None or now.empty else ending.table.modules
    within = now.options.module if wording.narrowed(now) else None
    panels.crumbs.show_path(within, wording.folded(now), {row.path: row.types for row in modules})
    panels.outline.show_modules(modules)
    marks, options = now.selection.marks, now.options
    allow(actions["unfold"], any(fold_of(now, mark) for mark in marks), unavailable.no_fold())
    allow(actions["fold"], any(round_of(now, mark) for mark in marks), unavailable.in_no_fold())
    allow(actions["refold"], bool(options.opened) or options.fold == "none", unavailable.no_open_fold())
    # No step of a run asks for the keys of a large graph.
    if not marks or marks != before.selection.marks or ending is not before.ending:
        found = bool(keys_of(now, marks))
        for name in _NARROWING:
            allow(actions[name], found, unavailable.nothing_selected())
    allow(actions["show_all"], wording.narrowed(now), unavailable.all_shown())
    allow(actions["module_up"], bool(options.module), unavailable.all_shown())


def _open(send: Send, state: AppState, panels: Panels, mark: str) -> None:
    """Open a fold; close the one, or leave the module, whose title this is; go to the line of anything else."""
    around, line = round_of(state, mark), _line(state, mark)
    if fold_of(state, mark) is not None:
        send(said.FoldOpened(mark))
    elif around is not None and around.mark == mark:
        send(said.FoldClosed(mark))
    elif mark == f"{region_mark(MODULE)}-title":
        send(said.Entered(state.options.module.rpartition(".")[0]))
    elif line is not None:
        panels.editor.go_to(line)


def _each(send: Send, state: AppState, message: Callable[[str], said.Message]) -> None:
    for mark in sorted(state.selection.marks):
        send(message(mark))


def _narrow(send: Send, state: Callable[[], AppState], keeps: Keeps) -> None:
    send(said.Narrowed(tuple(sorted(state().selection.marks)), keeps))


def _beside(state: AppState, mark: str) -> tuple[str, ...]:
    """A mark, and where it is one of several that were chosen together the others."""
    chosen = state.chosen.marks if state.chosen else ()
    return chosen if mark in chosen else (mark,)


def _unfold(send: Send, state: AppState) -> None:
    fold = state.options.fold
    send(said.OptionsSet(state.options._replace(fold="auto" if fold == "none" else "none", most=MANY)))


def _line(state: AppState, name: str) -> int | None:
    """The line of a node, an edge or the title of an open fold."""
    drawing = state.drawing
    if drawing is None:
        return None
    mark = find(drawing, name) or next((title for title in drawing.titles if title.id == name), None)
    return None if mark is None else mark.line
