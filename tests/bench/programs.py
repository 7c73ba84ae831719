"""The programs that are measured: plain PyTorch, which gradviz and its peers are given alike."""

from typing import NamedTuple


class Measured(NamedTuple):
    """A program in two parts, of which the second can be looked at alone."""

    setup: str
    forward: str  # leaves its result in `y`

    @property
    def source(self) -> str:
        """The whole program."""
        return self.setup + self.forward

    @property
    def timed(self) -> str:
        """The whole program, with the processor times before and after its second part in `began` and `ended`."""
        lines = ("import time\nbegan = time.process_time()\n", "ended = time.process_time()\n")
        return self.setup + lines[0] + self.forward + lines[1]


LONG = """\
import torch
x = torch.tensor(0.5, requires_grad=True)
w = torch.tensor(0.9, requires_grad=True)
y = x
for i in range(3300):
    y = y * w
    y = y + x
    y = y.sin()
y.backward()
"""

_CALLS = ("y * a", "y + a", "y.tanh()", "y @ a", "y.relu()")
WIDE = "\n".join(
    (
        "import torch",
        "a = torch.linspace(-1, 1, 16).reshape(4, 4).requires_grad_()",
        "y = a",
        *(f"y = {_CALLS[number % len(_CALLS)]}" for number in range(300)),
        "y.sum().backward()",
    )
)

SMALL = """\
import torch
torch.manual_seed(0)
x = torch.randn(4, 3)
t = torch.randn(4, 2)
w1 = torch.randn(3, 8, requires_grad=True)
b1 = torch.zeros(8, requires_grad=True)
w2 = torch.randn(8, 2, requires_grad=True)
b2 = torch.zeros(2, requires_grad=True)
h = torch.relu(x @ w1 + b1)
y = h @ w2 + b2
loss = ((y - t) ** 2).mean()
loss.backward()
with torch.no_grad():
    w1 -= 0.1 * w1.grad
    w2 -= 0.1 * w2.grad
n = 1
"""

HUNDRED = """\
import torch
torch.manual_seed(0)
x = torch.randn(4, 3)
w = [torch.randn(3, 3, requires_grad=True) for _ in range(6)]
for a in w:
    x = torch.tanh(x @ a) + 0.5 * x
loss = x.square().mean()
loss.backward()
n = 1
"""

ADDS = Measured(
    "import torch\nx = torch.tensor(1.0, requires_grad=True)\n",
    "for _ in range(1000):\n    x = x + 1\ny = x\n",
)

MLP = Measured(
    """\
import torch
from torch import nn
layers = [part for _ in range(20) for part in (nn.Linear(256, 256), nn.Tanh())]
model = nn.Sequential(*layers)
x = torch.randn(32, 256)
""",
    "y = model(x).sum()\n",
)

RESNET = Measured(
    """\
import torch
from torch import nn
class Block(nn.Module):
    def __init__(self, before, width, stride):
        super().__init__()
        self.conv1 = nn.Conv2d(before, width, 3, stride, 1, bias=False)
        self.norm1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.norm2 = nn.BatchNorm2d(width)
        self.skip = nn.Identity()
        if stride > 1:
            self.skip = nn.Sequential(nn.Conv2d(before, width, 1, stride, bias=False), nn.BatchNorm2d(width))
    def forward(self, x):
        y = torch.relu(self.norm1(self.conv1(x)))
        return torch.relu(self.norm2(self.conv2(y)) + self.skip(x))
parts = [nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64), nn.ReLU(), nn.MaxPool2d(3, 2, 1)]
before = 64
for width in (64, 128, 256, 512):
    parts += [Block(before, width, 1 if width == before else 2), Block(width, width, 1)]
    before = width
model = nn.Sequential(*parts, nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, 1000))
x = torch.randn(1, 3, 224, 224)
""",
    "y = model(x).sum()\n",
)

TRANSFORMER = Measured(
    """\
import torch
from torch import nn
layer = nn.TransformerEncoderLayer(256, 4, 1024, dropout=0.0, batch_first=True)
model = nn.TransformerEncoder(layer, 4, enable_nested_tensor=False)
x = torch.randn(4, 64, 256)
""",
    "y = model(x).sum()\n",
)

_GPT2 = """\
import torch
from torch import nn
import torch.nn.functional as F
torch.manual_seed(0)
class Block(nn.Module):
    def __init__(self, width, heads):
        super().__init__()
        self.heads = heads
        self.norm1, self.norm2 = nn.LayerNorm(width), nn.LayerNorm(width)
        self.qkv, self.out = nn.Linear(width, 3 * width), nn.Linear(width, width)
        self.up, self.down = nn.Linear(width, 4 * width), nn.Linear(4 * width, width)
    def forward(self, x):
        batch, length, width = x.shape
        q, k, v = self.qkv(self.norm1(x)).split(width, 2)
        q, k, v = [z.view(batch, length, self.heads, -1).transpose(1, 2) for z in (q, k, v)]
        seen = torch.ones(length, length, dtype=torch.bool).tril()
        scores = (q @ k.transpose(2, 3) / (width // self.heads) ** 0.5).masked_fill(~seen, -1e9)
        y = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, length, width)
        x = x + self.out(y)
        return x + self.down(F.gelu(self.up(self.norm2(x))))
class GPT2(nn.Module):
    def __init__(self, words, length, width, heads, layers):
        super().__init__()
        self.words, self.places = nn.Embedding(words, width), nn.Embedding(length, width)
        self.blocks = nn.ModuleList([Block(width, heads) for _ in range(layers)])
        self.norm = nn.LayerNorm(width)
    def forward(self, tokens):
        x = self.words(tokens) + self.places(torch.arange(tokens.shape[1]))
        for block in self.blocks:
            x = block(x)
        return self.norm(x) @ self.words.weight.t()
"""

GPT2 = Measured(
    _GPT2 + "model = GPT2(50257, 1024, 768, 12, 12)\nx = torch.randint(0, 50257, (1, 64))\n",
    "y = F.cross_entropy(model(x)[0, :-1], x[0, 1:])\n",
)

# The same graph with few numbers in it, where the numbers do not matter.
GPT2_THIN = Measured(_GPT2 + "model = GPT2(100, 64, 24, 12, 12)\nx = torch.randint(0, 100, (1, 16))\n", GPT2.forward)

LSTM = Measured(
    """\
import torch
cell = torch.nn.LSTMCell(16, 32)
x = torch.randn(200, 8, 16)
h = c = torch.zeros(8, 32)
""",
    "for step in range(200):\n    h, c = cell(x[step], (h, c))\ny = h.sum()\n",
)
