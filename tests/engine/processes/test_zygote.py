"""The engine's loop against hostile programs: every run ends with an Exit, and the next good program runs."""

import os
import random
import select
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gradviz.intake import decoding
from gradviz.model.launch import FIXED, NO_LOCK
from gradviz.model.wire import Exit, Kind, Limits
from tests.engine.client import GOOD, PATIENCE, Client, children, descriptors, resident, zombies
from tests.engine.hostile import HEAD, HOSTILE, Hostile

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")]

KILLS = int(os.environ.get("GRADVIZ_KILLS", "200"))


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Client() as running:
        running.warm()
        yield running


@pytest.mark.parametrize("hostile", HOSTILE, ids=lambda hostile: hostile.name)
def test_a_hostile_program_ends_and_the_next_one_runs(client: Client, hostile: Hostile) -> None:
    _, how = client.run(HEAD + hostile.source, hostile.limits)
    if hostile.signal is not None:
        assert (how.signal, how.killed) == (hostile.signal, hostile.killed), how
    assert hostile.reason in how.reason, how
    client.works()
    assert client.rests(client.servers()[-1])


def test_what_was_sent_before_the_deadline_arrives(client: Client) -> None:
    source = "x = torch.ones(2)\nprint('before')\nwhile True: pass"
    started = time.monotonic()
    pages, how = client.run(source, Limits(seconds=0.5))
    assert how == Exit(0, signal.SIGKILL, "time", "its time was up")
    assert 0.5 <= time.monotonic() - started < 5.0
    trace = client.trace(pages, source)
    assert [output.text for output in trace.output] == ["before\n"]
    assert trace.steps[-1].line == 3


def test_a_new_run_replaces_the_one_before(client: Client) -> None:
    first = client.start("while True: pass", Limits(seconds=PATIENCE))
    second = client.start(GOOD)
    ends: dict[int, Exit] = {}
    while len(ends) < 2:
        frame = client.next()
        if frame.kind is Kind.EXITED:
            ends[frame.run] = decoding.exited(frame.payload)
    assert ends == {first: Exit(0, signal.SIGKILL, None, "cancelled"), second: Exit(0, 0)}


def test_a_run_is_cancelled_and_only_that_one(client: Client) -> None:
    run = client.start("while True: pass", Limits(seconds=PATIENCE))
    client.cancel(run - 1)
    assert client.next().kind is Kind.PAGE
    client.cancel(run)
    assert client.finish(run)[1] == Exit(0, signal.SIGKILL, None, "cancelled")
    client.cancel(run)
    client.works()


def test_while_one_measures_a_process_is_ready_for_whoever_types_on(client: Client) -> None:
    server = client.servers()[-1]
    assert client.rests(server)
    client.start(GOOD, Limits(seconds=PATIENCE), budget=PATIENCE)
    assert client.next().kind is Kind.PAGE
    assert len(children(server)) == 2
    client.works()
    assert client.rests(server)


def test_a_reader_that_does_not_read_stops_the_run_not_the_engine(client: Client) -> None:
    flood = f"{HEAD}p = struct.pack('<I', 2**20) + b' ' * 2**20\nwhile True: os.write(4, p)"
    server = client.servers()[-1]
    before = resident(server)
    run = client.start(flood, Limits(seconds=PATIENCE))
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        # Not a byte is read meanwhile; the engine has to hold what it took, and no more.
        assert resident(server) - before < 32 * 2**20
    client.cancel(run)
    pages, how = client.finish(run)
    assert how.reason == "cancelled"
    assert sum(map(len, pages)) < 4 * 2**20
    client.works()


def test_kills_at_random_moments_leave_nothing_behind(client: Client) -> None:
    choose = random.Random(2)
    sources = [GOOD, "while True: pass", "while True: print(torch.ones(2))", "x = torch.ones(9**6)\n" * 50, "1 +", ""]
    server = client.servers()[-1]
    client.works()
    assert client.rests(server)
    before = descriptors(server), resident(server)
    for _ in range(KILLS):
        run = client.start(choose.choice(sources), Limits(seconds=choose.choice((0.01, 0.03, PATIENCE))))
        until = time.monotonic() + choose.uniform(0, 0.06)
        while (rest := until - time.monotonic()) > 0:
            client.listen(rest)
        if choose.random() < 0.5:
            client.cancel(run)
    client.works()
    assert client.rests(server)
    until = time.monotonic() + PATIENCE
    while descriptors(server) != before[0]:  # a pipe is closed when it was read to its end, after its process is gone
        assert time.monotonic() < until
        client.listen(0.01)
    assert resident(server) - before[1] < 16 * 2**20


def test_every_run_ends_exactly_once(client: Client) -> None:
    runs = [client.start(source) for source in (GOOD, "while True: pass", "1 +", "import os; os._exit(1)", GOOD)]
    ends: list[int] = []
    while len(ends) < len(runs):
        frame = client.next()
        ends += [frame.run] if frame.kind is Kind.EXITED else []
    assert sorted(ends) == runs
    last = client.start(GOOD)
    while (frame := client.next()).kind is not Kind.EXITED:
        pass
    assert frame.run == last


def test_the_program_is_alone(client: Client) -> None:
    source = "import os, threading\nprint(threading.active_count(), os.getcwd(), *sorted(os.environ))"
    pages, _ = client.run(source)
    # Two threads: the program's, and the one that waits for it.
    assert client.trace(pages, source).output[0].text.split() == ["2", "/", *sorted(FIXED)]


