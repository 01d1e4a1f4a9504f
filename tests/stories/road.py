"""The whole road of some deals, side by side, walked by people who insist; and what the record must show for it."""

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot import gate
from bot.context import Disposition, Kind
from bot.deal import DocumentKind
from bot.handover import Handover, State
from bot.people import Role
from tests.stories.insisting import Insisting, Shows
from tests.stories.selling import people_of

QUESTION = "Does the call go on after go-live?"
REPLY = "No, it ends with go-live."
AMOUNT = "1250"


class Road:
    """The whole road of some deals, side by side: each step of all, then the next. `deals` gives each its number."""

    def __init__(self, table: Insisting, deals: dict[str, int]) -> None:
        self.table = table
        self.deals = deals

    @property
    def steps(self) -> tuple[Callable[[str], None], ...]:
        """What people do between the win and the open gate."""
        return (self.context, self.points, self.answers, self.scope, self.signed, self.opened)

    def walk(self) -> None:
        """From the win to the mark in the CRM, all deals side by side."""
        for deal in self.deals:
            self.table.stage.world.hubspot.win(deal)
        for step in self.steps:
            for deal in self.deals:
                step(deal)

    def context(self, deal: str) -> None:
        """Ana says what was promised, in three ways, and that she knows no more; Ben has read everything."""
        table, number = self.table, self.deals[deal]
        table.until(deal, lambda r: r.post("know") is not None, "the thread")
        typed, spoken = f"typed {number}", f"spoken {number}"
        lines = (f"first {number}", f"second {number}")
        form = {"words": {"words": "\n".join(lines)}}
        opener = ("list:sales_rep", "promise.add", "view.promise")
        table.fill("ana", deal, opener, lambda *_: form, promised(*lines))
        table.command("ana", deal, f"commit {{}} {typed}", promised(typed))
        table.mention("ana", deal, f"promise {spoken}", promised(spoken))
        table.press("ana", deal, "list:sales_rep", "none.real_deadline", answered("none:real_deadline"))
        table.press("ana", deal, "list:sales_rep", "none.stakeholder", answered("none:stakeholder"))
        table.press("ben", deal, "list:pm", "document.all_read", answered("presale_read"))
        table.stage.world.hubspot.edit(deal, amount=AMOUNT)
        table.until(deal, lambda r: r.deal.amount is not None and r.deal.amount.amount == Decimal(AMOUNT), "the amount")

    def points(self, deal: str) -> None:
        """Ben asks about one point, and takes the others into the scope."""
        self.table.until(deal, lambda r: len(points_of(r)) == 4, "all four points")
        asked, *others = points_of(self.table.known(deal))

        def values(view: dict[str, Any], _: Handover) -> dict[str, dict[str, Any]]:
            chosen = {f"point:{one}": {"points.choice": "in_scope"} for one in others}
            field_ = f"point:{asked}:question"
            if any(block.get("block_id") == field_ for block in view["blocks"]):
                chosen[field_] = {field_: QUESTION}
            return {f"point:{asked}": {"points.choice": "ask"}, **chosen}

        def shown(record: Handover) -> bool:
            entry = record.entry(asked)
            return entry is not None and entry.point is not None and entry.point.question == QUESTION

        opener = ("list:pm", "points.answer", "view.points")
        self.table.fill("ben", deal, opener, values, lambda r: shown(r) and disposed(r, others))

    def answers(self, deal: str) -> None:
        """Ana answers, and Ben takes the last point as a change request."""
        table = self.table
        asked = points_of(table.known(deal))[0]

        def replied(record: Handover) -> bool:
            entry = record.entry(asked)
            return entry is not None and entry.point is not None and entry.point.reply == REPLY

        block = f"point:{asked}"
        opener = ("reply:questions", "question.answer", "view.question")
        table.fill("ana", deal, opener, lambda *_: {block: {block: REPLY}}, replied)
        opener = ("list:pm", "points.answer", "view.points")
        last = {block: {"points.choice": "change_request"}}
        done = Disposition.CHANGE_REQUEST
        table.fill("ben", deal, opener, lambda *_: last, lambda r: disposed(r, [asked], done))

    def scope(self, deal: str) -> None:
        """Dev confirms the scope, with a link where the CRM has no document."""

        def values(_: dict[str, Any], record: Handover) -> dict[str, dict[str, Any]]:
            known = any(d.kind is DocumentKind.SCOPE for d in record.deal.documents)
            return {} if known else {"link": {"link": "https://docs.acme.example/scope.pdf"}}

        dev = self.table.fill
        dev("dev", deal, ("root", "scope.confirm", "view.scope"), values, lambda r: r.scoped_at is not None)

    def signed(self, deal: str) -> None:
        """Ben ticks the team; each of the three signs when it is their turn."""
        table = self.table
        table.until(deal, lambda r: r.reached(State.PROVISIONED), "the workspace")
        table.tick("ben", deal, "list:pm", "confirm-team", ticked("confirm-team"))
        for who, role in (("dev", Role.DELIVERY_MANAGER), ("ben", Role.PM), ("ana", Role.SALES_REP)):
            self.sign(deal, who, role)

    def sign(self, deal: str, who: str, role: Role) -> None:
        """Signs once it is this role's turn."""
        self.table.until(deal, lambda r: may_sign(r, role), f"the turn of {who}")
        self.table.press(who, deal, f"list:{role.value}", "gate.sign", signature(role))

    def opened(self, deal: str) -> None:
        """Chloe invites the client's people and sets the kickoff: the gate opens, and the CRM is told."""
        table, emails = self.table, people_of(self.deals[deal])
        day = (table.stage.clock.now().date() + timedelta(days=90)).isoformat()
        opener = ("list:csm", "kickoff.set", "view.kickoff")
        table.fill("chloe", deal, opener, lambda *_: {"kickoff": {"kickoff": day}}, kickoff(day))

        def values(view: dict[str, Any], _: Handover) -> dict[str, dict[str, Any]]:
            first = any(block.get("block_id") == "who" for block in view["blocks"])
            return {"who": {"who": list(emails)}, "right": {"right": "comment"}} if first else {}

        opener = ("list:csm", "access.review", "view.access")
        table.fill("chloe", deal, opener, values, lambda r: {a.email for a in r.access} == set(emails))
        table.command("dev", deal, "audit {} file", lambda _: True, job="SendHistory")
        table.until(deal, lambda r: r.state is State.IN_PROGRESS, "the open gate")


