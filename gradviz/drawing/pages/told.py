"""What is told of a mark in plain text, by which it is found while its page is packed (`drawing/pages/marks.py`)."""

from gradviz.drawing.shapes import Mark, Record


def sought(query: str) -> str:
    """Return what somebody looks for as it would stand in what is read on a mark."""
    return " ".join(query.casefold().split())


def read_on(mark: Mark) -> str:
    """Return what a person looks for on a mark, in small letters."""
    line = f"line {mark.line}" if mark.line else ""
    return "\n".join((mark.title, mark.description, line, *(text.text for text in mark.texts))).casefold()


def title_of(mark: Mark) -> str:
    """Return the title of a node as one line; nobody asks for that of an edge."""
    return "" if mark.ends else one_line(mark.title)


def record_of(mark: Mark) -> str:
    """Return which record a node is of; of an edge nobody asks."""
    return "" if mark.ends or mark.record is None else record(mark.record)


def one_line(title: str) -> str:
    """Return a title as one line."""
    return title.replace("\n", " ")


def record(of: Record) -> str:
    """Return the name of a record, which no other has."""
    kind, number = of
    return f"{kind} {number}"
