"""One id for one cause: from the webhook, click or tick that began it to the last post that follows from it.

It is ambient in a thread while that cause is worked on, so that every line that anybody logs meanwhile carries it, the
connectors' too, and nobody has to hand it on. From thread to thread and replica to replica it goes with the rows: the
store asks `inherited` at each write, keeps the answer on deliveries and jobs, and the worker begins with the job's own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar

from handlers.deps import new_id

Given = ParamSpec("Given")
Made = TypeVar("Made")
_current: ContextVar[str] = ContextVar("trace", default="")


def current() -> str:
    """The cause that this thread works on, '' between two of them."""
    return _current.get()


def inherited() -> str:
    """What a transaction's effects belong to: the present cause, else one of their own."""
    return current() or new_id()


@contextmanager
def begun(trace: str = "") -> Iterator[None]:
    """What is done inside belongs to this cause; without one, to a new one."""
    token = _current.set(trace or new_id())
    try:
        yield
    finally:
        _current.reset(token)


def own(deed: Callable[Given, Made]) -> Callable[Given, Made]:
    """The same deed; each time it is done is a cause of its own."""

    @wraps(deed)
    def traced(*args: Given.args, **kwargs: Given.kwargs) -> Made:
        with begun():
            return deed(*args, **kwargs)

    return traced