def points_of(record: Handover) -> list[int]:
    """The ids of the points that are open."""
    return sorted(entry.id for entry in record.entries if entry.open)


def promised(*words: str) -> Shows:
    """Each of these promises stands on the record once, with who said it."""

    def shows(record: Handover) -> bool:
        found = [e.text for e in record.entries if e.standing and e.kind is Kind.COMMITMENT and e.author]
        return all(found.count(one) == 1 for one in words)

    return shows


def answered(key: str) -> Shows:
    """The record keeps that click as an answer, with who gave it."""

    def shows(record: Handover) -> bool:
        answer = record.answer(key)
        return answer is not None and answer.person > 0

    return shows


def disposed(record: Handover, ids: Sequence[int], how: Disposition = Disposition.IN_SCOPE) -> bool:
    """Whether these points are answered so."""
    found = [entry.point for one in ids if (entry := record.entry(one))]
    return [point.disposition for point in found if point and point.answered_by] == [how] * len(ids)


def ticked(key: str) -> Shows:
    """The record keeps the tick, with who set it."""

    def shows(record: Handover) -> bool:
        item = record.item(key)
        return item is not None and item.ticked_by > 0 and item.ticked_at is not None

    return shows


def signature(role: Role) -> Shows:
    """The role's holder has signed, once, and the signature stands."""

    def shows(record: Handover) -> bool:
        found = [s for s in record.signatures if s.role is role and s.stands]
        return len(found) == 1 and found[0].person == record.roles[role]

    return shows


def may_sign(record: Handover, role: Role) -> bool:
    """Whether it is this role's turn to sign."""
    return any(turn.action == "sign" and turn.role is role and turn.possible for turn in gate.turns(record))


def kickoff(day: str) -> Shows:
    """The record has that day."""
    return lambda record: record.kickoff == date.fromisoformat(day)
