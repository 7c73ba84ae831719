"""Small random programs for hypothesis: every statement a learner types, in orders nobody would."""

import os

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

NAMES = ("a", "b", "c", "d")
_NAME = st.sampled_from(NAMES)
_NUMBER = st.sampled_from(("2.0", "-1.5", "0.5", "3"))
_SHAPE = st.sampled_from(("()", "3", "2, 2"))
_FLAG = st.sampled_from(("", ", requires_grad=True"))
_UNARY = st.sampled_from(
    ("sin", "exp", "tanh", "relu", "sum", "mean", "t", "clone", "detach", "abs", "neg", "square", "flatten", "isnan")
)
_BINARY = st.sampled_from(("+", "*", "-", "/", "@", ">"))
_INPLACE = st.sampled_from(("add_(1)", "mul_(2)", "zero_()", "sin_()", "requires_grad_()", "detach_()", "neg_()"))
_MODE = st.sampled_from(
    ("torch.no_grad()", "torch.enable_grad()", "torch.inference_mode()", "torch.set_grad_enabled(False)")
)
_BACKWARD = st.sampled_from(
    (
        "{0}.sum().backward()",
        "{0}.backward()",
        "{0}.sum().backward(retain_graph=True)",
        "{0}.retain_grad()",
        "{0}.grad = None",
        "{0}.register_hook(lambda g: g * 2)",
        "{0}.grad_fn.register_hook(lambda i, o: tuple(None if g is None else g * 2 for g in i))",
        "{0}.grad_fn.register_prehook(lambda o: tuple(None if g is None else g + 1 for g in o))",
        "{1} = torch.autograd.grad({0}.sum(), {1}, allow_unused=True)[0]",
        "print({0}.grad)",
        "print({0}, {1}.requires_grad)",
        "del {0}",
    )
)


def _indented(block: list[str]) -> list[str]:
    return ["    " + line for line in block]


def _in_mode(mode: str, block: list[str]) -> list[str]:
    """Inference tensors are not made to require grad: kernels given one later treat autograd as none else does.

    d.mean() then fails inside torch, and d.clone() has a CopyBackwards; below a dispatch mode neither is so.
    """
    if "inference" not in mode:
        return block
    return [line.replace(", requires_grad=True", "").replace("requires_grad_()", "abs()") for line in block]


_SIMPLE = st.one_of(
    st.builds("{} = torch.ones({}{})".format, _NAME, _SHAPE, _FLAG),
    st.builds("{} = torch.tensor([1.0, 2.0, 3.0]{})".format, _NAME, _FLAG),
    st.builds("{} = torch.randn({}{})".format, _NAME, _SHAPE, _FLAG),
    st.builds("{} = {}.{}()".format, _NAME, _NAME, _UNARY),
    st.builds("{} = {} {} {}".format, _NAME, _NAME, _BINARY, st.one_of(_NAME, _NUMBER)),
    st.builds("{} = {} {} {}".format, _NAME, _NAME, _BINARY, _NAME),
    st.builds("{} *= {}".format, _NAME, _NUMBER),
    st.builds("{}.{}".format, _NAME, _INPLACE),
    st.builds("{} = {}[0]".format, _NAME, _NAME),
    st.builds("{}[0] = {}".format, _NAME, _NUMBER),
    st.builds("{}.data.{}".format, _NAME, _INPLACE),
    st.builds("{}, {} = torch.stack([{}, {}]).unbind()".format, _NAME, _NAME, _NAME, _NAME),
    st.builds(lambda form, one, two: form.format(one, two), _BACKWARD, _NAME, _NAME),
).map(lambda line: [line])


def _compound(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    body = st.lists(inner, min_size=1, max_size=3).map(
        lambda parts: _indented([line for part in parts for line in part])
    )
    return st.one_of(
        st.builds(lambda block: ["for _ in range(3):", *block], body),
        st.builds(lambda mode, block: [f"with {mode}:", *_in_mode(mode, block)], _MODE, body),
        st.builds(
            lambda name, block: ["try:", *block, "except Exception as error:", "    print(type(error).__name__)"],
            _NAME,
            body,
        ),
        st.builds(
            lambda name, mode, expression: [
                f"@{mode}" if mode else "",
                "def f(x):",
                "    y = x * 2",
                f"    return y + {expression}",
                f"{name} = f({name})",
            ],
            _NAME,
            st.sampled_from(("", "torch.no_grad()", "torch.enable_grad()")),
            _NUMBER,
        ),
    )


PROGRAMS: st.SearchStrategy[str] = st.lists(
    st.recursive(_SIMPLE, _compound, max_leaves=4), min_size=1, max_size=12
).map(
    lambda parts: "\n".join(
        [
            "import torch",
            "a = torch.tensor(2.0, requires_grad=True)",
            "b = torch.ones(3, requires_grad=True)",
            "c = a * b",
            "d = torch.zeros(3)",
            *(line for part in parts for line in part),
            "",
        ]
    )
)


def sweep(programs: int) -> settings:
    """How a test goes through generated programs: so many, or as many as GRADVIZ_PROGRAMS says."""
    return settings(
        max_examples=int(os.environ.get("GRADVIZ_PROGRAMS", str(programs))),
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow],
    )
