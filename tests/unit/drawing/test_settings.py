import pytest

from gradviz.drawing.settings import settings_text
from gradviz.model.trace import GradFn, Setting


def told(**settings: Setting) -> str:
    return settings_text(GradFn(0, 0, "XBackward0", (), None, None, (), "unseen", settings or None))


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({}, ""),
        ({"dim": 0, "keepdim": False, "self_sym_sizes": (2, 3), "self_sym_numel": 6}, "dim=0"),
        ({"dim": (0, 1), "keepdim": True}, "dim=(0, 1), keepdim=True"),
        ({"negative_slope": 0.2000000029}, "negative_slope=0.2"),
        ({"padding": (0, 0), "stride": (2, 2), "dilation": (1, 1), "groups": 1, "transposed": False}, "stride=(2, 2)"),
        ({"dim": 1, "start": 0, "end": 2**63 - 1, "step": 2}, "dim=1, step=2"),
        ({"alpha": 3, "beta": 1, "scale": None}, "alpha=3"),
        ({"approximate": "none"}, ""),
        ({"approximate": "tanh"}, "approximate=tanh"),
    ],
)
def test_what_is_not_as_usual_is_told(settings: dict[str, Setting], text: str) -> None:
    assert told(**settings) == text
