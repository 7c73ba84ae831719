"""The least changes of a program's text that put a line, a keyword or a block there or take it away.

Each leaves the person's formatting and comments alone. Where that cannot be done there is no edit (None).
"""

import ast
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Literal

from gradviz.model.source.place import Edit, Text, lines_of

KEYWORD: Literal["requires_grad"] = "requires_grad"
_INDENT = "    "


def joined(source: str, edits: list[Edit]) -> Edit:
    """Return several changes of different places as one, of all that lies between them."""
    ordered = sorted(edits)
    start, end = ordered[0].start, ordered[-1].end
    text, at = "", start
    for edit in ordered:
        text += source[at : edit.start] + edit.text
        at = edit.end
    return Edit(start, end, text)


def line_after(text: Text, statement: ast.stmt, line: str) -> Edit:
    """Put a statement right after another."""
    end, lead = text.behind(statement)
    return Edit(end, end, lead + line)


def line_before(text: Text, statement: ast.stmt, line: str) -> Edit:
    """Put a statement right before another."""
    start = text.start(statement)
    indent = text.before(statement)
    return Edit(start, start, f"{line}; " if indent.strip() else f"{line}{text.newline()}{indent}")


def line_removed(text: Text, before: ast.stmt, statement: ast.stmt) -> Edit | None:
    """Take away what line_after put there; None where a comment would go with it."""
    if text.before(statement).strip():
        return Edit(text.end(before), text.end(statement), "")
    if text.after(statement).strip() or statement.lineno != (before.end_lineno or before.lineno) + 1:
        return None
    return Edit(text.line_end(before), text.line_end(statement), "")


def same(text: str, other: str) -> bool:
    """Whether two pieces of text differ in white space alone."""
    return text.split() == other.split()


def keyword_added(text: Text, call: ast.Call, keyword: str) -> Edit:
    """Put a keyword behind the last argument, before whatever comma, comment or line end follows that."""
    close = text.end(call) - 1
    last = max((text.end(one) for one in (*call.args, *(one.value for one in call.keywords))), default=None)
    if last is None:
        return Edit(close, close, keyword)
    between = text.source[last:close]
    while between.lstrip().startswith(")"):  # the argument is in parentheses
        last += between.index(")") + 1
        between = text.source[last:close]
    return Edit(last, last, f", {keyword}")


def keyword_set(text: Text, call: ast.Call, name: str, value: str) -> Edit:
    """Give a keyword of a call a value, whether it is there or not."""
    found = next((one for one in call.keywords if one.arg == name), None)
    if found is None:
        return keyword_added(text, call, f"{name}={value}")
    return Edit(text.start(found.value), text.end(found.value), value)


def method_before(text: Text, function: ast.Attribute, method: str) -> Edit:
    """Call a method on what another is called on: y.backward() becomes y.sum().backward()."""
    at = text.end(function) - len(function.attr)
    return Edit(at, at, f"{method}().")


def method_on(text: Text, argument: ast.expr, method: str) -> Edit:
    """Call a method on an argument."""
    simple = isinstance(argument, ast.Name | ast.Attribute | ast.Call | ast.Subscript)
    cut = text.cut(argument)
    return Edit(text.start(argument), text.end(argument), f"{cut if simple else f'({cut})'}.{method}()")


def method_removed(text: Text, call: ast.Call | ast.Attribute) -> Edit:
    """Take the method or attribute at the end of an expression away: y.detach() becomes y."""
    function = call.func if isinstance(call, ast.Call) else call
    return Edit(text.source.rindex(".", 0, text.end(function)), text.end(call), "")


def _own_lines(text: Text, statement: ast.stmt) -> bool:
    """Whether a statement shares its lines with no other and has no line of a text that indentation would change."""
    alone = not text.before(statement).strip() and not text.after(statement).lstrip().startswith(";")
    texts = (node for node in ast.walk(statement) if isinstance(node, ast.Constant | ast.JoinedStr))
    return alone and all(len(lines_of(node)) == 1 for node in texts)


def wrapped(text: Text, statement: ast.stmt, header: str) -> Edit | None:
    """Put a statement into a block of its own under a header."""
    return in_block(text, (statement,), header, text.cut(statement).split(text.newline()))


def in_block(text: Text, statements: Sequence[ast.stmt], header: str, lines: Sequence[str]) -> Edit | None:
    """Put lines into a block under a header, in the place of statements with nothing but white space between them."""
    first, last = statements[0], statements[-1]
    between = [text.source[text.end(one) : text.start(next_)] for one, next_ in pairwise(statements)]
    if not all(_own_lines(text, one) for one in statements) or "".join(between).strip():
        return None
    indent = text.before(first)
    block = text.newline().join([header, *(_further(line, indent) for line in lines)])
    return Edit(text.start(first), text.end(last), block)


def _further(line: str, indent: str) -> str:
    return f"{indent}{_INDENT}{line.removeprefix(indent)}" if line.strip() else line


def moved_out(text: Text, block: ast.With, statement: ast.stmt) -> Edit | None:
    """Take a statement out of a with block, which is divided in two where others are before and behind it."""
    body = block.body
    if statement not in body or text.before(block).strip() or not all(_own_lines(text, one) for one in body):
        return None
    outer, inner = text.before(block), text.before(body[0])
    header = text.lines(block.lineno, body[0].lineno)
    inside = text.lines(body[0].lineno, text.last_line(block) + 1)
    if any(line.strip() and not line.startswith(inner) for line in inside):
        return None
    begin, end = (line - body[0].lineno for line in (statement.lineno, text.last_line(statement) + 1))
    own = [outer + line.removeprefix(inner) for line in inside[begin:end]]
    before, behind = inside[:begin], inside[end:]
    kept = [*(header + before if begin else []), *own, *(header + behind if behind else [])]
    return Edit(text.start(block) - len(outer), text.line_end(block), text.newline().join(kept))


def calls_in(node: ast.AST) -> Iterator[ast.Call]:
    """Yield the calls in a node."""
    return (one for one in ast.walk(node) if isinstance(one, ast.Call))


def named(call: ast.Call) -> str:
    """The last part of the name of what is called."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def torchs_name(text: Text) -> str | None:
    """What a program calls torch: "torch", or what it imports it as; None: it imports no more than parts of it."""
    imports = (one for statement in text.tree.body if isinstance(statement, ast.Import) for one in statement.names)
    return next((one.asname or one.name for one in imports if one.name == "torch"), None)
