"""What can be written at a place of a program, and what is said there; `|` marks the place."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gradviz.model.completion.bindings import read
from gradviz.model.completion.calls import Calling, Parameter
from gradviz.model.completion.chains import CALL, ITEM, RESULT, Chain, whole_chain
from gradviz.model.completion.found import Found, Named, Signature
from gradviz.model.completion.offers import MOST, Candidate, Offers, offers, ranked
from gradviz.model.completion.outline import outline
from gradviz.model.completion.place import Call, place
from gradviz.model.completion.things import Known
from gradviz.model.completion.tips import Tip, call_tip, name_tip
from gradviz.model.completion.tokens import Token, statements, tokens
from gradviz.model.source.lexing import spans

ADD = (Signature(("input", "other", "*", "alpha=1", "out=None"), "Tensor"),)
ANSWERS = (
    Found("", "module", names=(Named("math", "module"), Named("torch", "module"))),
    Found(
        "torch",
        "module",
        names=(
            Named("Tensor", "class"),
            Named("_private", "function"),
            Named("add", "function"),
            Named("float32", "value"),
            Named("nn", "module"),
            Named("randn", "function"),
        ),
    ),
    Found("torch.nn", "module", names=(Named("Linear", "class"), Named("Module", "class"))),
    Found("torch.add", "function", "", (), ADD, ADD, "Adds."),
    Found("torch.randn", "function", "", (), (Signature(("*size", "*", "out=None"), "Tensor"),), (), "Random."),
    Found("torch.float32", "value", "torch.dtype"),
    Found("torch.dtype", "class", names=(Named("itemsize", "attribute"),)),
    Found("torch.Tensor", "class", names=(Named("__add__", "function"), Named("sum", "function"), Named("T", ""))),
    Found("torch.Tensor.sum", "function", bound=(Signature(("dim=None",), "Tensor"),), doc="Sums."),
    Found("torch.Tensor.dtype", "value", "torch.dtype"),
    Found("torch.Tensor.none"),
    Found("torch.Tensor.forward"),
    Found("torch.Tensor.__call__"),
    Found(
        "torch.nn.Linear",
        "class",
        "",
        (Named("weight", "attribute"),),
        (
            Signature(
                ("i: int", "o: int"),
            ),
        ),
        (),
        "A.",
    ),
    Found(
        "torch.nn.Linear.forward",
        "function",
        "",
        (),
        (Signature(("self", "input: Tensor"), "Tensor"),),
        (Signature(("input: Tensor",), "Tensor"),),
        "Runs.",
    ),
    Found("torch.nn.Module", "class", names=(Named("eval", "function"),)),
    Found("torch.nn.Module.eval", "function", bound=(Signature(()),)),
    Found("torch.nn.Module.__init__", "function", bound=(Signature(("*args", "**kwargs")),)),
    Found("torch.nn.Module.fc"),
    Found("torch.nn.Module.no"),
    Found("torch.nn.Net"),
    Found("torch.optim.Net"),
    Found("torch.nn.Odd"),
    Found("torch.optim.Odd"),
    Found("builtins.print", "function", signatures=(Signature(("*args", "sep=' '")),), doc="Prints."),
    Found("builtins.str", "class", names=(Named("join", "function"),)),
    Found("builtins.unknown"),
    Found("builtins.a"),
    Found("builtins.loop"),
)
CATALOGUE = {answer.path: answer for answer in ANSWERS}
KNOWN = Known(
    {"x": "Tensor (4, 3) float32", "net.fc.weight": "Tensor (3,) float32"},
    {"net": "Net", "net.fc": "Linear", "odd": "Odd"},
    {
        ("f", "a"): "Tensor (2,) float64",
        ("Net.forward", "h"): "Tensor (5,) float32",
        ("f.g", "b"): "Tensor () int64",
    },
)
HEAD = "import torch\nfrom torch import nn\n"
CLASS = '''class Net(nn.Module):
    """A net.

    More."""
    depth = 2

    def __init__(self, width, *, bias=True):
        super().__init__()
        self.fc = nn.Linear(3, width)
        self.width: int = width

    @staticmethod
    def free():
        other.fc = 1

    def forward(self, data: torch.Tensor, mask=None):
        {inside}
        return self.fc(data)

'''


def offered(text: str) -> Offers:
    at = text.index("|")
    return offers(text.replace("|", "", 1), at, KNOWN, CATALOGUE)


def names(text: str) -> list[str]:
    return [one.name for one in offered(HEAD + text).candidates]


def said(text: str) -> Tip:
    text = HEAD + text
    return call_tip(text.replace("|", "", 1), text.index("|"), KNOWN, CATALOGUE)


def explained(text: str) -> Tip:
    text = HEAD + text
    return name_tip(text.replace("|", "", 1), text.index("|"), KNOWN, CATALOGUE)


def chain(text: str) -> Chain | None:
    return whole_chain(tokens(text))


# Statements and tokens.


def test_statements_follow_each_other_however_they_are_broken() -> None:
    source = "a = (1,\n     2)\nb = f(\nc = [\n  x,\n]\n\ns = '''\nd = 1\n'''\ne = 1 + \\\n  2\n# (\nf = '('\n"
    found = statements(source)
    assert [one.text for one in found] == [
        "a = (1,\n     2)",
        "b = f(",
        "c = [\n  x,\n]",
        "",
        "s = '''\nd = 1\n'''",
        "e = 1 + \\\n  2",
        "# (",
        "f = '('",
        "",
    ]
    assert all(source[one.start : one.end] == one.text for one in found)
    assert [one.text for one in statements("if x:\n    y = (\n        a,\n    z")][-2:] == [
        "    y = (\n        a,",
        "    z",
    ]
    assert [one.text for one in statements("x = )\n'")] == ["x = )", "'"]


def test_tokens() -> None:
    found = tokens("f'a' 'b 1.5e-3 _x1 := **= ... # c")
    assert [(one.kind, one.text) for one in found[:1]] == [("string", "f'a'")]
    assert [one.text for one in tokens("a1 <= 2.5e-3j ... # c")] == ["a1", "<=", "2.5e-3j", "...", "# c"]
    assert [one.open for one in tokens("'a' \"b")] == [False, True]
    assert [one.open for one in tokens("'''a'' ")] == [True]
    assert tokens("if")[0].named is False


_PIECES = st.sampled_from(('"', "'", '"""', "'''", "\\", "\n", "r", "f", "T", "b", " ", "#", "1", "x", "(", ")"))


