"""Changes of the source for one flag of one tensor: run by torch, the changed program has the flag as asked."""

import ast
import difflib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gradviz.model.moments.held import Name
from gradviz.model.moments.moment import History
from gradviz.model.source.place import Edit
from gradviz.model.source.toggles import Flag, Toggles
from gradviz.model.trace import Tensor, Trace
from gradviz.picture.record.record import Record
from gradviz.picture.texts.rows import rows
from tests.engine.programs import sweep
from tests.engine.recording import record, tensor


def edit(trace: Trace, name: str, flag: Flag = "requires_grad") -> Edit | str:
    return Toggles(History(trace)).edit(tensor(trace, name).id, name, flag)


def toggled(source: str, name: str, flag: Flag = "requires_grad") -> str:
    trace = record(source)
    assert trace.error is None, trace.error
    found = edit(trace, name, flag)
    assert isinstance(found, Edit), found
    changed = found.applied(source)
    ast.parse(changed)
    return changed


def flag_of(source: str, name: str) -> bool:
    trace = record(source)
    assert trace.error is None, trace.error
    return tensor(trace, name).requires_grad


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = torch.ones(3)", "x = torch.ones(3, requires_grad=True)"),
        ("x = torch.ones(3, requires_grad=True)", "x = torch.ones(3)"),
        ("x = torch.tensor([1., 2.]) # data", "x = torch.tensor([1., 2.], requires_grad=True) # data"),
        ("x = torch.rand(requires_grad=True, size=(2,))", "x = torch.rand(requires_grad=False, size=(2,))"),
        ("x = torch.rand(\n    2,  # two\n)", "x = torch.rand(\n    2, requires_grad=True,  # two\n)"),
        ("x = torch.rand((2))", "x = torch.rand((2), requires_grad=True)"),
        ("a, x = torch.rand(2), torch.ones(2)", "a, x = torch.rand(2), torch.ones(2, requires_grad=True)"),
        ("x = torch.ones(3) * 2", "x = torch.ones(3) * 2\nx.requires_grad_(True)"),
        (
            "x = torch.ones(3, requires_grad=True)\nfor p in [x]:\n    p.requires_grad_(False)\ny = 1",
            "x = torch.ones(3, requires_grad=True)\nfor p in [x]:\n    p.requires_grad_(False)\n"
            "x.requires_grad_(True)\ny = 1",
        ),
        (
            "x = torch.ones(3, requires_grad=True)\nfor on in (False, True, False):\n    x.requires_grad_(on)\ny = 1",
            "x = torch.ones(3, requires_grad=True)\nfor on in (False, True, False):\n    x.requires_grad_(on)\n"
            "x.requires_grad_(True)\ny = 1",
        ),
        (
            "def f(t):\n    t.requires_grad_(True)\n    return 1\nx = torch.ones(3)\ny = f(x)\nz = 1",
            "def f(t):\n    t.requires_grad_(True)\n    return 1\nx = torch.ones(3)\ny = f(x)\n"
            "x.requires_grad_(False)\nz = 1",
        ),
        ("if True: x = torch.ones(3) + 1", "if True: x = torch.ones(3) + 1; x.requires_grad_(True)"),
        ("x = torch.eye(2).t(); y = 1", "x = torch.eye(2).t(); x.requires_grad_(True); y = 1"),
        (
            "from functools import partial\nones = partial(torch.ones, 2)\nx = ones()",
            "from functools import partial\nones = partial(torch.ones, 2)\nx = ones(requires_grad=True)",
        ),
        (
            "f = False\nx = torch.ones(2, requires_grad=f)",
            "f = False\nx = torch.ones(2, requires_grad=f)\nx.requires_grad_(True)",
        ),
        ("x = torch.ones(3)\nx.requires_grad_()", "x = torch.ones(3)\nx.requires_grad_(False)"),
        ("x = torch.ones(3)\nx.requires_grad = True", "x = torch.ones(3)\nx.requires_grad = False"),
        ("x = torch.ones(3)\nx.requires_grad_(True)", "x = torch.ones(3)"),
        ("x = torch.ones(3)\nx.requires_grad_(True)  # on", "x = torch.ones(3)\nx.requires_grad_(False)  # on"),
        ("ゑ = 'ゑ'; x = torch.ones(3)", "ゑ = 'ゑ'; x = torch.ones(3, requires_grad=True)"),
        ("x = torch.arange(3.)\r\ny = 1\r\n", "x = torch.arange(3., requires_grad=True)\r\ny = 1\r\n"),
        (
            "def f():\n    return torch.ones(2)\nx = f()",
            "def f():\n    return torch.ones(2, requires_grad=True)\nx = f()",
        ),
        (
            "def f():\n    return torch.ones(2)\nx = f()\ny = f()",
            "def f():\n    return torch.ones(2)\nx = f()\nx.requires_grad_(True)\ny = f()",
        ),
    ],
)
def test_the_least_that_does_it(before: str, after: str) -> None:
    head = "import torch\n"
    assert toggled(head + before, "x") == head + after
    assert flag_of(head + after, "x") is not flag_of(head + before, "x")


