"""What the box of a node says, whichever it is: the one door to what is said of tensors, ops and folds."""

from gradviz.drawing.content.content import Content, plain_content
from gradviz.drawing.content.folds import fold_content
from gradviz.drawing.content.ops import op_content
from gradviz.drawing.content.telling import Telling
from gradviz.drawing.content.tensors import accumulate_content, tensor_content
from gradviz.model.graph.graph import Node, NodeKind


def node_content(node: Node, telling: Telling) -> Content:
    """Return what the box of a node says, safe to draw."""
    return plain_content(_of_kind(node, telling))


def _of_kind(node: Node, telling: Telling) -> Content:
    if node.kind is NodeKind.TENSOR and node.tensor is not None:
        return tensor_content(node, node.tensor, telling)
    if node.kind is NodeKind.FOLD and node.fold is not None:
        return fold_content(node, node.fold, telling)
    if node.kind is NodeKind.GRAD_FN and node.grad_fn is not None and node.grad_fn.variable is not None:
        return accumulate_content(node, node.grad_fn.variable, telling)
    return op_content(node, telling)