@settings(max_examples=300)
@given(st.lists(_PIECES, max_size=9).map("".join))
def test_strings_and_comments_are_those_that_the_highlighter_colours(text: str) -> None:
    told = {at for start, one in _placed(text) if one.kind in ("comment", "string") for at in _letters(start, one)}
    coloured: set[int] = set()
    state = start = 0
    for line in text.split("\n"):
        found, state = spans(line, state)
        coloured |= {
            start + at for one in found if one.kind in ("comment", "string") for at in range(one.start, one.end)
        }
        start += len(line) + 1
    assert {at for at in told if text[at] != "\n"} == coloured


def _placed(text: str) -> list[tuple[int, Token]]:
    return [(statement.start + one.start, one) for statement in statements(text) for one in tokens(statement.text)]


def _letters(start: int, token: Token) -> range:
    return range(start, start + len(token.text))


# Chains.


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("x", ("x",)),
        ("nn.Linear(3, 4).weight[0].T", ("nn", "Linear", CALL, "weight", ITEM, "T")),
        ("f(x)(y)", ("f", CALL, CALL)),
        ("(x)", ("x",)),
        ("'a'.join", ("=builtins.str", CALL, "join")),
        ("b'a'", ("=builtins.bytes", CALL)),
        ("'a", ("=builtins.str", CALL)),
        ("t'a'", None),
        ("1", ("=builtins.int", CALL)),
        ("1_000", ("=builtins.int", CALL)),
        ("1.5", ("=builtins.float", CALL)),
        ("1e3", ("=builtins.float", CALL)),
        ("0xFF", ("=builtins.int", CALL)),
        ("0b1_0", ("=builtins.int", CALL)),
        ("2J", ("=builtins.complex", CALL)),
        ("[1, 2]", ("=builtins.list", CALL)),
        ("[x for x in y]", ("=builtins.list", CALL)),
        ("{}", ("=builtins.dict", CALL)),
        ("{1: 2}", ("=builtins.dict", CALL)),
        ("{1}", ("=builtins.set", CALL)),
        ("{x for x in y}", None),
        ("(1, 2)", ("=builtins.tuple", CALL)),
        ("()", ("=builtins.tuple", CALL)),
        ("x + y", ("x", RESULT)),
        ("x, y + z", None),
        ("1 + 2", None),
        ("(2 * x.T)", ("x", "T", RESULT)),
        ("(x for x in y)", None),
        ("not", None),
        ("x)", None),
        ("", None),
        (".x", None),
    ],
)
def test_chains(text: str, links: Chain | None) -> None:
    assert chain(text) == links