@pytest.mark.parametrize("name", ["ws[1]", "ps['b']"])
def test_entries_of_containers(name: str) -> None:
    source = "import torch\nws = [torch.ones(2) for _ in range(3)]\nps = {'a': ws[0], 'b': torch.ones(1) + 1}\n"
    changed = toggled(source, name)
    assert flag_of(changed, name)
    assert not flag_of(changed, "ws[0]")
    assert toggled(changed, name) == source


@pytest.mark.parametrize("name", ["model.0.weight", "model.2.bias", "net.fc.weight"])
def test_parameters_are_frozen_by_their_path(name: str) -> None:
    source = (
        "import torch\nfrom torch import nn\nmodel = nn.Sequential(nn.Linear(2, 2), nn.ReLU(), nn.Linear(2, 1))\n"
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.fc = nn.Linear(1, 1)"
        "\n"
        "net = Net()\nout = model(torch.ones(2))\n"
    )
    changed = toggled(source, name)
    assert not flag_of(changed, name)
    assert toggled(changed, name) == source


def test_retain_grad_and_detach_come_and_go() -> None:
    source = "import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2  # twice\ny.sum().backward()\n"
    kept = toggled(source, "y", "retain_grad")
    assert kept == source.replace("# twice\n", "# twice\ny.retain_grad()\n")
    assert tensor(record(kept), "y").grad is not None
    assert toggled(kept, "y", "retain_grad") == source
    inline = toggled(source.replace("  # twice", "; z = 1"), "y", "retain_grad")
    assert "y = x * 2; y.retain_grad(); z = 1\n" in inline
    assert toggled(inline, "y", "retain_grad") == source.replace("  # twice", "; z = 1")
    cut = toggled("import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\nz = y + 1", "y", "detach")
    assert cut.endswith("y = x * 2\ny = y.detach()\nz = y + 1")
    assert not flag_of(cut, "z")


@pytest.mark.parametrize(
    ("line", "flag", "reason"),
    [
        ("x = torch.arange(3)", "requires_grad", "dtype"),
        ("x = torch.ones(2, requires_grad=True) * 2", "requires_grad", "not a leaf"),
        ("x = torch.ones(2)", "retain_grad", "untracked"),
        ("x = torch.ones(2, requires_grad=True)", "retain_grad", "leaf"),
        ("x = torch.ones(2)", "detach", "untracked"),
        ("x = torch.nn.Parameter(torch.ones(2))", "detach", "no place"),
        ("with torch.inference_mode():\n    x = torch.ones(2)", "requires_grad", "inference"),
        ("for x in [torch.ones(2) + 1]: pass", "requires_grad", "no place"),
    ],
)
def test_where_it_cannot_be_toggled_it_says_why(line: str, flag: Flag, reason: str) -> None:
    assert edit(record(f"import torch\n{line}\n"), "x", flag) == reason


def test_a_name_that_was_never_bound_has_no_place() -> None:
    trace = record("import torch\nx = torch.ones(2) + 1\n")
    assert Toggles(History(trace)).edit(tensor(trace, "x").id, "y", "requires_grad") == "no place"
    assert (
        Toggles(History(trace._replace(source="x = ="))).edit(tensor(trace, "x").id, "x", "requires_grad") == "no place"
    )


