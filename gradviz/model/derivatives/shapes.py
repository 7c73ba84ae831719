"""Rules of ops that only move numbers: views, slices, indices, and what puts tensors together."""

from gradviz.model.derivatives.rule import Rule, for_each, rule

_RESHAPED = (
    *("ViewBackward0", "UnsafeViewBackward0", "ReshapeAliasBackward0"),
    *("SqueezeBackward0", "SqueezeBackward1", "SqueezeBackward2", "SqueezeBackward4"),
)
_CHOSEN = (
    *("MaxBackward0", "MinBackward0", "MedianBackward1", "NanmedianBackward1", "ModeBackward0"),
    *("KthvalueBackward0",),
)
_JOINED = ("SplitBackward0", "UnsafeSplitBackward0", "SplitWithSizesBackward0")

RULES: dict[str, Rule] = {
    **{name: rule(self="reshape(grad, self_sym_sizes)") for name in _RESHAPED},
    **{name: rule(self="cat(grads, dim)") for name in _JOINED},
    **{
        name: rule(
            self="scatter(grad if keepdim else unsqueeze(grad, dim), self_sym_sizes, dim,"
            " indices if keepdim else unsqueeze(indices, dim))"
        )
        for name in _CHOSEN
    },
    "UnsqueezeBackward0": rule(self="squeeze(grad, dim)"),
    "TBackward0": rule(self="transpose(grad, 0, 1)"),
    "TransposeBackward0": rule(self="transpose(grad, dim0, dim1)"),
    "TransposeBackward1": rule(self="transpose(grad, dim0, dim1)"),
    "PermuteBackward0": rule(self="permute(grad, inverse(dims))"),
    "ExpandBackward0": rule(self="sum_to(grad, self_sym_sizes)"),
    "RepeatBackward0": rule(self="repeats_added(grad, repeats, self_sym_sizes)"),
    "FlipBackward0": rule(self="flip(grad, dims)"),
    "RollBackward0": rule(self="roll(grad, negated(shifts), dims)"),
    "SliceBackward0": rule(self="place(grad, self_sym_sizes, dim, start, step)"),
    "SelectBackward0": rule(self="place(unsqueeze(grad, dim), self_sym_sizes, dim, index)"),
    "DiagonalBackward0": rule(self="place_diagonal(grad, self_sym_sizes, offset, dim1, dim2)"),
    "DiagEmbedBackward0": rule(self="diagonal(grad, offset, dim1, dim2)"),
    "TrilBackward0": rule(self="tril(grad, diagonal)"),
    "TriuBackward0": rule(self="triu(grad, diagonal)"),
    "TraceBackward0": rule(self="grad * eye(self_sym_sizes)"),
    "ConstantPadNdBackward0": rule(self="crop(grad, pad)"),
    "CatBackward0": for_each("tensors[k]", "narrow(grad, dim, start_of(shapes, dim, k), length_of(shapes, dim, k))"),
    "StackBackward0": for_each("tensors[k]", "select(grad, dim, k)"),
    "UnbindBackward0": rule(self="stack(grads, dim)"),
    "GatherBackward0": rule(self="scatter(grad, self.shape, dim, index)"),
    "IndexSelectBackward0": rule(self="index_add(grad, self_sym_sizes, dim, index)"),
    "IndexBackward0": rule(self="index_put(grad, self_sym_sizes, indices, places)"),
    "IndexPutBackward0": rule(
        self="grad if accumulate else where(index_put(index_get(grad * 0 + 1, indices, places),"
        " grad.shape, indices, places) > 0, 0.0, grad)",
        values="index_get(grad, indices, places)",
    ),
    "IndexAddBackward0": rule(self="grad", source="index_select(grad, dim, index) * alpha"),
    "IndexCopyBackward0": rule(
        self="where(index_add(index_select(grad * 0 + 1, dim, index), grad.shape, dim, index) > 0, 0.0, grad)",
        source="index_select(grad, dim, index)",
    ),
    "IndexFillBackward0": rule(
        self="where(index_add(index_select(grad * 0 + 1, dim, index), grad.shape, dim, index) > 0, 0.0, grad)"
    ),
    "ScatterBackward0": rule(
        self="where(scatter(gather(grad * 0 + 1, dim, index), grad.shape, dim, index) > 0, 0.0, grad)",
        src="gather(grad, dim, index)",
    ),
    "ScatterBackward1": rule(
        self="where(scatter(gather(grad * 0 + 1, dim, index), grad.shape, dim, index) > 0, 0.0, grad)"
    ),
    "ScatterAddBackward0": rule(self="grad", src="gather(grad, dim, index)"),
    "EmbeddingBackward0": rule(weight="rows_added(grad, weight_sym_argsize_0, indices, padding_idx)"),
    "SortBackward0": rule(self="scatter(grad, self_sym_sizes, dim, indices)"),
    "SortBackward1": rule(self="scatter(grad, self_sym_sizes, dim, indices)"),
    "TopkBackward0": rule(self="scatter(grad, self_sym_sizes, dim, indices)"),
}
