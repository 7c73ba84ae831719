"""What the panels show of the state: each is told what changed of what it shows, and asks for nothing."""

from collections.abc import Mapping

from PySide6.QtGui import QAction

from gradviz.drawing.theme import THEMES
from gradviz.state.appstate import AppState
from gradviz.state.commands.keys import Keys
from gradviz.state.switching import shown_rows, worth_grad
from gradviz.state.values.look import Theme
from gradviz.ui.bars.making import allow, give_keys
from gradviz.ui.docks.lesson import Told
from gradviz.ui.panels import Panels
from gradviz.ui.style.theme import colours
from gradviz.ui.wiring import beside, completing, folding, inspecting
from gradviz.ui.wording import unavailable, wording


def show(panels: Panels, actions: Mapping[str, QAction], before: AppState, now: AppState) -> None:
    """Show what became of a state; what is the same in both stays as it is on the screen."""
    if now.keys is not before.keys:
        _show_keys(panels, actions, now.keys)
    if now.drawing is not before.drawing:
        beside.show_drawing(panels, before, now)
    if (rows := shown_rows(now)) is not shown_rows(before):
        panels.tensors.show_rows(rows, fit=now.at is None and now.slide is None)  # no column moves from step to step
    if now.printed is not before.printed or now.table is not before.table or now.at != before.at:
        panels.output.show_output(now.output)
    if now.picture is not before.picture and now.picture is not None:
        panels.output.show_problems(now.picture.problems)
        panels.output.show_heat(now.picture.hottest)
    _show_problems(panels, before, now)
    if now.measuring != before.measuring or now.text is not before.text:
        panels.cost.show_costs(now.measuring, now.text, wording.measuring(now))
    panels.sliding.show_slide(now.slide)
    panels.examples.show_lesson(now.lesson)
    veiled = now.quiz is not None and now.quiz.veils_the_end
    told = Told(veiled, now.lesson in now.quizzed, now.prediction is not None)
    panels.lesson.show_lesson(now.lesson, now.text, told)
    inspecting.show(now, panels)
    folding.show(panels, actions, before, now)
    completing.show(panels, before, now)
    beside.show(panels, actions, before, now)
    panels.canvas.dim(now.dimmed)
    panels.tensors.dim(now.dimmed)
    words = wording.empty_words(now)
    panels.canvas.show_words(words)
    panels.invitation.invite(worth_grad(now))
    panels.welcome.setVisible(now.empty)
    panels.notice.say("" if now.search or words else wording.notice(now))
    _show_selection(panels, before, now)
    panels.search.show_search(now.search)
    panels.status.show_state(now)
    _show_choices(panels, actions, now)


def _show_keys(panels: Panels, actions: Mapping[str, QAction], keys: Keys) -> None:
    """Have each command asked for by its keys, and tell them wherever a key is told."""
    give_keys(actions, keys)
    panels.editor.gutter.tell_keys(keys)
    panels.sliding.tell_keys(keys)
    worth = [(keys.first(name), actions[name].iconText()) for name in ("run", "next_panel", "palette")]
    panels.welcome.tell_keys((key, what) for key, what in worth if key)


def dress(panels: Panels, theme: Theme) -> None:
    """Give the panels the colours of a theme."""
    own = colours(theme)
    for panel in (
        panels.mode_line,
        panels.editor,
        panels.completion,
        panels.sliding,
        panels.strip,
        panels.cost,
        panels.inspector,
        panels.lesson,
        panels.quiz,
        panels.notice,
        panels.output,
        panels.welcome,
        panels.question,
        panels.crumbs,
        panels.timeline,
        panels.tensors,
    ):
        panel.apply(own)
    panels.canvas.apply(own, THEMES[theme])
    panels.minimap.apply(own, THEMES[theme])


def _show_selection(panels: Panels, before: AppState, now: AppState) -> None:
    if now.selection != before.selection:
        panels.canvas.light(now.selection)
        panels.editor.light(now.selection.lines)
        panels.tensors.light(now.selection.tensors)
    # What was pointed at elsewhere may be out of sight in the graph.
    elsewhere = now.search is not None or (now.chosen is not None and now.chosen.kind in ("tensor", "module"))
    found, earlier = now.search and now.search.hit, before.search and before.search.hit
    elsewhere = elsewhere or _opened(before, now)
    if ((now.chosen != before.chosen or found != earlier) and elsewhere) or _turned(before, now):
        if found:
            panels.canvas.read(found)
        elif now.selection.marks:
            panels.canvas.reveal(min(now.selection.marks))


def _opened(before: AppState, now: AppState) -> bool:
    """Whether a fold was opened or closed round what is chosen: its boxes stand elsewhere than it did."""
    same = before.shown is not None and now.shown is not None and before.shown.run == now.shown.run
    return same and before.chosen is not None and before.drawing is not now.drawing


def _turned(before: AppState, now: AppState) -> bool:
    """Whether the graph is seen in another view or direction: what all else is faded for stands elsewhere in it."""
    one, other = (state.ending and state.ending.options for state in (before, now))
    another = one is not None and other is not None and (one.view, one.direction) != (other.view, other.direction)
    return another and now.chosen is not None and now.chosen.kind != "line"


def _show_problems(panels: Panels, before: AppState, now: AppState) -> None:
    """Problems stand on their lines only while the lines are those that were run."""
    problems = now.picture.problems if now.picture and _of_this_text(now) else ()
    earlier = before.picture.problems if before.picture and _of_this_text(before) else ()
    if problems != earlier:
        panels.editor.show_problems(problems)
        panels.patience.show_problem(wording.first_error(now.picture) if problems else None)


def _of_this_text(state: AppState) -> bool:
    """Whether the newest picture is of the text in the editor, or an answer to that text is about to come."""
    return state.current and (state.busy or (state.picture is not None and state.picture.run == state.run))


def _show_choices(panels: Panels, actions: Mapping[str, QAction], now: AppState) -> None:
    options = now.options
    for name, holds in (
        (now.mode, True),
        (options.view, True),
        (options.language, True),
        ("live", now.live),
        ("sideways", options.direction == "LR"),
        ("legend", options.legend),
        ("ghosts", options.ghosts),
        ("badges", options.badges),
        (f"heat_{options.heat}", True),
        ("unfolded", options.fold == "none"),
        ("dark", now.theme == "dark"),
        (f"wheel_{now.wheel}s", True),
        ("present", now.presenting),
        ("costs", now.measuring.seen),
        ("inspect", now.inspecting.seen),
    ):
        actions[name].setChecked(holds)
    measuring = now.measuring.going or now.measuring.pressed
    why = unavailable.measuring() if measuring else unavailable.no_program()
    allow(actions["measure"], not measuring and not now.empty, why)
    allow(actions["stop"], now.busy or now.comparing.mode is not None, unavailable.no_run())
    panels.canvas.set_wheel(now.wheel)
    panels.mode_line.show_mode(now.mode)