def test_a_chain_deep_in_operators_is_found_without_looking_twice_at_any_bracket() -> None:
    assert chain("x * (" * 50 + "x" + ")" * 50) == ("x", RESULT)  # would else take 2 to the 50 looks


# Bindings.


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("import torch.nn, math as m", {"torch": ("=torch",), "m": ("=math",)}),
        ("import", {}),
        ("from torch.nn import (Linear as L, Module,)", {"L": ("=torch.nn.Linear",), "Module": ("=torch.nn.Module",)}),
        ("from . import x", {}),
        ("from torch import *", {}),
        ("from torch", {}),
        ("x = y = f(1)", {"x": ("f", CALL), "y": ("f", CALL)}),
        ("a, b = f(), g()", {"a": ("f", CALL), "b": ("g", CALL)}),
        ("(a, *b) = f()", {"a": None, "b": None}),
        ("x: torch.Tensor", {"x": ("torch", "Tensor", CALL)}),
        ("x: int = 1", {"x": ("int", CALL)}),
        ("x: f() = 1", {"x": None}),
        ("self.w = f()", {"self.w": ("f", CALL)}),
        ("x[0] = 1", {}),
        ("x += 1", {}),
        ("x == 1", {}),
        ("for a, b in c: pass", {"a": None, "b": None}),
        ("for a", {"a": None}),
        ("async with f() as g, h: pass", {"g": None}),
        ("except E as e:", {"e": None}),
        ("global a, b", {"a": None, "b": None}),
        ("a = 1; b = 2.0", {"a": ("=builtins.int", CALL), "b": ("=builtins.float", CALL)}),
        ("if x: pass", {}),
        ("class A(B, metaclass=c): pass", {"A": None}),
        ("class A: pass", {"A": None}),
        ("def f(a) -> torch.Tensor: pass", {"f": ("torch", "Tensor", CALL)}),
        ("def f", {"f": None}),
        ("def", {}),
        ("", {}),
    ],
)
def test_what_a_statement_binds(text: str, bound: dict[str, Chain | None]) -> None:
    assert {one.name: one.value for one in read(text).bound} == bound


def test_what_a_definition_says_more() -> None:
    found = read("async def f(self, a: int = 1, /, *args: X, b='x, y', **kw):")
    assert [(one.name, one.value) for one in found.parameters] == [
        ("self", None),
        ("a", ("int", CALL)),
        ("args", None),
        ("b", None),
        ("kw", None),
    ]
    assert found.signature == ("self", "a: int = 1", "/", "*args: X", "b='x, y'", "**kw")
    assert read("class A(nn.Module, f(x), 1 + 2):").bases == (("nn", "Module"), ("f", CALL))
    assert read("from torch import *").stars == ("torch",)
    assert [one.name for one in read("z = [a for a in (b := c)] + list(map(lambda d, e=1: d, f))").inside] == [
        *("a", "b", "d", "e")
    ]


# The outline.


def test_torch_is_at_hand_without_an_import() -> None:
    imported = [one.name for one in offered("import torch\ntorch.|").candidates]
    assert imported
    assert [one.name for one in offered("torch.|").candidates] == imported
    assert "torch" in [one.name for one in offered("tor|").candidates]
    assert offered("torch = 'a'\ntorch.|").candidates == offered("'a'.|").candidates


def test_names_are_those_that_can_be_used_at_the_place() -> None:
    inner = "    class C:\n        c = 3\n        def m(self):\n            d = |4\n\n    e = 5\n"
    source = f"a = 1\ndef f(p):\n    b = 2\n{inner}g = 6\n"
    at = source.index("|")
    visible = outline(source.replace("|", "")).visible(at)
    assert set(visible) == {"torch", "a", "f", "p", "b", "C", "self", "e", "g"}
    source = "class C:\n    c = 3\n    d = 4\n"
    assert set(outline(source).visible(source.index("d = 4"))) == {"torch", "C", "c"}


