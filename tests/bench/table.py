"""Rows as a table for a terminal."""

from collections.abc import Iterable, Mapping
from textwrap import wrap

from tests.bench.rows import Row, Unit

_WIDTH = 110


def table(rows: Iterable[Row]) -> str:
    """Return one line for each row with what it says beside its goal, and below it what that was made of."""
    lines = [f"{'':54}{'measured':>12}{'goal':>12}"]
    for row in rows:
        lines += _row(row)
    return "\n".join(lines) + "\n"


def _row(row: Row) -> list[str]:
    first, *others = wrap(f"{row.name}: {row.what}", 52)
    verdict = {True: "  reached", False: "  MISSED", None: ""}[row.reached]
    value = "-" if row.value is None else amount(row.value, row.unit)
    goal = "" if row.goal is None else amount(row.goal, row.unit)
    lines = [f"{first:54}{value:>12}{goal:>12}{verdict}", *others]
    if row.note:
        lines += wrap(row.note, _WIDTH, initial_indent="    ", subsequent_indent="    ")
    if row.figures:
        figures = "; ".join(f"{name} {_number(each)}" for name, each in row.figures.items())
        lines += wrap(figures, _WIDTH, initial_indent="    ", subsequent_indent="    ")
    return lines + _table(row.table)


def _table(records: tuple[Mapping[str, float], ...]) -> list[str]:
    if not records:
        return []
    names = list(records[0])
    lines = ["    " + "".join(f"{name:>14}" for name in names)]
    return lines + ["    " + "".join(f"{record[name]:>14,.0f}" for name in names) for record in records]


def amount(value: float, unit: Unit) -> str:
    """Return a value with its unit; a share as one part of how many."""
    if unit == "x":
        return f"1/{_number(1 / value)}" if 0 < value < 1 else f"{value:.3g}x"
    return _number(value) if unit == "count" else f"{_number(value)} {unit}"


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 or value == int(value) else f"{value:.3g}"
