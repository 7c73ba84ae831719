"""Whether editing has left a program behind, so that the text goes by its name no longer."""


def is_left(source: str, text: str) -> bool:
    """Return whether a text has no line of a program any more; what it imports makes no program."""
    return _lines(source).isdisjoint(_lines(text))


def _lines(text: str) -> set[str]:
    stripped = (line.strip() for line in text.splitlines())
    return {line for line in stripped if line and not line.startswith(("import ", "from ", "#"))}
