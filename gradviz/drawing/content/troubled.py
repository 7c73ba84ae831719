"""What a box says of numbers that spoil the run: what its grad_fn passes on, and that an ill began here."""

from typing import NamedTuple

from gradviz.drawing.words import Words
from gradviz.model.graph.graph import Node, View
from gradviz.model.moments.moment import Moment
from gradviz.model.moments.offenders import Ill, passed_ill


class Trouble(NamedTuple):
    """What is wrong with a node."""

    text: str = ""
    grave: bool = False  # nan or inf: worth a sign


def trouble_of(node: Node, moment: Moment, view: View, words: Words) -> Trouble:
    """Return what is wrong with a node at a moment."""
    history, told, ill = moment.history, [], None
    forward, backward = history.offenders
    if forward and node.op is not None and view != "backward":
        made = (one for one in forward if one.op == node.op.id)
        told += [words.first_ill.format(one.ill.value) for one in made]
    grave = bool(told)
    if node.grad_fn is not None and view != "forward":
        runs = history.flow.runs(node.grad_fn.id, moment.begun)
        ill = passed_ill(moment.trace, runs[-1]) if runs else None
        began = [one for one in backward if one.grad_fn == node.grad_fn.id and one.step < moment.begun]
        first = [words.first_gradient.format(one.ill.value) for one in began]
        told += first or ([] if ill is None else [words.passes[ill.value]])
        grave = grave or ill in (Ill.NAN, Ill.INF)
    return Trouble(" · ".join(told), grave)
