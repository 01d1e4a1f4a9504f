"""A month of the clock, in samples: what the oracle finds in Slack's log, and that the oracle would find it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.stories.clock_month import SAMPLE, TINY, Run, run
from tests.stories.clockwork.driver import STEP
from tests.stories.clockwork.evidence import Evidence, Post
from tests.stories.clockwork.oracle import judged
from tests.stories.clockwork.rules import Rules

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]

Spoiled = Callable[[Evidence], list[Post]]


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """Two days of three handovers, run once."""
    return run(tmp_path_factory.mktemp("month"), TINY)


@pytest.mark.req("R37", "R40", "R61", "R202")
def test_two_days_of_three_handovers_break_no_rule(tiny: Run) -> None:
    verdict = judged(tiny.evidence)
    assert verdict.broken == []
    assert tiny.parked == 0
    assert verdict.reminders > 3
    assert verdict.covered["told"] > 3


@pytest.mark.req("R37", "R40", "R61", "R202")
def test_a_week_with_outages_breaks_no_rule(db_url: str, tmp_path: Path) -> None:
    """Five handovers, summer time in New York, Slack away for a morning, Baton for a night; replicas that race."""
    done = run(tmp_path, SAMPLE, url=db_url, racing=True)
    verdict = judged(done.evidence)
    assert verdict.broken == []
    assert done.parked == 0
    assert verdict.reminders > 10
    assert verdict.covered["told after the outage"] + verdict.covered["over after the outage"] > 0


def test_the_steps_that_are_left_out_would_change_nothing(tmp_path: Path) -> None:
    """The same two days, every five minutes and straight: the same messages to the same rooms in the same steps."""
    logs = []
    for every_step in (True, False):
        (tmp_path / str(every_step)).mkdir()
        done = run(tmp_path / str(every_step), replace(TINY, every_step=every_step))
        logs.append(sorted((floor(post.at), post.to, post.key, post.text) for post in done.evidence.posts))
    assert logs[0] == logs[1]
    assert len(logs[0]) > 30


def floor(moment: datetime) -> datetime:
    """The step of that moment."""
    return moment - timedelta(seconds=moment.timestamp() % STEP.total_seconds())


def reminders(evidence: Evidence) -> list[Post]:
    """The reminders that came alone: one about one deal."""
    return [post for post in evidence.posts if post.kind == "nag"]


def at_night(evidence: Evidence) -> list[Post]:
    """A reminder comes at three in the morning of its receiver."""
    one = reminders(evidence)[0]
    night = one.at
    hours = Rules(evidence).hours(one.to)
    while hours.open(night):
        night += timedelta(hours=1)
    return [replace(post, at=night) if post is one else post for post in evidence.posts]


def thrice(evidence: Evidence) -> list[Post]:
    """Three more within a minute."""
    one = reminders(evidence)[0]
    return [*evidence.posts, *(replace(one, key=f"{one.key}:{n}") for n in range(3))]


def twice(evidence: Evidence) -> list[Post]:
    """The same message again."""
    return [*evidence.posts, evidence.posts[0]]


def never(evidence: Evidence) -> list[Post]:
    """Nobody is reminded of anything."""
    return [post for post in evidence.posts if post.kind != "nag"]


def too_soon(evidence: Evidence) -> list[Post]:
    """A reminder comes an hour before its moment."""
    one = next(
        post for post in reminders(evidence) if Rules(evidence).hours(post.to).open(post.at - timedelta(hours=1))
    )
    return [replace(post, at=post.at - timedelta(hours=1)) if post is one else post for post in evidence.posts]


def to_somebody_else(evidence: Evidence) -> list[Post]:
    """Somebody is shown what is not theirs."""
    one = next(post for post in reminders(evidence) if any(action == "scope.confirm" for action, _ in post.actions))
    other = next(post for post in reminders(evidence) if post.to != one.to)
    return [replace(post, actions=one.actions) if post is other else post for post in evidence.posts]


def no_digest(evidence: Evidence) -> list[Post]:
    """A day without a digest."""
    return [post for post in evidence.posts if post.kind != "digest"]


def late_unsaid(evidence: Evidence) -> list[Post]:
    """A breach of which the thread hears nothing."""
    return [post for post in evidence.posts if post.kind != "late"]


def late_twice(evidence: Evidence) -> list[Post]:
    """A breach of which the thread hears twice a day."""
    one = next(post for post in evidence.posts if post.kind == "late")
    return [*evidence.posts, replace(one, key=f"{one.key}:again")]


def over_unheard(evidence: Evidence) -> list[Post]:
    """A breach that is over, and of which nobody had heard."""
    one = next(post for post in evidence.posts if post.kind == "late")
    over = replace(one, kind="late_over", key=one.key.replace(":late:", ":late_over:"))
    return [over if post is one else post for post in evidence.posts if post is one or post.kind != "late"]


@pytest.mark.parametrize(
    ("how", "rule"),
    [
        (at_night, "in_their_own_hours"),
        (thrice, "at_most_two_a_day"),
        (twice, "never_twice"),
        (never, "nobody_forgotten"),
        (too_soon, "only_what_is_due"),
        (to_somebody_else, "only_whose_turn"),
        (no_digest, "one_digest"),
        (late_unsaid, "late_once_a_day"),
        (late_twice, "late_once_a_day"),
        (over_unheard, "end_told_once"),
    ],
)
def test_the_oracle_names_the_rule_that_is_broken(tiny: Run, how: Spoiled, rule: str) -> None:
    spoiled = replace(tiny.evidence, posts=sorted(how(tiny.evidence), key=lambda post: post.at))
    assert rule in {line.partition(":")[0] for line in judged(spoiled).broken}