_FACTORY = st.sampled_from(
    (
        *("torch.ones(3{})", "torch.tensor([1.0, 2.0, 3.0]{})", "torch.rand( 3 {})", "torch.full((3,), 2.0{})"),
        *("torch.zeros(size=(3,){})", "torch.randn(3,{})", "torch.linspace(0, 1, 3{})", "torch.ones_like(e{})"),
    )
)
_KEYWORD = st.sampled_from(("", "", ", requires_grad=True", ", requires_grad=False", " , requires_grad = True"))
_VALUE = st.one_of(
    st.builds(
        lambda factory, keyword: factory.format(keyword.lstrip(" ,") if ",{}" in factory else keyword),
        _FACTORY,
        _KEYWORD,
    ),
    st.sampled_from(("torch.ones(3).clone()", "e.detach()", "e * 2", "torch.stack([e[0], e[1], e[2]])")),
)
_TAIL = st.sampled_from(("", "", "  # note", "; q = 1", ";"))
_AFTER = st.sampled_from(
    ("", "", "{0}.requires_grad_()\n", "{0}.requires_grad_(True)\n", "{0}.requires_grad = False\n")
)
_NAME = st.sampled_from("abc")
_BLOCK = st.builds(
    lambda name, value, tail, after, wrapped: (
        f"if True:\n    {name} = {value}{tail}\n" + (f"    {after}" if after else "").format(name)
        if wrapped
        else f"{name} = {value}{tail}\n{after.format(name)}"
    ),
    *(_NAME, _VALUE, _TAIL, _AFTER, st.booleans()),
)
_PROGRAMS = st.lists(_BLOCK, min_size=1, max_size=4).map(
    lambda blocks: "import torch\ne = torch.ones(3)\n" + "".join(blocks)
)


_MODELS = st.builds(
    lambda bias, tail, after, spaced: (
        "import torch\nfrom torch import nn\n"
        "class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n"
        f"        self.body = nn.Sequential(nn.Linear(2, 2, bias={bias}), nn.ReLU(), nn.Linear(2, 1))\n"
        "        self.head = nn.Linear(1, 1)\n    def forward(self, x):\n        return self.head(self.body(x))\n"
        f"net = Net(){tail}\n{after}out = net(torch.ones(2)){spaced}\n"
    ),
    st.booleans(),
    st.sampled_from(("", "  # net", "; q = 1")),
    st.sampled_from(("", "# then\n", "o = torch.optim.SGD(net.parameters(), 0.1)\n")),
    st.sampled_from(("", "  ", "; z = 1")),
)


def parameters(trace: Trace) -> dict[str, bool]:
    made = [one for one in trace.tensors if one.is_parameter]
    return {name: one.requires_grad for one in made for name in one.names if name.startswith("net.")}


@sweep(30)
@given(_MODELS, st.sampled_from(("net", "net.body", "net.body.0", "net.body.2", "net.head")))
def test_a_whole_submodule_is_frozen_and_unfrozen_again(source: str, path: str) -> None:
    def switch(trace: Trace) -> tuple[bool, str]:
        name = next(name for name in parameters(trace) if name.startswith(f"{path}."))
        toggles = Toggles(History(trace))
        (found,) = [one for one in toggles.submodules(tensor(trace, name).id, name) if one.path == path]
        assert found.edit is not None
        return found.frozen, found.edit.applied(trace.source)

    trace = record(source)
    frozen, changed = switch(trace)
    assert not frozen
    again = record(changed)
    assert again.error is None
    assert parameters(again) == {name: not name.startswith(f"{path}.") for name in parameters(trace)}
    assert [one for one in difflib.ndiff(source.splitlines(), changed.splitlines()) if one[0] in "+-"] != []
    assert switch(again) == (True, source)


def test_what_other_lines_froze_is_not_unfrozen_by_a_guess() -> None:
    trace = record(
        "import torch\nnet = torch.nn.Sequential(torch.nn.Linear(1, 1))\n"
        "for p in net.parameters():\n    p.requires_grad = False\n"
    )
    found = list(Toggles(History(trace)).submodules(tensor(trace, "net.0.weight").id, "net.0.weight"))
    assert [(one.path, one.frozen, one.edit) for one in found] == [("net.0", True, None), ("net", True, None)]
    bias = Toggles(History(trace._replace(source="net = ="))).submodules(
        tensor(trace, "net.0.weight").id, "net.0.weight"
    )
    assert list(bias) == []


