"""Expressions that lead from a name to a thing, as far as they do so by attributes, calls and items: net.fc(x).sum."""

from gradviz.model.completion.tokens import CLOSING, OPENING, Token, opening, split

CALL, ITEM = "()", "[]"
RESULT = "±"  # what an operator makes of something, with whatever else
LIBRARY = "="  # begins a link that is a path of a library's thing

_OPERATORS = frozenset(("+", "-", "*", "/", "//", "%", "@", "**", "<", ">", "<=", ">=", "==", "!=", "&", "|", "^", "~"))

_NUMBERS = frozenset(f"{LIBRARY}builtins.{kind}" for kind in ("int", "float", "complex"))

# A name, or the path of a library's thing; then attributes, calls and items.
Chain = tuple[str, ...]


def chain_before(found: tuple[Token, ...], end: int) -> tuple[Chain, int] | None:
    """Return the longest chain that ends before a token, and the token it begins with; None: there is none."""
    links: list[str] = []
    at = end
    while at > 0:
        token = found[at - 1]
        if token.named:
            links.append(token.text)
            if at > 1 and found[at - 2].text == ".":
                at -= 2
                continue
            return tuple(reversed(links)), at - 1
        literal = _literal(token)
        if literal is not None:
            return (*literal, *reversed(links)), at - 1
        begun = opening(found, at - 1) if token.text in CLOSING else None
        if begun is None:
            return None
        if token.text == "}" or not begun or not _ends_chain(found[begun - 1]):
            base = _group(found[begun:at])
            return None if base is None else ((*base, *reversed(links)), begun)
        links.append(CALL if token.text == ")" else ITEM)
        at = begun
    return None


def whole_chain(found: tuple[Token, ...]) -> Chain | None:
    """Return the chain that an expression is; None: it is something else."""
    operands = _operands(found)
    if len(operands) > 1:
        return _result(operands)
    chain = chain_before(found, len(found))
    return chain[0] if chain is not None and chain[1] == 0 else None


def _operands(found: tuple[Token, ...]) -> list[list[Token]]:
    """What is between the operators of an expression; of one that comes first, nothing is before it."""
    operands: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        depth += (token.text in OPENING) - (token.text in CLOSING)
        if depth == 0 and token.text in _OPERATORS:
            operands.append([])
        else:
            operands[-1].append(token)
    return operands


def _result(operands: list[list[Token]]) -> Chain | None:
    """What operators make of their operands: of the first that is no number, which the others are made to be like."""
    chains = [whole_chain(tuple(one)) for one in operands if one]
    if None in chains:
        return None  # a lambda, a condition, several values: what binds less than an operator
    known = (one for one in chains if one is not None and one[0] not in _NUMBERS)
    first = next(known, None)
    return None if first is None else (*first, RESULT)


def _ends_chain(token: Token) -> bool:
    return token.named or token.kind == "string" or token.text in (")", "]")


def _literal(token: Token) -> Chain | None:
    if token.kind == "string":
        prefix = token.text[: token.text.index(token.text[-1])] if token.text[-1] in "\"'" else ""
        if "t" in prefix.lower():
            return None  # a template
        return (f"{LIBRARY}builtins.{'bytes' if 'b' in prefix.lower() else 'str'}", CALL)
    return (f"{LIBRARY}builtins.{_number(token.text.lower())}", CALL) if token.kind == "number" else None


def _number(text: str) -> str:
    """The class of a number literal."""
    if text.startswith(("0x", "0o", "0b")) or text.replace("_", "").isdigit():
        return "int"
    return "complex" if text.endswith("j") else "float"


def _group(found: tuple[Token, ...]) -> Chain | None:
    """What a bracket that is no call and no item stands for."""
    inside = found[1:-1]
    if any(token.text == "for" for token in inside):
        kinds = {"[": "list"}
    else:
        kinds = {"[": "list", "{": "dict" if not inside or len(split(inside, ":")) > 1 else "set"}
        kinds |= {"(": "tuple"} if not inside or len(split(inside, ",")) > 1 else {}
    kind = kinds.get(found[0].text)
    if kind is not None:
        return (f"{LIBRARY}builtins.{kind}", CALL)
    return whole_chain(inside) if found[0].text == "(" else None


def unclosed(found: tuple[Token, ...]) -> list[int]:
    """Return the tokens that open brackets which are not closed, the innermost first."""
    waiting: list[int] = []
    for at, token in enumerate(found):
        if token.text in OPENING:
            waiting.append(at)
        elif token.text in CLOSING and waiting:
            waiting.pop()
    return waiting[::-1]
