"""Rules of matrix products, convolutions, pooling and attention."""

from gradviz.model.derivatives.rule import Rule, rule

_WINDOW = ("window", "sliding(stride, padding, dilation, groups)")
_SCALE = ("s", "1 / sqrt(count(query, -1)) if scale is None else scale")

RULES: dict[str, Rule] = {
    "MmBackward0": rule(self="grad @ mat2.mT", mat2="self.mT @ grad"),
    "BmmBackward0": rule(self="grad @ mat2.mT", mat2="self.mT @ grad"),
    "AddmmBackward0": rule(self="grad * beta", mat1="grad @ mat2.mT * alpha", mat2="mat1.mT @ grad * alpha"),
    "BaddbmmBackward0": rule(self="grad * beta", batch1="grad @ batch2.mT * alpha", batch2="batch1.mT @ grad * alpha"),
    "MvBackward0": rule(self="outer(grad, vec)", vec="self.mT @ grad"),
    "AddmvBackward0": rule(self="grad * beta", mat="outer(grad, vec) * alpha", vec="mat.mT @ grad * alpha"),
    "AddrBackward0": rule(self="grad * beta", vec1="grad @ vec2 * alpha", vec2="vec1 @ grad * alpha"),
    "DotBackward0": rule(self="grad * tensor", tensor="grad * self"),
    "VdotBackward0": rule(self="grad * other", other="grad * self"),
    "LinalgInvExBackward0": rule(A="-inverse.mT @ grad @ inverse.mT"),
    "ConvolutionBackward0": rule(
        _WINDOW,
        input="conv(grad, weight, input.shape, window) if transposed else"
        " conv_input(grad, weight, input.shape, window)",
        weight="conv_weight(input, grad, weight.shape, window) if transposed else"
        " conv_weight(grad, input, weight.shape, window)",
        bias="sum(grad, others(grad.shape))",
    ),
    "MaxPool2DWithIndicesBackward0": rule(self="unpool(grad, result1, self.shape, 2)"),
    "MaxPool3DWithIndicesBackward0": rule(self="unpool(grad, result1, self.shape, 3)"),
    "AdaptiveMaxPool2DBackward0": rule(self="unpool(grad, result1, self.shape, 2)"),
    "AdaptiveMaxPool3DBackward0": rule(self="unpool(grad, result1, self.shape, 3)"),
    "AvgPool2DBackward0": rule(
        self="unaverage(grad, self.shape, kernel_size, stride, padding, count_include_pad, divisor_override)"
    ),
    "AvgPool3DBackward0": rule(
        self="unaverage(grad, self.shape, kernel_size, stride, padding, count_include_pad, divisor_override)"
    ),
    "AdaptiveAvgPool2DBackward0": rule(self="unaverage_adaptive(grad, self.shape, 2)"),
    "AdaptiveAvgPool3DBackward0": rule(self="unaverage_adaptive(grad, self.shape, 3)"),
    "ScaledDotProductFlashAttentionForCpuBackward0": rule(
        _SCALE,
        ("scores", "query @ key.mT * s"),
        (
            "p",
            "tril(exp(scores - unsqueeze(logsumexp, -1)), 0) if is_causal else"
            " exp(scores - unsqueeze(logsumexp, -1)) if attn_mask is None else"
            " exp(scores + attn_mask - unsqueeze(logsumexp, -1))",
        ),
        ("d", "p * (grad @ value.mT - sum(grad * output, -1, True))"),
        query="d @ key * s",
        key="d.mT @ query * s",
        value="p.mT @ grad",
    ),
}
