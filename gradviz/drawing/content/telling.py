"""What the wording of a node is told by: a moment of the run, the words of one language, the forms of values."""

from typing import NamedTuple

from gradviz.drawing.content.valuewords import short_text
from gradviz.drawing.metrics import WIDEST, text_width
from gradviz.drawing.shapes import TextRole
from gradviz.drawing.words import Words
from gradviz.model.graph.graph import Graph, View
from gradviz.model.moments.moment import Moment
from gradviz.model.trace import Tensor, Value
from gradviz.model.why.grounds import Grounds
from gradviz.model.why.why import why, why_text


class Telling(NamedTuple):
    """What is needed to word a node, whichever it is."""

    view: View
    grounds: Grounds  # of the moment that is told
    words: Words
    values: bool
    made: frozenset[str]  # nodes that an edge leads to
    ghosts: bool = True  # whether what is not there yet is outlined in its place
    details: bool = True  # whether descriptions are wanted too, or only what is on the boxes

    @property
    def moment(self) -> Moment:
        """The moment of the run that is told."""
        return self.grounds.moment

    def at(self, moment: Moment) -> "Telling":
        """Return what is needed to word the nodes of the same graph at another moment."""
        return self._replace(grounds=self.grounds.at(moment))

    def name(self, tensor: int | None) -> str:
        """The names of a tensor in the program, or nothing."""
        tensors = self.moment.trace.tensors
        return "" if tensor is None else tensor_name(tensors[tensor])

    def grad_none(self, tensor: Tensor) -> tuple[str, str]:
        """That a tensor has no .grad, and why: as it fits a box, without the line to blame if need be, and in full."""
        reason, words = why(self.grounds, tensor), self.words
        told = words.grad_none.format(why_text(reason, words.language))
        if reason.line is not None and text_width(told, TextRole.GRAD) > WIDEST:
            return words.grad_none.format(why_text(reason._replace(line=None), words.language)), told
        return told, told

    def value(self, value: Value) -> str | None:
        """The short form of a value, where values are wanted."""
        return short_text(value, self.words) if self.values else None

    @property
    def nothing(self) -> str:
        """Why there is no picture, where there is none."""
        if not self.moment.trace.tensors:
            return self.words.no_tensors
        return self.words.no_grad_fns if self.view == "backward" else self.words.nothing


def tensor_name(tensor: Tensor) -> str:
    """Every name it was bound to."""
    return ", ".join(tensor.names)


def tell(graph: Graph, known: Grounds, words: Words, *, values: bool, ghosts: bool = True) -> Telling:
    """Gather what wording the nodes of a graph needs, of the moment that it is the graph of."""
    return Telling(graph.view, known, words, values, frozenset(edge.head for edge in graph.edges), ghosts)


def line_text(line: int | None, words: Words) -> tuple[str, ...]:
    """The line of the program that something is of, where it is of one."""
    return () if line is None else (words.line.format(line),)
