"""Two lines that follow each other, and are to change places."""

from gradviz.model.source.edits import joined
from gradviz.model.source.place import Edit, Text
from gradviz.model.why.fixes.fix import Fix


def swapped(text: Text, first: int, second: int) -> Fix | None:
    """Let a statement and the next change places, where each has its line for itself."""
    one, other = text.statement(first), text.statement(second)
    if one is None or other is None or one.next is not other.statement:
        return None
    pair = (one.statement, other.statement)
    if any(text.before(each).strip() or text.after(each).strip() or "\n" in text.cut(each) for each in pair):
        return None
    edits = [Edit(text.start(at), text.end(at), text.cut(put)) for at, put in (pair, pair[::-1])]
    return Fix("earlier", joined(text.source, edits), text.cut(other.statement), first)
