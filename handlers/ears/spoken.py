"""Dates as people type them in a command: `2026-03-12`, `Thu`, `Thursday`. Nothing is guessed."""

from datetime import date, timedelta

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SHORTEST = 3  # letters of a weekday


def day_of(word: str, today: date) -> date | None:
    """The date, or the next such weekday after today; None for a word that is no date."""
    try:
        return date.fromisoformat(word)
    except ValueError:
        typed = word.lower().rstrip(".,:")
    for number, name in enumerate(WEEKDAYS):
        if len(typed) >= SHORTEST and name.startswith(typed):
            return today + timedelta(days=(number - today.weekday() - 1) % 7 + 1)
    return None
