"""Generated programs in which a .grad is None, by the reason for it, with the line that is to blame."""

from typing import NamedTuple

from hypothesis import strategies as st

from gradviz.model.why.why import Why, WhyNoGrad

MARK = "§"  # in front of the line to blame
_FUNCTION = (
    "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        {}\n        return a * 1\n"
    "    @staticmethod\n    def backward(ctx, g):\n        return {}\n"
)


class Told(NamedTuple):
    """A program, the name that is asked about, and the reason for its .grad to be None."""

    source: str
    name: str
    why: Why


# Of each program: x and w are leaves that require grad, c and n are constants, {f} is a function of one tensor,
# {r} reduces, {k} is a number.
_BODIES: dict[WhyNoGrad, list[tuple[str, str]]] = {
    "dtype": [("n", "y = x * n\ny{r}.backward()"), ("n", "y = (x * n){f}\nz = y + w\nz{r}.backward()")],
    "flag off": [
        ("c", "y = x * c\ny{r}.backward()"),
        ("c", "y = (w * c){f}\ny{r}.backward()"),
        ("c", "for _ in range({k}):\n    y = (c * w){f}{r}\n    y.backward()"),
    ],
    "untracked": [
        ("d", "d = c{f}\ny = (d * w){r}\ny.backward()"),
        ("d", "d = c * {k}\ne = d + x\ne{r}.backward()"),
    ],
    "no_grad": [
        ("y", "§with torch.no_grad():\n    y = x * {k}\nz = (y * w){r}\nz.backward()"),
        (
            "y",
            "§with torch.no_grad():\n    # first\n    c = c + 1\n    y = x{f}  # kept\n    c = c * 2\n"
            "z = y{r} + w\nz{r}.backward()",
        ),
        ("y", "§with torch.no_grad():\n    a = x * {k}\n    y = a{f}\nz = (y * w){r}\nz.backward()"),
        ("y", "§@torch.no_grad()\ndef f(a):\n    return a{f}\ny = f(x)\nz = (y * w){r}\nz.backward()"),
        ("y", "§torch.set_grad_enabled(False)\ny = x{f}\ntorch.set_grad_enabled(True)\n(y * w){r}.backward()"),
    ],
    "inference": [
        ("y", "§with torch.inference_mode():\n    y = x * {k}\nz = y + 1\n"),
        ("y", "§with torch.inference_mode():\n    a = x{f}\n    y = a * {k}\nz = y.clone()\n"),
        ("y", "§@torch.inference_mode()\ndef f(a):\n    return a{f}\ny = f(x)\nz = y + {k}\n"),
    ],
    "detach": [
        ("d", "y = x * {k}\n§d = y.detach(){f}\nz = (d * w){r}\nz.backward()"),
        ("d", "y = x{f}\n§d = y.data\nz = (d * w){r}\nz.backward()"),
        ("d", "y = x{f}\n§d = torch.tensor(y)\nz = (d * w){r}\nz.backward()"),
    ],
    "not differentiable": [
        ("y", "§y = x.argmax()\nw{r}.backward()"),
        ("y", "§y = (w * {k}){f} > 0\nz = w{f}"),
        ("y", "§y = x.int()\nz = w{f}"),
    ],
    "unrecorded": [("inner", _FUNCTION.format("global inner; §inner = a * {k}", "g") + "y = F.apply(x{f})")],
    "not a leaf": [
        ("y", "y = x * {k}  # kept\nz = (y{f} * w){r}\nz.backward()"),
        ("h", "def f(a):\n    h = a{f}\n    (h * {k}){r}.backward()\n    return 1\nf(x)"),
        ("y", "for _ in range({k}):\n    y = x{f}; z = y * w\n    z{r}.backward()"),
    ],
    "too late": [
        ("y", "y = x * {k}\nz = (y * w){r}\nz.backward()\n§y.retain_grad()\nv = 1"),
        ("y", "y = x{f}; z = (y * w){r}\nz.backward()\n§y.retain_grad()  # late\nv = 1"),
    ],
    "not run": [
        ("x", "y = x * w\nz = y{f}"),
        ("w", "y = (x * w){r}\nv = c * {k}"),
        ("x", "for _ in range({k}):\n    y = x{f}\n    z = (y * w){r}"),
    ],
    "cleared": [
        ("x", "y = x * w\ny{r}.backward()\n§x.grad = None\nv = 1"),
        (
            "x",
            "o = torch.optim.SGD([x, w], 0.1)\nfor _ in range({k}):\n    y = (x * w){f}\n    y{r}.backward()\n"
            "    o.step()\n    §o.zero_grad()\nv = 1",
        ),
        ("w", "for _ in range({k}):\n    y = (x * w){f}\n    y{r}.backward()\n§w.grad = None  # again\nv = 1"),
    ],
    "returned": [
        ("x", "y = (x * w){f}{r}\n§g, = torch.autograd.grad(y, x)"),
        ("x", "y = (x * w){f}\n§g, h = torch.autograd.grad(y, [x, w], torch.ones_like(y))"),
        ("w", "y = x * w\n§g = torch.autograd.grad(y{r} * {k}, x)[0]"),
    ],
    "left out": [
        ("w", "y = (x * w){f}{r}\n§y.backward(inputs=[x])"),
        ("w", "y = (x * w){f}{r}\n§torch.autograd.backward(y, inputs=x)"),
        ("x", "y = (x * w){f}\n§y{r}.backward(inputs=[ w ])  # one"),
    ],
    "failed": [
        ("x", "y = x.exp()\nz = (y * w){r}\ny.mul_({k})\n§z.backward()"),
        ("w", _FUNCTION.format("pass", "1 / 0") + "y = F.apply(w * {k})\n§y{r}.backward()"),
    ],
    "no gradient": [
        ("x", _FUNCTION.format("pass", "None") + "y = (F.apply(x) * w){r}\n§y.backward()"),
        ("w", _FUNCTION.format("pass", "None") + "y = F.apply(w * {k})\n§y{r}.backward()"),
    ],
    "cut off": [
        ("x", "y = x{f}\n§d = y.detach()\nz = (d * w){r}\nz.backward()"),
        ("x", "with torch.no_grad():\n    §y = x * {k}\nz = (y * w){r}\nz.backward()"),
        ("x", "y = x{f}{r}\n§v = y.item()\nz = (v * w){r}\nz.backward()"),
        ("x", "y = x{f}{r}\n§v = float(y)\nu = v + {k}\nz = (u * w){r}\nz.backward()"),
        ("x", "y = x{f}{r}\n§z = (y.item() * w){r}\nz.backward()"),
    ],
    "not reached": [
        ("x", "y = x{f}\nz = w * {k}\n§z{r}.backward()"),
        ("x", "y = x{f}{r}\nz = w{f}{r}\n§z.backward()"),
    ],
    "used before": [
        ("c", "§y = (c * w){f}\nc.requires_grad_()\ny{r}.backward()"),
        ("c", "v = {k}\n§y = (c{f} * w){r}\nv = c.shape\nc.requires_grad = True\ny.backward()"),
    ],
    "unused": [("w", "y = x{f}\ny{r}.backward()"), ("w", "y = x * {k}\ny{r}.backward()")],
}
_HEAD = (
    "import torch\nx = torch.{leaf}, requires_grad=True)\nw = torch.{leaf}, requires_grad=True)\n"
    "c = torch.{leaf})\nn = {whole}\n"
)
_FILL = st.sampled_from(("", "", "# a comment\n", "\n", "print('ゑ')\n"))
_LEAF = st.sampled_from(("tensor(2.", "tensor([1., 2.]", "full((2,), 3.", "rand(3"))
_WHOLE = st.sampled_from(
    ("torch.tensor(2)", "torch.full((1,), 3)", "torch.arange(1, 2)", "torch.ones(1, dtype=torch.int64)")
)
_F = st.sampled_from((".exp()", ".sin()", ".tanh()", ".square()"))
_R = st.sampled_from((".sum()", ".mean()"))
_K = st.sampled_from(("2", "3"))


def programs(reason: WhyNoGrad) -> st.SearchStrategy[Told]:
    """Return programs in which this is the reason."""
    return st.builds(
        _told,
        st.just(reason),
        st.sampled_from(_BODIES[reason]),
        _FILL,
        _FILL,
        _LEAF,
        _WHOLE,
        _F,
        _R,
        _K,
        st.booleans(),
        st.booleans(),
    )


REASONS = tuple(_BODIES)


def _told(
    reason: WhyNoGrad,
    chosen: tuple[str, str],
    before: str,
    between: str,
    leaf: str,
    whole: str,
    f: str,
    r: str,
    k: str,
    inside: bool,
    windows: bool,
) -> Told:
    name, body = chosen
    for key, value in (("{f}", f), ("{r}", r), ("{k}", k)):
        body = body.replace(key, value)
    if inside:
        body = "if True:\n" + "\n".join(f"    {line}" if line else line for line in body.split("\n"))
    text = before + _HEAD.format(leaf=leaf, whole=whole) + between + body + "\n"
    line = next((number for number, one in enumerate(text.split("\n"), 1) if MARK in one), None)
    text = text.replace(MARK, "")
    return Told(text.replace("\n", "\r\n") if windows else text, name, Why(reason, line))