def test_without_a_wall_the_reader_is_told() -> None:
    with Client(change="from gradviz.engine.wall import sandbox; sandbox.available = lambda: 'no wall here'") as client:
        assert client.ready.sandbox == "no wall here"
        client.works()


def test_behind_a_wall_with_a_hole_nothing_runs() -> None:
    change = "from gradviz.engine.wall import sandbox; sandbox.seccomp.install = lambda *rules: None"
    client = Client(change=change)
    with pytest.raises(AssertionError, match="the engine has gone"):
        client.__enter__()
    _, said = client.process.communicate()
    assert b"the sandbox could not be made: opening a socket is still possible" in said
    assert client.process.returncode == NO_LOCK


@pytest.mark.parametrize(("end", "said"), [("1 / 0", ""), ("ctypes.string_at(0)", "status -11 before")])
def test_a_worker_that_dies_does_not_spin(end: str, said: str) -> None:
    change = f"import ctypes; from gradviz.engine.processes import child; child._rehearse = lambda work: {end}"
    client = Client(change=change)
    client.__enter__()
    assert client.process.wait(PATIENCE) == os.EX_SOFTWARE
    assert said in client.process.communicate()[1].decode()


GATE = """
import time
from pathlib import Path
from gradviz.engine.processes import child
live = child._live
def late(*given):
    while Path({gate!r}).exists():
        time.sleep(0.01)
    return live(*given)
child._live = late
"""


def test_a_worker_killed_before_it_has_read_its_request_is_replaced(tmp_path: Path) -> None:
    gate = tmp_path / "shut"
    with Client(change=GATE.format(gate=str(gate))) as client:
        client.warm()
        server = client.servers()[-1]
        assert client.rests(server)
        (newborn,) = killed = children(server)
        gate.touch()
        for _ in range(5):
            os.kill(newborn, signal.SIGKILL)
            newborn = born(client, server, killed)
            killed.append(newborn)
        run = client.start(GOOD, Limits(seconds=PATIENCE))
        os.kill(newborn, signal.SIGKILL)
        born(client, server, killed)
        gate.unlink()
        pages, how = client.finish(run)
        assert how == Exit(0, 0)
        assert client.trace(pages, GOOD).error is None


def born(client: Client, server: int, known: list[int]) -> int:
    """Wait for a child that is not known yet; return its id."""
    until = time.monotonic() + PATIENCE
    while not (new := [pid for pid in children(server) if pid not in known]):
        client.listen(0.01)
        assert time.monotonic() < until
    return new[0]


def test_late_imports_work_behind_the_wall() -> None:
    source = (
        "m = torch.nn.Linear(2, 2)\no = torch.optim.Adam(m.parameters())\nm(torch.ones(2)).sum().backward()\no.step()"
    )
    with Client() as cold:
        pages, how = cold.run(source, Limits(seconds=PATIENCE))
        assert how == Exit(0, 0)
        assert cold.trace(pages, source).error is None


@pytest.mark.parametrize(
    "source",
    [
        "t = torch.ones(4, requires_grad=True)\n(t.half() @ t.half()).backward()\n",
        "@torch.jit.script\ndef f(x: torch.Tensor):\n    return x * 2\nf(torch.ones(2))\n",
        "torch.set_num_threads(4)\ntorch.ones(500, 500) @ torch.ones(500, 500)\n",
        "import io\nb = io.BytesIO()\ntorch.save(torch.ones(2), b)\n",
    ],
)
def test_what_torch_reads_of_the_machine_is_there_behind_the_wall(client: Client, source: str) -> None:
    pages, how = client.run("import torch\n" + source, Limits(seconds=PATIENCE))
    assert how == Exit(0, 0)
    assert client.trace(pages, source).error is None


def test_the_end_of_the_reader_is_the_end_of_all() -> None:
    with Client() as client:
        client.warm()
        client.start("while True: pass", Limits(seconds=PATIENCE))
        client.next()
        server = client.servers()[-1]
        watched = [os.pidfd_open(pid) for pid in (server, *children(server))]
        client.leave()
        assert client.process.wait(PATIENCE) == 0
        assert gone(watched)


def test_the_death_of_the_engine_is_the_death_of_all() -> None:
    client = Client()
    client.__enter__()
    client.warm()
    client.start("while True: pass", Limits(seconds=PATIENCE))
    client.next()
    server = client.servers()[-1]
    watched = [os.pidfd_open(pid) for pid in (server, *children(server))]
    client.process.kill()
    assert client.process.wait(PATIENCE) == -signal.SIGKILL
    assert gone(watched)
    client.process.communicate()


def gone(watched: list[int]) -> bool:
    """Wait until every process behind a pidfd has ended."""
    for pidfd in watched:
        ended = select.select([pidfd], [], [], PATIENCE)[0]
        os.close(pidfd)
        if not ended:
            return False
    return True


def test_where_forking_is_not_safe_processes_are_started_afresh() -> None:
    with Client("--spawn") as client:
        assert client.ready.sandbox == ""
        client.works()
        assert client.run("while True: pass", Limits(seconds=0.3))[1].killed == "time"
        _, how = client.run("import ctypes; ctypes.string_at(0)", Limits(seconds=PATIENCE))
        assert how.signal == signal.SIGSEGV
        run = client.start("while True: pass", Limits(seconds=PATIENCE))
        client.cancel(run)
        assert client.finish(run)[1].reason == "cancelled"
        client.works()
        assert not zombies(client.process.pid)
