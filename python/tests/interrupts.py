"""Ctrl-C: how late a job stops."""

import contextlib
import signal
import threading
import time

import pytest


@contextlib.contextmanager
def interrupted_after(seconds, aside=False):
    """Ctrl-C so long after the beginning; yields what tells how late the work stopped.

    Lateness is processor time of the main thread, of all threads where the work is done `aside`: on
    a busy machine the clock on the wall says nothing about the program. Work that ends by itself gets
    no Ctrl-C afterwards.
    """
    main = threading.main_thread().ident
    clock = time.CLOCK_PROCESS_CPUTIME_ID if aside else time.pthread_getcpuclockid(main)
    over = threading.Event()
    sent = []

    def send():
        if not over.wait(seconds):
            sent.append(time.clock_gettime(clock))
            signal.pthread_kill(main, signal.SIGINT)

    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    try:
        yield lambda: time.clock_gettime(clock) - sent[0]
    finally:
        over.set()
        thread.join()


def interrupt(job, seconds, aside=False):
    """Ctrl-C so long after the job began, earlier where it was over by then; how late it stopped, in seconds."""
    while seconds > 1e-3:
        try:
            with interrupted_after(seconds, aside) as late:
                job()
        except KeyboardInterrupt:
            return late()
        seconds /= 2
    pytest.fail("Ctrl-C never stopped it")


def least_lateness(job, seconds, aside=False, enough=0.1, attempts=3):
    """Seconds from Ctrl-C to KeyboardInterrupt: the least of a few attempts, until one is below `enough`.

    Other work on the machine only ever adds to it: caches and cores are shared.
    """
    found = []
    while len(found) < attempts and not (found and found[-1] < enough):
        found.append(interrupt(job, seconds, aside))
    return min(found)