def test_the_binding_before_the_place_counts_and_that_of_the_inner_function() -> None:
    source = "x = f()\nx = g()\n\nx = h()\n"
    assert outline(source).visible(source.index("\n\n") + 1)["x"].binding.value == ("g", CALL)
    assert outline("\nx = h()").visible(0)["x"].binding.value == ("h", CALL)
    source = "x = f()\ndef q(x: int):\n    pass\n"
    assert outline(source).visible(source.index("pass"))["x"].binding.value == ("int", CALL)


def test_an_empty_line_is_in_what_its_indent_says() -> None:
    source = "def f(a):\n    x = 1\n    \n\n"
    found = outline(source)
    assert "a" in found.visible(len(source) - 2)
    assert "a" not in found.visible(len(source) - 1)
    assert outline("").scope(0) == ()
    assert outline("  ").scope(2) == ()
    assert "p" in outline("def f(p): return p").visible(18)
    assert set(outline("class A:\n    def m():\n        pass").attributes(0)) == {"m"}


# Places.


@pytest.mark.parametrize(
    ("text", "what", "links", "word"),
    [
        ("tor|", "name", (), "tor"),
        ("to|rch", "name", (), "to"),
        ("|", "name", (), ""),
        ("x.|", "attribute", ("x",), ""),
        ("x.sum().me|", "attribute", ("x", "sum", CALL), "me"),
        ("(x + y).|", "attribute", ("x", RESULT), ""),
        ("(x or y).|", "nothing", (), ""),
        ("import |", "module", ("=",), ""),
        ("import math, to|", "module", ("=",), "to"),
        ("import torch.n|", "module", ("=torch",), "n"),
        ("import torch a|", "nothing", (), "a"),
        ("from to|", "module", ("=",), "to"),
        ("from torch.|", "module", ("=torch",), ""),
        ("from .|", "nothing", (), ""),
        ("from torch im|", "nothing", (), "im"),
        ("from torch import |", "attribute", ("=torch",), ""),
        ("from torch.nn import (A, L|", "attribute", ("=torch.nn",), "L"),
        ("from torch import nn as |", "nothing", (), ""),
        ("'tor|'", "nothing", (), ""),
        ("'tor|", "nothing", (), ""),
        ("'tor'|", "nothing", (), ""),
        ("# tor|", "nothing", (), ""),
        ("1.|", "nothing", (), ""),
        ("x = 12|", "nothing", (), ""),
        ("def fo|", "nothing", (), "fo"),
        ("def f(a, b|", "nothing", (), "b"),
        ("def f(a=to|", "name", (), "to"),
        ("def f(a=g(1, b|", "name", (), "b"),
        ("async def f(*a|", "nothing", (), "a"),
        ("class A(nn.M|", "attribute", ("nn",), "M"),
        ("for a|", "nothing", (), "a"),
        ("for a, b|", "nothing", (), "b"),
        ("for a in b|", "name", (), "b"),
        ("[a for a in b if c|", "name", (), "c"),
        ("lambda a|", "nothing", (), "a"),
        ("lambda a, b|", "nothing", (), "b"),
        ("lambda a=b|", "name", (), "b"),
        ("lambda a: b|", "name", (), "b"),
        ("with x as y|", "nothing", (), "y"),
        ("f(x) a|", "nothing", (), "a"),
    ],
)
def test_what_stands_at_a_place(text: str, what: str, links: Chain, word: str) -> None:
    found = place(text.replace("|", ""), text.index("|"))
    assert (found.what, found.chain if found.what != "nothing" else ()) == (what, links)
    assert found.word == (word if what != "nothing" else found.word)


def test_the_word_is_where_it_is() -> None:
    found = place("x = torch\ny = tor ch", 16)
    assert (found.word, found.start, found.end) == ("to", 14, 17)


@pytest.mark.parametrize(
    ("text", "call"),
    [
        ("f(|", Call(("f",), 0, "", (), 1)),
        ("f(a, |", Call(("f",), 1, "", (), 2)),
        ("f(a, b=|", Call(("f",), 1, "b", (), 2)),
        ("f(c=1, b=|, d=2)", Call(("f",), 1, "b", ("c", "d"), 3)),
        ("f(g(1, 2), [1, |2], 3)", Call(("f",), 1, "", (), 3)),
        ("f(g(1, |", Call(("g",), 1, "", (), 2)),
        ("f((1, |", Call(("f",), 0, "", (), 1)),
        ("f('a|", Call(("f",), 0, "", (), 1)),
        ("x.f()(|", Call(("x", "f", CALL), 0, "", (), 1)),
        ("f(1)|", None),
        ("f(1) # |", None),
        ("def f(|", None),
        ("class A(|", None),
        ("if (|", None),
        ("(|", None),
        ("[|", None),
    ],
)
def test_the_call_around_a_place(text: str, call: Call | None) -> None:
    assert place(text.replace("|", ""), text.index("|")).call == call


