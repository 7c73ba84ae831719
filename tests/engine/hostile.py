"""Programs that do not want to end well, and how each must end."""

import signal
from typing import NamedTuple

from gradviz.model.trace import LimitName
from gradviz.model.wire import Kind, Limits, pack

QUICK = Limits(seconds=1.0)


class Hostile(NamedTuple):
    """A program and how its process must end; None: either."""

    name: str
    source: str
    killed: LimitName | None = None
    signal: int | None = 0
    reason: str = ""
    limits: Limits = QUICK


HEAD = "import ctypes, os, signal, struct, sys, threading, time, torch\n"
HOSTILE = [
    Hostile("endless loop", "while True: pass", "time", signal.SIGKILL),
    Hostile("loop that catches all", "while True:\n try:\n  1/0\n except BaseException: pass", "time", signal.SIGKILL),
    Hostile("loop in C", "sum(range(10**12))", "time", signal.SIGKILL),
    Hostile("loop in torch", "x = torch.ones(600, 600)\nwhile True: x = (x @ x) / 600", "time", signal.SIGKILL),
    Hostile("sleep", "time.sleep(1000)", "time", signal.SIGKILL),
    Hostile("stop itself", "signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)", "time", signal.SIGKILL),
    Hostile("deaf to signals", "for n in range(1, 30): ctypes.CDLL(None).signal(n, 1)\nwhile True: pass", "time", 9),
    Hostile("ten terabytes", "torch.empty(10**13)"),
    Hostile("bytes", "bytes(10**11)"),
    Hostile("text", "'x' * 10**11"),
    Hostile("growing list", "x = [0]\nwhile True: x = x + x", None, None),
    Hostile("growing number", "x = 9\nwhile True: x = x * x", None, None),
    Hostile("endless graph", "x = torch.ones(1, requires_grad=True)\nwhile True: x = x + 1", None, None),
    Hostile("recursion", "def f(): return f()\nf()"),
    Hostile("recursion in C", "x = []\nfor _ in range(10**5): x = [x]\nrepr(x)", None, None),
    Hostile("recursion without a limit", "sys.setrecursionlimit(10**9)\ndef f(): return f()\nf()", None, None),
    Hostile("brackets", "(" * 100_000),
    Hostile("signs", "-" * 100_000 + "1", None, None),
    Hostile("long line", "x = [" + "1," * 400_000 + "]", None, None, limits=Limits(seconds=10.0)),
    Hostile("NUL", "x = 1\0"),
    Hostile("lone surrogate", "x = '\\ud800'\nprint(x)"),
    Hostile("segmentation fault", "ctypes.string_at(0)", None, signal.SIGSEGV),
    Hostile("abort", "os.abort()", None, signal.SIGABRT),
    Hostile("illegal state", "ctypes.memset(id(None), 0, 64)\nprint(None)", None, None),
    Hostile("fork bomb", "while True: os.fork()"),
    Hostile("thread bomb", "def f(): time.sleep(99)\nwhile True: threading.Thread(target=f).start()", None, None),
    Hostile(
        "many small threads",
        "threading.stack_size(65536)\ndef f(): time.sleep(99)\nwhile True: threading.Thread(target=f).start()",
        None,
        signal.SIGKILL,
        "more than 64 threads",
        Limits(seconds=20.0),
    ),
    Hostile("leave", "os._exit(3)"),
    Hostile("exit", "sys.exit(3)"),
    Hostile("exit of the C library", "ctypes.CDLL(None)._exit(0)"),
    Hostile("print flood", "while True: print('x' * 1000)"),
    Hostile("print one huge text", "print('x' * 10**8)"),
    Hostile("error with a huge text", "raise ValueError('x' * 10**8)"),
    Hostile("error that fails to print", "class E(Exception):\n def __str__(self): raise self\nraise E", None, None),
    Hostile(
        "error that never prints", "class E(Exception):\n def __str__(self):\n  while True: pass\nraise E", "time", 9
    ),
    Hostile("builtins gone", "import builtins\nbuiltins.__dict__.clear()", None, None),
    Hostile("modules gone", "sys.modules.clear()", None, None),
    Hostile("tracing off", "sys.settrace(None); threading.settrace(None)\nx = torch.ones(1)"),
    Hostile("thread that stays", "threading.Thread(target=time.sleep, args=(99,)).start()"),
    Hostile("thread that prints on", "def f():\n while True: print(1)\nthreading.Thread(target=f).start()", None, None),
    Hostile("exit handler", "import atexit\natexit.register(time.sleep, 99)"),
    Hostile("destructor", "class K:\n def __del__(self):\n  while True: pass\nk = K()\ndel k", "time", 9),
    Hostile("descriptors closed", "os.closerange(0, 99); [n for n in iter(int, 1)]", None, 9, "closed its pipe"),
    Hostile("descriptors closed at the end", "os.closerange(0, 99)", None, None),
    Hostile("flood of bytes", "while True: os.write(4, b'x' * 65536)", None, signal.SIGKILL, "no page"),
    Hostile("huge length", "os.write(4, struct.pack('<I', 2**32 - 1))\ntime.sleep(99)", None, 9, "no page"),
    Hostile("cut short", "os.write(4, struct.pack('<I', 100) + b'x'); os._exit(0)", None, 0, "cut short"),
    Hostile("cut short and waiting", "os.write(4, struct.pack('<I', 100) + b'x'); time.sleep(99)", "time", 9),
    Hostile("garbage", "os.write(4, struct.pack('<I', 4) + b'\\xff{]x')"),
    Hostile("forged frame", f"os.write(4, {pack(Kind.EXITED, 1, b'[0,0,null,x]')!r})", None, None),
    Hostile("forged frame on standard output", f"os.write(1, {pack(Kind.READY, 0, b'[]')!r})"),
    Hostile("brackets in a page", "p = b'[' * 10**6\nos.write(4, struct.pack('<I', len(p)) + p)", None, None),
    Hostile("largest page", "p = b'x' * 2**23\nos.write(4, struct.pack('<I', len(p)) + p)", None, None),
    Hostile("flood of tiny pages", "p = (struct.pack('<I', 2) + b'[]') * 9000\nwhile True: os.write(4, p)", "time", 9),
    Hostile(
        "flood of large pages",
        "p = struct.pack('<I', 2**20) + b' ' * 2**20\nwhile True: os.write(4, p)",
        "output",
        signal.SIGKILL,
        "more than",
        Limits(seconds=30.0),
    ),
    Hostile("half a page, for ever", "while True: os.write(4, b'\\x01\\x00\\x00\\x00')", None, 9, "no page"),
]