_COMPUTED = st.builds(
    lambda value, tail, after, wrapped: (
        "import torch\nx = torch.ones(3, requires_grad=True)\n"
        + (f"if True:\n    a = {value}{tail}\n    {after}" if wrapped else f"a = {value}{tail}\n{after}")
        + "z = (a * x).sum()\nz.backward()\n"
    ),
    st.sampled_from(("x * 2", "x.exp()", "torch.sin(x)", "(x +\n     1)")),
    _TAIL,
    st.sampled_from(("", "b = a.sum()\n", "# here\n")),
    st.booleans(),
)


@sweep(40)
@given(_COMPUTED, st.sampled_from(("retain_grad", "detach")))
def test_retain_grad_and_detach_toggle_there_and_back(source: str, flag: Flag) -> None:
    assert not Toggles(History(record(source))).is_detached(tensor(record(source), "a").id, "a")
    changed = toggled(source, "a", flag)
    trace = record(changed)
    found = tensor(trace, "a")
    assert trace.error is None
    assert (found.retains_grad, found.requires_grad) == ((True, True) if flag == "retain_grad" else (False, False))
    assert (found.grad is not None) == (flag == "retain_grad")
    assert Toggles(History(trace)).is_detached(found.id, "a") == (flag == "detach")
    assert toggled(changed, "a", flag) == source


@sweep(100)
@given(_PROGRAMS)
def test_any_program_toggles_there_and_back(source: str) -> None:
    trace = record(source)
    assert trace.error is None, trace.error
    names = {name for step in trace.steps for name in step.names or {}} & set("abc")
    for name in sorted(names):
        before: Tensor = tensor(trace, name)
        found = edit(trace, name)
        assert isinstance(found, Edit), found
        changed = found.applied(source)
        again = record(changed)
        assert again.error is None
        assert tensor(again, name).requires_grad is not before.requires_grad
        others = names - {name}
        assert all(tensor(again, one).requires_grad is tensor(trace, one).requires_grad for one in others)
        assert len([one for one in difflib.ndiff(source.splitlines(), changed.splitlines()) if one[0] in "+-"]) <= 2
        back = edit(again, name)
        assert isinstance(back, Edit)
        assert tensor(record(back.applied(changed)), name).requires_grad is before.requires_grad


def test_rows_carry_the_switches_and_what_unlocks_them() -> None:
    trace = record(
        "import torch\nx = torch.ones(2, requires_grad=True)\ny = x * 2\ny.retain_grad()\nn = torch.tensor(1)\n"
        "net = torch.nn.Sequential(torch.nn.Linear(1, 1))\nfor p in net.parameters():\n    p.requires_grad = False\n"
    )
    whole = Record(trace)
    found = {
        row.name.partition(",")[0]: row
        for row in rows(whole.grounds, whole.history.bindings.held(), None, "en", whole.switches)
    }
    assert [(flag.name, flag.on, bool(flag.locked)) for flag in found["y"].flags] == [
        ("retain_grad", True, False),
        ("detach", False, False),
    ]
    assert found["y"].unlock is not None
    assert found["y"].unlock.text == "Add y = y.detach() after line 3"
    assert found["n"].unlock is not None
    assert isinstance(found["n"].unlock.edit, Edit)
    assert found["n"].unlock.edit.applied(trace.source) == trace.source.replace("tensor(1)", "tensor(1.)")
    assert found["x"].unlock is None
    frozen = found["net.0.weight"].flags
    assert [(flag.name, flag.on, bool(flag.locked)) for flag in frozen[2:]] == [
        ("net.0", False, True),
        ("net", False, True),
    ]
    before = whole.history.at(next(step.id for step in trace.steps if step.kind == "line" and step.line == 4))
    earlier = rows(whole.grounds.at(before), {Name(None, "y"): tensor(trace, "y").id}, None, "en", whole.switches)
    assert not earlier[0].flags[0].on