# Offers.


def test_names_of_modules_of_tensors_and_of_what_was_assigned() -> None:
    assert names("torch.|") == ["add", "float32", "nn", "randn", "Tensor"]
    assert names("torch._|") == ["_private"]
    assert names("nn.Lin|") == ["Linear"]
    assert names("x.|") == ["sum", "T"]
    assert names("x.__a|") == ["__add__"]
    assert names("x[0].s|") == ["sum"]
    assert names("x.T.s|") == ["sum"]
    assert names("x.sum().s|") == ["sum"]
    assert names("y = torch.randn(2)\ny.s|") == ["sum"]
    assert names("m = nn.Linear(1, 2)\nm(x).s|") == ["sum"]
    assert names("m = nn.Linear(1, 2)\nm.w|") == ["weight"]
    assert names("torch.float32.|") == ["itemsize"]
    assert names("x.dtype.|") == ["itemsize"]
    assert names("'a'.|") == ["join"]
    assert names("import |") == ["math", "torch"]
    assert names("import torch.|") == ["nn"]
    assert names("from torch.nn import |") == ["Linear", "Module"]


@pytest.mark.parametrize(
    "text",
    [
        "x.none.|",
        "x.none()|",
        "unknown.|",
        "x().|",
        "m = m\nm.|",
        "a = b\nb = a\na.|",
        "odd.|",
        "'|",
        "m = [0][0]\nm.|",
    ],
)
def test_of_what_is_not_known_nothing_is_offered(text: str) -> None:
    assert names(text) == []


def test_the_programs_own_classes() -> None:
    source = CLASS.format(inside="self.|")
    assert names(source) == ["depth", "eval", "fc", "forward", "free", "width"]
    assert names(CLASS.format(inside="self.fc.|")) == ["weight"]
    assert names(CLASS.format(inside="self.fc(data).s|")) == ["sum"]
    assert names(CLASS.format(inside="self.eval.|")) == []
    assert names(CLASS.format(inside="self.no.|")) == []
    assert names(CLASS.format(inside="self.free.|")) == []
    assert names(CLASS.format(inside="data.s|")) == ["sum"]
    assert names(CLASS.format(inside="def inner():\n            self.w|")) == ["width"]
    assert names(CLASS.format(inside="pass") + "n = Net(2)\nn.f|") == ["fc", "forward", "free"]
    assert names(CLASS.format(inside="pass") + "Net.f|") == ["fc", "forward", "free"]
    assert names(CLASS.format(inside="pass") + "net.f|") == ["fc", "forward", "free"]
    assert names(CLASS.format(inside="pass") + "net.fc.|") == ["weight"]
    assert names("class A(A):\n    pass\nA().|") == []
    assert names("class A(B):\n    pass\nclass B(A):\n    pass\nA().x.|") == []
    assert names("from torch import Net\nnet.x.|") == []


@pytest.mark.parametrize(
    "text",
    [
        "(x @ w).|",
        "(2 * x).|",
        "(x + 1).sum().|",
        "(-x).|",
        "(x > 0).|",
        "((x - 1) ** 2).|",
        "y = x * 2 + 1\ny.|",
        "loss = (x - 1) ** 2\nloss.|",
    ],
)
def test_what_an_operator_makes_of_a_tensor_is_one(text: str) -> None:
    assert names(text) == ["sum", "T"]


@pytest.mark.parametrize(
    "text",
    ["(1 + 2).|", "(q + 1).|", "('loss %f' % x).|", "(x + 1, 2).|", "(lambda: x + 1).|", "(x if x > 1 else 2).|"],
)
def test_what_an_operator_makes_of_anything_else_is_not_known(text: str) -> None:
    assert names(text) == []


