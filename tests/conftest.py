"""What holds for every test: no window on a person's screen, no clock, and silence in the log."""

import logging
import os
import random
from collections.abc import Iterator

import pytest
from hypothesis import settings

# Before Qt is first imported. Tests of the real window start it as a process of its own on the Xvfb display.
os.environ["QT_QPA_PLATFORM"] = "offscreen"

# Before tests are dealt out to processes, all of which have to know the same ones.
os.environ.setdefault("GRADVIZ_SEED", str(random.randrange(10**6)))

settings.register_profile("gradviz", deadline=None)  # a busy machine is no failure
# For scripts/check: what fails there is the change's own fault. Programs never seen before are for scripts/test.
settings.register_profile("repeatable", deadline=None, derandomize=True)
settings.load_profile("gradviz")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what brings back the tests that were drawn at random."""
    terminalreporter.write_line(f"GRADVIZ_SEED={os.environ['GRADVIZ_SEED']}")


@pytest.fixture(autouse=True)
def quiet_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail a test during which a record of WARNING or above was logged."""
    yield
    loud = [
        record for when in ("setup", "call") for record in caplog.get_records(when) if record.levelno >= logging.WARNING
    ]
    assert not loud, [record.getMessage() for record in loud]
