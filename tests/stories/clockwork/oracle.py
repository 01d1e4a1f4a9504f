"""The oracle: reads Slack's log beside the script, and names every rule that was broken. Brute force, no shortcuts."""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from tests.stories.clockwork.calendar import Hours
from tests.stories.clockwork.company import PEOPLE, PLACES
from tests.stories.clockwork.evidence import Evidence, Fact, Post, Span
from tests.stories.clockwork.people import Deed
from tests.stories.clockwork.rules import HEADS, Duty, Phase, Rules

EARLY = timedelta(minutes=1)
SLACK = timedelta(minutes=11)  # two steps: a moment's fraction is seen at the next one
PER_DAY = 2
OWN_TIME = ("nag", "deputy", "stands_in", "pause_expected")  # what comes by itself: never out of hours
DOES = {
    "scope.confirm": "scope", "promise.add": "promise", "none.commitment": "promise", "date.add": "date",
    "none.real_deadline": "date", "stakeholder.add": "stance", "none.stakeholder": "stance",
    "document.all_read": "read", "access.review": "access",
}  # fmt: skip


@dataclass
class Verdict:
    """What was broken, and the figures."""

    broken: list[str] = field(default_factory=list)
    reminders: int = 0
    people: int = 0
    most: int = 0
    outside: int = 0
    forgotten: int = 0
    doubled: int = 0
    duties: int = 0
    covered: Counter[str] = field(default_factory=Counter)
    others_outside: int = 0


