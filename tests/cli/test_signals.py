"""The first signal is a wish, the second one an order."""

from __future__ import annotations

import signal

import pytest

from grader.cli.interruption import StopOnSignal


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_first_signal_is_noted_and_the_handlers_are_put_back(number: signal.Signals, code: int) -> None:
    before = signal.getsignal(number)
    with StopOnSignal() as signals:
        assert not signals.received()
        signal.raise_signal(number)
        assert signals.received()
        assert signals.exit_code == code
    assert signal.getsignal(number) is before


def test_second_signal_ends_at_once() -> None:
    with StopOnSignal(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
        signal.raise_signal(signal.SIGINT)