def test_the_names_of_a_function_are_what_they_were_when_it_ran_last() -> None:
    source = "def f(a, c):\n    def g(b):\n        {}\n    {}\n"
    assert names(source.format("pass", "a.|")) == ["sum", "T"]
    assert names(source.format("b.|", "pass")) == ["sum", "T"]
    assert names(source.format("pass", "class Inner:\n        a.|")) == ["sum", "T"]
    assert names(source.format("pass", "c.|")) == []
    assert names(source.format("pass", "pass") + "a.|") == []
    told = {one.name: one.told for one in offered(HEAD + source.format("pass", "|")).candidates}
    assert (told["a"], told["c"]) == ("Tensor (2,) float64", "")
    assert explained(source.format("pass", "a|")).told == "Tensor (2,) float64"
    assert names(CLASS.replace("{inside}", "h.|")) == ["sum", "T"]


def test_what_the_last_run_held_in_a_module() -> None:
    found = offered(HEAD + "class Net:\n    pass\nnet.fc.|").candidates
    assert Candidate("weight", "attribute", "Tensor (3,) float32") in found
    found = offered(HEAD + "class Net:\n    pass\nnet.|").candidates
    assert found == (Candidate("fc", "attribute", "Linear"),)


def test_functions_of_the_program() -> None:
    assert names("def f() -> torch.Tensor:\n    pass\nf().s|") == ["sum"]
    assert names("def f():\n    pass\nf().s|") == []
    assert names("def f():\n    pass\nf.s|") == []
    assert names("def f():\n    pass\nf.x.s|") == []
    assert names("class A:\n    def __call__(self) -> torch.Tensor:\n        pass\nA()().s|") == ["sum"]
    assert names("class A:\n    forward = x\nA()().s|") == []


def test_names_that_are_known_at_the_place() -> None:
    found = offered(HEAD + "xs = 1\nfor loop in xs:\n    x|").candidates
    assert found[0] == Candidate("xs", "variable")
    assert [one.kind for one in offered(HEAD + "lo|\nfor loop in x: pass").candidates][:1] == ["variable"]
    assert offered(HEAD + "nn|").candidates[0] == Candidate("nn", "module", "torch.nn")
    assert offered("x = 1\nx|").candidates[0] == Candidate("x", "variable", "Tensor (4, 3) float32")
    assert "while" in names("whil|")
    assert "print" in names("pri|")
    assert names("from torch import *\nran|")[0] == "randn"
    assert names("class A:\n    def f(self):\n        sup|") == ["super"]


def test_arguments_that_can_be_given_by_name() -> None:
    assert names("torch.add(x, |")[:3] == ["alpha=", "other=", "out="]
    assert names("torch.add(x, x, out=x, al|")[0] == "alpha="
    assert "out=" not in names("torch.add(x, x, out=x, |")
    assert "alpha=" not in names("torch.add(x, x, alpha=|")
    assert "size=" not in names("torch.randn(2, |")
    assert names("unknown(|")[:1] != ["alpha="]
    told = {one.name: one.told for one in offered(HEAD + "nn.Linear(|").candidates if one.kind == "argument"}
    assert told == {"i=": "int", "o=": "int"}


def test_what_is_not_known_yet_is_asked_for() -> None:
    found = offers("import torch\ntorch.", 19, Known(), {})
    assert (found.candidates, found.asked) == ((), ("torch",))
    assert offers("x" * (MOST + 1), 1, Known(), {}).candidates == ()


def test_ranks() -> None:
    given = [
        Candidate(one, "") for one in ("Relu", "relu6", "relu", "prelu", "r_e_l_u", "rule", "_relu", "x", "reducel_u")
    ]
    assert [one.name for one in ranked(given, "relu")] == ["relu", "relu6", "Relu", "prelu", "r_e_l_u", "reducel_u"]
    assert [one.begins for one in ranked(given, "relu")] == [True, True, True, False, False, False]
    assert [one.name for one in ranked(given, "x")] == ["x"]
    kinds = [
        Candidate("ab", "keyword"),
        Candidate("ac", "builtin"),
        Candidate("ad", "variable"),
        Candidate("ae=", "argument"),
    ]
    assert [one.name for one in ranked(kinds, "a")] == ["ae=", "ad", "ac", "ab"]


# Calls and tips.