class Oracle:
    """Judges one month."""

    def __init__(self, evidence: Evidence) -> None:
        self.evidence = evidence
        self.rules = Rules(evidence)
        self.verdict = Verdict()
        self.nags: dict[str, list[Post]] = defaultdict(list)
        for post in evidence.posts:
            if post.kind == "nag":
                self.nags[post.to].append(post)
        self.down = [span for span in evidence.outages if span.kind in ("slack", "bot")]

    def judge(self) -> Verdict:
        """Every rule, one after the other."""
        verdict = self.verdict
        verdict.reminders = sum(map(len, self.nags.values()))
        verdict.people = len(self.nags)
        for check in (
            self.in_their_own_hours, self.at_most_two_a_day, self.never_twice, self.only_what_is_due,
            self.only_whose_turn, self.nobody_forgotten, self.asked_about_pauses, self.late_once_a_day,
            self.end_told_once, self.one_digest, self.merged_after_an_outage, self.few_rings,
        ):  # fmt: skip
            verdict.broken += [f"{check.__name__}: {line}" for line in check()]
        verdict.forgotten = sum(line.startswith("nobody_forgotten") for line in verdict.broken)
        verdict.doubled = sum(line.startswith("never_twice") for line in verdict.broken)
        return verdict

    def in_their_own_hours(self) -> Iterator[str]:
        """Nothing that comes by itself reaches anybody out of their own hours."""
        for post in self.evidence.posts:
            if not post.to or self.rules.hours(post.to).open(post.at):
                continue
            if post.kind in OWN_TIME:
                self.verdict.outside += 1
                yield _line(post)
            else:
                self.verdict.others_outside += 1

    def at_most_two_a_day(self) -> Iterator[str]:
        """At most two reminders, questions about pauses among them, on a day of the receiver's own."""
        found: Counter[tuple[str, date]] = Counter()
        for post in self.evidence.posts:
            if post.kind in ("nag", "pause_expected"):
                found[post.to, self.rules.hours(post.to).day(post.at)] += 1
        self.verdict.most = max(found.values(), default=0)
        yield from (f"{who} {day}: {n}" for (who, day), n in found.items() if n > PER_DAY)

    def never_twice(self) -> Iterator[str]:
        """No message stands there twice."""
        keys = Counter(post.key for post in self.evidence.posts if post.key)
        yield from (f"{key}: {n}" for key, n in keys.items() if n > 1)

    def only_what_is_due(self) -> Iterator[str]:
        """Each reminder has a cause whose moment has come: just now, or while somebody was away."""
        due = defaultdict(list)
        for duty in self.rules.duties:
            due[duty.whom].append(duty)
        for who, posts in self.nags.items():
            for post in posts:
                if not any(self._justifies(duty, post) for duty in due[who]) and not self._asked_later(post):
                    yield _line(post)

    def _justifies(self, duty: Duty, post: Post) -> bool:
        named = duty.deal in post.deals or "more on Home" in post.shown
        if not named or not duty.at - EARLY <= post.at:
            return False
        return post.at - duty.at <= SLACK or any(span.meets(duty.at, post.at) for span in self.down)

    def asked_about_pauses(self) -> Iterator[str]:
        """Whoever paused is asked once, at the opening of the expected day, unless the answer came before."""
        for deed in self.evidence.deeds:
            if deed.what != "pause" or not deed.taken:
                continue
            fact = next(one for one in self.evidence.facts.values() if one.id == deed.handover)
            stop = next((one for one in fact.stops if one.start == deed.at), None)
            whom, at = self._question(deed)
            asked = [post for post in self._questions_of(fact) if stop and stop.covers(post.at - SLACK)]
            mine = [post for post in asked if at - EARLY <= post.at <= at + SLACK and post.to == whom]
            if len(asked) > 1 or any(post.at < at - EARLY for post in asked):
                yield f"C{fact.number:03d}: {[_line(post) for post in asked]}, wanted {at:%a %d %b %H:%M}"
            shaken = any(span.meets(at, at + SLACK) for span in self.down)
            over = at + SLACK >= self.evidence.end or not stop or not stop.covers(at + SLACK)
            if not over and not mine and not shaken and not self._full(whom, at):
                yield f"C{fact.number:03d} {whom} was not asked at {at:%a %d %b %H:%M}"

    def _question(self, deed: Deed) -> tuple[str, datetime]:
        expected: date = deed.data["expected"]
        whom = deed.who
        for _ in range(2):  # who is asked depends on when, and when on who
            zone = ZoneInfo(self.rules.hours(whom).tz)
            midnight = datetime(expected.year, expected.month, expected.day, tzinfo=zone)
            at = self.rules.hours(whom).next_open(midnight)
            whom = self.rules.receiver(deed.who, at)
        return whom, at.astimezone(UTC)

    def _questions_of(self, fact: Fact) -> list[Post]:
        wanted = ("pause.extend", str(fact.id))
        return [post for posts in self.nags.values() for post in posts if wanted in post.actions]

    def _full(self, whom: str, at: datetime) -> bool:
        day = self.rules.hours(whom).day(at)
        return sum(self.rules.hours(whom).day(post.at) == day and post.at < at for post in self.nags[whom]) >= PER_DAY

    def _asked_later(self, post: Post) -> bool:
        if any(action == "pause.extend" for action, _ in post.actions):
            return True  # judged by itself
        for deed in self.evidence.deeds:
            until = deed.data.get("until") if deed.what == "later" and deed.who == post.to else None
            if until and set(deed.data["named"]) & set(post.deals) and until - EARLY <= post.at:
                late = any(span.meets(until, post.at) for span in self.down)
                if post.at - until <= SLACK or late:
                    return True
        return self._moved(post)

    def _moved(self, post: Post) -> bool:
        # Somebody went away or came back just now: what was due for them is told to whoever it is now.
        for duty in self.rules.duties:
            if duty.deal in post.deals and duty.at <= post.at and post.at - duty.at < timedelta(days=4):
                told = self.rules.receiver(duty.person, post.at) == post.to and duty.whom != post.to
                waited = any(span.meets(duty.at, post.at) for span in self.down)
                if told and (waited or self.rules.hours(post.to).next_open(duty.at) >= post.at - SLACK):
                    return True
        return False

    def only_whose_turn(self) -> Iterator[str]:
        """Every button of a reminder is for something that the receiver, or who is away, can do at that moment."""
        by_id = {fact.id: fact for fact in self.evidence.facts.values()}
        for who, posts in self.nags.items():
            for post in posts:
                behalf = [one.key for one in PEOPLE if self.rules.receiver(one.key, post.at) == who]
                for action, value in post.actions:
                    fact = by_id.get(int(value)) if action in DOES and value.isdigit() else None
                    if fact is None:
                        continue
                    can = {task for one in behalf for task in self.rules.waits(fact, one, post.at)}
                    if DOES[action] not in can:
                        yield f"{_line(post)} offers {action} of C{fact.number:03d}"

    def nobody_forgotten(self) -> Iterator[str]:
        """Each duty was told within two steps, or a reason covers it."""
        told: set[tuple[str, int, str]] = set()
        for duty in sorted(self.rules.duties, key=lambda one: one.at):
            self.verdict.duties += 1
            reason = self._covered(duty, told)
            self.verdict.covered[reason or "forgotten"] += 1
            if not reason:
                yield f"{duty.at:%a %d %b %H:%M} {duty.whom} for {duty.person}: {duty.cause} of C{duty.deal:03d}"
            told.add((duty.person, duty.deal, f"{duty.phase.name}:{duty.cause}"))

    def _covered(self, duty: Duty, told: set[tuple[str, int, str]]) -> str:
        fact, soon = self.evidence.facts[duty.deal], duty.at + SLACK
        if self._told(duty, duty.at, soon):
            return "told"
        # Of what is late they hear whether or not they can do anything; the ladder is for what can be done.
        ladder = duty.cause in ("first", "last")
        answers = not ladder and duty.person in (*HEADS, fact.holders["delivery_manager"])
        if duty.phase.end <= soon or (not answers and not self.rules.waits(fact, duty.person, soon)):
            return "done meanwhile"
        if duty.cause == "first" and (duty.person, duty.deal, f"{duty.phase.name}:first") in told:
            return "told before the pause"
        if duty.cause in ("first", "last") and self._deferred(duty):
            return "put off"
        return self._elsewhere(duty) or self._after_outage(duty, answers=answers)

    def _told(self, duty: Duty, start: datetime, end: datetime) -> bool:
        for post in self.nags[duty.whom]:
            if start - EARLY <= post.at <= end and (duty.deal in post.deals or "more on Home" in post.shown):
                return True
        return False

    def _deferred(self, duty: Duty) -> bool:
        return any(
            deed.what == "later" and deed.taken and deed.who == duty.whom
            and duty.deal in deed.data["named"] and deed.at <= duty.at <= deed.data["until"]
            for deed in self.evidence.deeds
        )  # fmt: skip

    def _elsewhere(self, duty: Duty) -> str:
        hours = self.rules.hours(duty.whom)
        day = hours.day(duty.at)
        today = [p for p in self.nags[duty.whom] if hours.day(p.at) == day and p.at <= duty.at + SLACK]
        if len(today) >= PER_DAY:
            return "two that day"
        if duty.cause == "late":
            rung = [p for p in self.evidence.posts if p.kind == "late" and duty.deal in p.deals]
            if any(duty.whom in p.rings and hours.day(p.at) == day for p in rung):
                return "rung in the thread"
            waits = self.rules.waits(self.evidence.facts[duty.deal], duty.person, duty.at)
            if not waits and any("late" in p.text or "late.take" in p.shown for p in today):
                return "one message a day about what is late"
        return ""

    def _after_outage(self, duty: Duty, *, answers: bool) -> str:
        until = duty.at
        for _ in self.down:
            for span in self.down:
                if span.meets(until, until + SLACK):
                    until = max(until, span.end)
            opened = self.rules.hours(duty.whom).next_open(until)
            until = max(until, opened)
        if until == duty.at:
            return ""
        fact, soon = self.evidence.facts[duty.deal], until + SLACK
        lapsed = duty.phase.end <= soon or (duty.cause != "late" and duty.phase.due <= soon)
        day = self.rules.hours(duty.whom).day
        # What began to wait on that very day after the due time is told of from the next day on.
        left = [
            at
            for at in self.rules.waits(fact, duty.person, soon).values()
            if at < duty.phase.due or day(at) < day(soon)
        ]
        if lapsed or (not answers and not left):
            return "over after the outage"
        again = replace(duty, whom=self.rules.receiver(duty.person, until), at=until)
        return "told after the outage" if self._told(again, until, soon) else self._elsewhere(again)

    def late_once_a_day(self) -> Iterator[str]:
        """The thread is told of a breach once on each working day of the office, while the office is open."""
        said: Counter[tuple[int, date]] = Counter()
        for post in self.evidence.posts:
            if post.kind == "late":
                fact = self.evidence.facts[post.deals[0]]
                hours = self.rules.hours_of(fact)
                said[fact.number, hours.day(post.at)] += 1
                if not hours.open(post.at) or not self._is_late(fact, post.at):
                    yield f"out of time {_line(post)}"
        yield from (f"C{deal:03d} {day}: {n} times" for (deal, day), n in said.items() if n > 1)
        for phase in self.rules.phases:
            for day, opened, closed in self._late_days(phase):
                if not said[phase.deal, day] and not self._lost(opened, closed):
                    yield f"C{phase.deal:03d} {phase.name} {day}: not told"

    def _late_days(self, phase: Phase) -> Iterator[tuple[date, datetime, datetime]]:
        hours = self.rules.hours_of(self.evidence.facts[phase.deal])
        start = max(phase.due, phase.start)
        for day in hours.days(start, phase.end) if start < phase.end else []:
            opened = max(start, hours.opening(day) or start)
            open_minutes = hours.between(opened, min(phase.end, opened + timedelta(hours=24)))
            closed = min(phase.end, opened + timedelta(minutes=open_minutes))
            if closed - opened > SLACK:
                yield day, opened, closed

    def _lost(self, opened: datetime, closed: datetime) -> bool:
        # Nothing could be said on that day, or for less than two steps of it.
        moment = opened
        while moment + SLACK < closed:
            if not any(span.meets(moment, moment + SLACK) for span in self.down):
                return False
            moment += timedelta(minutes=5)
        return True

    def _is_late(self, fact: Fact, moment: datetime) -> bool:
        mine = [phase for phase in self.rules.phases if phase.deal == fact.number]
        return any(phase.start <= moment < phase.end + SLACK and phase.due <= moment + EARLY for phase in mine)

    def end_told_once(self) -> Iterator[str]:
        """The end of a breach that was told is told once: by its own word, or by the word that it is live."""
        for fact in self.evidence.facts.values():
            mine = [post for post in self.evidence.posts if post.deals[:1] == (fact.number,)]
            late = [post for post in mine if post.kind == "late"]
            over = Counter(post.key for post in mine if post.kind == "late_over")
            yield from (f"{key}: {n}" for key, n in over.items() if n > 1)
            heard = {post.key.split(":")[2] for post in late}
            yield from (f"{key}: of its beginning nobody was told" for key in over if key.split(":")[2] not in heard)
            told = [post for post in late if fact.scoped_at and ":scope:" in post.key]
            settled = self.evidence.end - timedelta(days=1)
            if told and fact.scoped_at and fact.scoped_at < settled and not self._shaken(fact.scoped_at) and not over:
                yield f"C{fact.number:03d}: the end of the scope's breach was not told"

    def _shaken(self, moment: datetime) -> bool:
        return any(span.meets(moment - SLACK, moment + SLACK) for span in self.down)

    def one_digest(self) -> Iterator[str]:
        """One digest on each working day at nine, later on the same day after an outage, none when nothing is open."""
        place = PLACES[0]
        hours = Hours.of(place, place.tz)
        posts = defaultdict(list)
        for post in self.evidence.posts:
            if post.kind == "digest":
                posts[hours.day(post.at)].append(post)
        first = min((fact.won_at for fact in self.evidence.facts.values()), default=self.evidence.end)
        start = min(deed.at for deed in self.evidence.deeds)
        for day in hours.days(start, self.evidence.end):
            opened = hours.opening(day)
            if opened is None or opened < max(start, first) or opened + SLACK > self.evidence.end:
                continue
            found = posts.pop(day, [])
            up = self._up_again(opened)
            if hours.day(up) != day:
                continue
            if not found and self._some_open(up):
                yield f"{day}: none"
            if len(found) > 1 or any(not up - EARLY <= post.at <= up + SLACK for post in found):
                yield f"{day}: {[f'{post.at:%H:%M}' for post in found]}, wanted at {up:%H:%M}"
        yield from (f"{day}: not a day of digests" for day in posts if hours.opening(day) is None)

    def _up_again(self, moment: datetime) -> datetime:
        for span in sorted(self.down, key=lambda one: one.start):
            moment = span.end if span.meets(moment, moment + SLACK) else moment
        return moment

    def _some_open(self, moment: datetime) -> bool:
        day = timedelta(days=1)
        return any(
            fact.won_at < moment - SLACK and (fact.live_at is None or fact.live_at > moment - day)
            for fact in self.evidence.facts.values()
        )

    def merged_after_an_outage(self) -> Iterator[str]:
        """Whoever was not told during an outage is told once: no burst when everything is back."""
        for span in self.down:
            for who, posts in self.nags.items():
                burst = [post for post in posts if span.end <= post.at < span.end + timedelta(minutes=30)]
                if len(burst) > 1 and not self._own_moments(burst):
                    yield f"{who}: {len(burst)} within half an hour of {span.end:%d %b %H:%M}"

    def _own_moments(self, posts: list[Post]) -> bool:
        # The second one had a moment of its own after the outage.
        duties = [duty for duty in self.rules.duties if duty.whom == posts[0].to]
        return all(
            any(d.deal in post.deals and d.at - EARLY <= post.at <= d.at + SLACK for d in duties)
            or self._asked_later(post)
            for post in posts[1:]
        )

    def few_rings(self) -> Iterator[str]:
        """A handover without trouble rings the rep 3 times, the PM 4, client success 1, the delivery manager 2."""
        budget = {"sales_rep": 3, "pm": 4, "csm": 1, "delivery_manager": 2}
        for fact in self.evidence.facts.values():
            if not self._calm(fact):
                continue
            mine = [p for p in self.evidence.posts if p.deals == (fact.number,) and p.kind != "nag"]
            for role, most in budget.items():
                who = fact.holders[role]
                rings = [p.kind for p in mine if p.to == who or who in p.rings]
                if len(rings) > most:
                    yield f"C{fact.number:03d} {who}: {rings}"

    def _calm(self, fact: Fact) -> bool:
        late = any(phase.due < phase.end for phase in self.rules.phases if phase.deal == fact.number)
        return bool(fact.live_at) and not late and not fact.stops


def judged(evidence: Evidence) -> Verdict:
    """The oracle's verdict on one month."""
    return Oracle(evidence).judge()


def _line(post: Post) -> str:
    return f"{post.at:%a %d %b %H:%M} {post.to} {post.kind}: {post.text}"


__all__ = ["Oracle", "Span", "Verdict", "judged"]
