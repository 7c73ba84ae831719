"""What the names of a formula stand for in one execution of a grad_fn, as far as the trace holds it."""

from collections.abc import Collection, Sequence

from gradviz.model.derivatives.array import Array, array, filled, indices
from gradviz.model.derivatives.expression import Bound, names_in, parsed
from gradviz.model.derivatives.rule import Rule
from gradviz.model.moments.moment import Moment
from gradviz.model.trace import GradFn, Saved, Setting, Step, Value

_TOLD = ("grad", "grads", "k", "shapes", "places")  # what does not come from what torch keeps


def bound(moment: Moment, grad_fn: GradFn, step: Step | None, rule: Rule) -> dict[str, Bound]:
    """Return what is known of the names that a rule speaks of; one that is not there is not known.

    Args:
        moment: the run as it was.
        grad_fn: whose rule it is.
        step: an execution of it; None: there was none.
        rule: that rule.
    """
    names: dict[str, Bound] = {name: _setting(one) for name, one in (grad_fn.settings or {}).items()}
    op = moment.made(grad_fn.id)
    lists = {"indices": names.pop("indices", None)}
    names |= _kept(moment if step is None else moment._replace(begun=step.id), grad_fn.saved)
    if isinstance(lists["indices"], tuple):
        names |= _indexed(moment, grad_fn.saved, lists["indices"], names)
    # Torch keeps nothing under the name of a tensor that was not given, as a layer without bias has none.
    kept = {saved.name.partition("[")[0] for saved in grad_fn.saved}
    for formula in (text for pairs in (rule.where, rule.inputs) for _, text in pairs):
        for name in names_in(parsed(formula)):
            if name not in names and name not in kept and name not in _TOLD:
                names[name] = None
    for name, _ in rule.where:
        names.pop(name, None)
    if op is not None:
        names["shapes"] = tuple(moment.known_tensor(tensor).shape for tensor in op.inputs)
    # A rule of one gradient says nothing of an execution to which others came as well.
    if step is not None and step.arrived and (_takes_all(rule) or not any(step.arrived[1:])):
        shapes = () if op is None else tuple(moment.known_tensor(tensor).shape for tensor in op.outputs)
        names |= _arrived(step.arrived, shapes)
    return names


def _takes_all(rule: Rule) -> bool:
    """Whether a rule is of the gradients of all results."""
    return any("grads" in names_in(parsed(formula)) for pairs in (rule.where, rule.inputs) for _, formula in pairs)


def _setting(setting: Setting) -> Bound:
    """A setting as a formula takes it; a number that JSON has no form for came as its text."""
    if not isinstance(setting, str):
        return setting
    try:
        return float(setting)
    except ValueError:
        return setting


def _kept(moment: Moment, saved: Collection[Saved]) -> dict[str, Bound]:
    """The numbers of what was saved, as they were then."""
    found: dict[str, Bound] = {}
    for one in saved:
        value = read(moment.known_tensor(one.tensor).value) if one.tensor is not None else None
        if value is not None:
            found[one.name] = value
    return found


def _indexed(
    moment: Moment, saved: Collection[Saved], places: Sequence[int], names: dict[str, Bound]
) -> dict[str, Bound]:
    """The tensors that a tensor was indexed by, and the dimensions they stand at; a mask is what it is true at."""
    tensors: list[Array] = []
    dims: list[int] = []
    shift = 0
    parts = [one for one in saved if one.name.partition("[")[0] == "indices"]
    for place, one in zip(places, parts, strict=False):
        value = names.get(one.name)
        if not isinstance(value, Array):
            return {}
        if one.tensor is not None and moment.known_tensor(one.tensor).dtype in ("bool", "uint8"):
            true = [index for index, number in zip(indices(value.shape), value.data, strict=True) if number]
            tensors += [array((len(true),), [index[k] for index in true]) for k in range(len(value.shape))]
            dims += [place + shift + k for k in range(len(value.shape))]
            shift += len(value.shape) - 1
        else:
            tensors.append(value)
            dims.append(place + shift)
    return {"indices": tuple(tensors), "places": tuple(dims)}


def _arrived(arrived: Sequence[Value | None], shapes: Sequence[tuple[int, ...]]) -> dict[str, Bound]:
    """The gradient that arrived; of several results, one for each, nought where none came."""
    found: list[Array] = []
    for k, value in enumerate(arrived):
        known = read(value)
        if known is None and value is None and k < len(shapes):
            known = filled(shapes[k])
        if known is None:
            return {} if not found else {"grad": found[0]}
        found.append(known)
    return {"grad": found[0], "grads": tuple(found)}


def read(value: Value | None) -> Array | None:
    """A value as an array; None where not all of its numbers are known, or they are complex."""
    if value is None or value.data is None:
        return None
    try:
        return array(value.shape, [float(number) for number in value.data])
    except (ValueError, OverflowError):
        return None