def test_the_tip_of_a_call_has_the_argument_at_hand() -> None:
    tip = said("torch.add(x, |")
    assert (tip.title, tip.doc, tip.ways[0].name, tip.ways[0].at, tip.ways[0].returns) == (
        "torch.add",
        "Adds.",
        "add",
        1,
        "Tensor",
    )
    assert said("torch.add(x, alpha=|").ways[0].at == 3
    assert said("x.sum(|").ways[0].parameters == ("dim=None",)
    assert said("m = nn.Linear(1, 2)\nm(|").ways[0].parameters == ("input: Tensor",)
    assert said("net(|").ways == ()
    assert said("print(1, |").ways[0].at == 0
    assert said("def f(a, b=2):\n    'Does.\\n'\n    pass\nf(|").ways[0].parameters == ("a", "b=2")
    assert not said("f(|")
    assert not said("torch.add(x)|")
    assert said("torch.float32(|").told == "value"
    assert not said("x(|")


def test_the_tip_of_the_programs_own() -> None:
    tip = said(CLASS.format(inside="pass") + "Net(3, bias=|")
    assert (tip.doc, tip.ways[0].parameters, tip.ways[0].at) == ("A net.", ("width", "*", "bias=True"), 2)
    assert said(CLASS.format(inside="pass") + "n = Net(2)\nn(|").ways[0].parameters == (
        "data: torch.Tensor",
        "mask=None",
    )
    assert said("class A(nn.Module):\n    pass\nA(|").ways[0].parameters == ("*args", "**kwargs")
    assert said("class A:\n    pass\nA(|").told == "A"
    assert said("class A:\n    def __init__(s): pass\n    f = 1\nA(|").ways[0].parameters == ()
    assert said("class A:\n    __init__ = x\nA(|").ways == ()


def test_what_a_name_is() -> None:
    assert explained("|x").told == "Tensor (4, 3) float32"
    assert explained("net.f|c").told == "Linear"
    assert explained("torch.ad|d(x, x)").ways[0].parameters[0] == "input"
    assert explained("tor|ch").told == "module"
    assert explained("n|n.Linear").title == "torch.nn"
    assert explained("y = torch.randn(2)\n|y").told == "torch.Tensor"
    assert explained("def f(a):\n    pass\nf|").ways[0].parameters == ("a",)
    for nothing in ("1|", "|", "if|", "unknown|", "# x|", "(q + q).s|um"):
        assert not explained(nothing)


def test_questions_of_tips() -> None:
    assert call_tip("import torch\ntorch.add(", 23, Known(), {}).asked == ("torch.add",)
    assert name_tip("import torch\ntorch.add", 20, Known(), {}).asked == ("torch.add",)
    assert call_tip("f(" + "x" * MOST, 2, Known(), {}) == Tip()
    assert name_tip("f(" + "x" * MOST, 2, Known(), {}) == Tip()


def calling(*parameters: str) -> Calling:
    return Calling(tuple(map(Parameter, parameters)))


@pytest.mark.parametrize(
    ("way", "call", "at", "fits"),
    [
        (calling("a", "b"), Call((), 1, "", (), 2), 1, True),
        (calling("a", "b"), Call((), 2, "", (), 3), None, False),
        (calling("a", "/", "b"), Call((), 1, "", (), 2), 2, True),
        (calling("a", "*", "b"), Call((), 1, "", (), 2), None, False),
        (calling("a", "*", "b"), Call((), 1, "b", (), 2), 2, True),
        (calling("*a", "b"), Call((), 5, "", (), 6), 0, True),
        (calling("a", "**k"), Call((), 1, "", (), 2), None, False),
        (calling("a", "**k"), Call((), 1, "z", (), 2), 1, True),
        (calling("a", "**k"), Call((), 0, "", ("z",), 2), 0, True),
        (calling("a"), Call((), 0, "", ("z",), 2), 0, False),
        (calling("a"), Call((), 0, "z", (), 1), None, True),
        (calling(), Call((), 0, "", (), 1), None, False),
    ],
)
def test_which_parameter_an_argument_is_for(way: Calling, call: Call, at: int | None, fits: bool) -> None:
    assert (way.taking(call), way.fits(call)) == (at, fits)


def test_parameters() -> None:
    assert [
        (one.name, one.stars, one.by_name, one.told) for one in map(Parameter, ("a: int = 1", "b=2", "*c", "/"))
    ] == [
        ("a", 0, True, "int = 1"),
        ("b", 0, True, "=2"),
        ("c", 1, False, ""),
        ("/", 0, False, ""),
    ]
    assert calling("a", "/", "b", "*c", "d").given(5) == {"a", "b"}
    assert calling("a").given(-1) == frozenset()
