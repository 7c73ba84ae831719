"""What a run showed, as text: for a letter, a forum or a question, where a picture can be neither read out nor run."""

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from PySide6.QtCore import QCoreApplication

from gradviz.model.cost import NAMES
from gradviz.picture.picture import TensorRow
from gradviz.state.appstate import AppState
from gradviz.ui.style.plain import one_line
from gradviz.ui.style.problemtext import whole
from gradviz.ui.wording import wording

_HEADS = ("name", "shape", "dtype", "requires_grad", "grad_fn", "value", ".grad")
_MOST = 200  # tensors
_LONGEST = 80  # letters of a cell
_FENCE = "```"


def shared(state: AppState) -> str:
    """Return the program and, where the newest run is of it as it stands, what came of it, as Markdown."""
    return "\n\n".join(_parts(state)) + "\n"


def _parts(state: AppState) -> Iterator[str]:
    yield _fenced(state.text, "python")
    mode = _tr("grad mode: {mode}").format(mode=NAMES[state.mode])
    yield " · ".join(filter(None, (wording.torch(state), mode)))
    if not state.current or state.picture is None:
        return
    if state.output:
        yield f"{_tr('Output')}\n{_fenced(''.join(one.text for one in state.output))}"
    if state.picture.problems:
        yield "\n".join([_tr("Problems"), *(f"- {_indented(whole(one))}" for one in state.picture.problems)])
    if state.table is not None and state.table.rows and not state.dimmed:
        yield f"{_tr('Tensors')}\n{_fenced(_table(state.table.rows))}"


def _table(rows: Sequence[TensorRow]) -> str:
    """Return a line for each tensor, in columns. What is in words comes last: it may be of any width."""
    told = [_HEADS, *(_cells(row) for row in rows[:_MOST])]
    widths = [max(len(cell) for cell in column) for column in zip_longest(*told, fillvalue="")]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in told]
    more = len(rows) - _MOST
    return "\n".join([*lines, *([_tr("and {count} more").format(count=f"{more:,}")] if more > 0 else [])])


def _cells(row: TensorRow) -> tuple[str, ...]:
    cells = (row.name, row.shape, row.dtype, str(row.requires_grad), row.grad_fn or "None", row.value, row.grad)
    return tuple(one_line(cell, _LONGEST) for cell in cells)


def _fenced(text: str, language: str = "") -> str:
    """Return a text as it is, between marks that are not in it."""
    fence = _FENCE
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.rstrip()}\n{fence}"


def _indented(text: str) -> str:
    return text.replace("\n", "\n  ")


def _tr(text: str) -> str:
    return QCoreApplication.translate("Sharing", text)
