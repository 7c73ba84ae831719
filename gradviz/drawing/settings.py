"""What a grad_fn was told beside tensors, in a line of its box: where nobody saw its op, no call says it."""

from collections.abc import Iterator

from gradviz.model.trace import GradFn, Setting
from gradviz.model.values import number_text

_SYMBOLIC = "_sym_"  # in the names of shapes that backward gives gradients
_LAST = 2**63 - 1  # the end of a slice that has none
# What torch takes where nothing is said, of names that mean the same in every grad_fn; of a tuple each number.
_USUAL: dict[str, frozenset[Setting]] = {
    **dict.fromkeys(("alpha", "beta", "groups", "dilation", "step", "scale", "input_scale"), frozenset((1,))),
    **dict.fromkeys(("padding", "output_padding", "start", "dropout_p"), frozenset((0,))),
    "stride": frozenset((1,)),
    "end": frozenset((_LAST,)),
    "ignore_index": frozenset((-100,)),
    "padding_idx": frozenset((-1,)),
    "approximate": frozenset(("none",)),
}
_NONE = frozenset[Setting]()


def settings_text(grad_fn: GradFn) -> str:
    """What was told that is not as usual: "dim=1, keepdim=True"; "" where there is nothing."""
    return ", ".join(f"{name}={_text(setting)}" for name, setting in _unusual(grad_fn))


def _unusual(grad_fn: GradFn) -> Iterator[tuple[str, Setting]]:
    for name, setting in (grad_fn.settings or {}).items():
        numbers = setting if isinstance(setting, tuple) else (setting,)
        is_usual = setting is None or setting is False or _USUAL.get(name, _NONE).issuperset(numbers)
        if not is_usual and _SYMBOLIC not in name:
            yield name, setting


def _text(setting: Setting) -> str:
    return number_text(setting) if isinstance(setting, float) else str(setting)
