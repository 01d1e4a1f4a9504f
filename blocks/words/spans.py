"""Working time in words: `1 day 5 h` in the office's own working days. The one way in which a working span is said."""

from datetime import timedelta

from blocks.render import count

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def working_time(span: timedelta, day: timedelta) -> str:
    """`2 days`, `1 day 5 h`, `5 h 20 min`, `20 min`: the two largest parts, never more than it was; '' below a minute.

    `day` is the office's nominal working day: 13 hours of an 8-hour office are 1 day 5 h.
    """
    days, rest = divmod(span, day)
    hours, rest = divmod(rest, HOUR)
    minutes = rest // MINUTE
    parts = [
        count(days, "day") if days else "",
        f"{hours} h" if hours else "",
        f"{minutes} min" if minutes else "",
    ]
    return " ".join([part for part in parts if part][:2])


def worked_of(span: timedelta, wanted: timedelta, day: timedelta) -> str:
    """`1 day 5 h of 2 days`; without a wanted span only what was worked."""
    said, of = working_time(span, day), working_time(wanted, day)
    return f"{said} of {of}" if said and of else said
