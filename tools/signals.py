"""How a signal ends a program: the first one counts, with one line and 128 more than its number as exit status."""

import contextlib
import os
import signal

# What Ctrl-C, `kill` and a terminal that is closed send; Windows has no SIGHUP.
ENDING = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]


def on_ending_signals(handler) -> None:
    """Call handler on each of the signals that ask a program to end; an ignored one, as under nohup, stays ignored."""
    for number in ENDING:
        if signal.getsignal(number) != signal.SIG_IGN:
            signal.signal(number, handler)


def say_stopped(number: int) -> int:
    """Say which signal ended the program, and ignore all others from now on; return the exit status."""
    on_ending_signals(signal.SIG_IGN)
    with contextlib.suppress(OSError):  # the terminal may be gone
        os.write(2, f"\nStopped by {signal.Signals(number).name}. Earlier results are as they were.\n".encode())
    return 128 + number


def exit_at_once(number: int, _frame: object) -> None:
    """A handler for when nothing is left to bring to an end; an exception could be lost in an import."""
    os._exit(say_stopped(number))
