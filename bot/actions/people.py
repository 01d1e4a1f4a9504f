"""Who holds which role: naming, handing over, taking over, and "Not mine" with a reason. Signatures given stay."""

from datetime import datetime

from bot import gate
from bot.actions import rights
from bot.actions.lists import gone, ring_closing, settle
from bot.actions.pause import managers
from bot.actions.provision import begin_when_ready
from bot.actions.remind import heard
from bot.clock.absence import missing, stand_in
from bot.deal import Deal
from bot.effects import Direct, JoinTeam, Reply
from bot.errors import Refused
from bot.handover import ENDED, Handover, State
from bot.people import HANDOVER_ROLES, TITLES, Person, Role, Sight, can_hold, may, sight
from bot.rights import Deed, Who
from bot.terms import Said, Terms, manager_of
from bot.unit import Unit

Places = dict[int, list[list[object]]]  # whom to tell → the empty roles: record, role, title
BY_HAND = ("assigned", "not_mine", "taken_over")  # events by which people change who holds a role


def assign(
    unit: Unit, handover_id: int, who: Person, *, role: Role, person: Person, terms: Terms, now: datetime
) -> Said | Refused:
    """Names a role's holder: by the delivery manager, a head, sales operations, or the holder who hands it over."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_name(unit, handover, who, [role]) or _problem(handover, role, person)
    if problem:
        return Refused(problem)
    if handover.roles.get(role, 0) == person.id:
        return Said(f"{person.first_name} is the {TITLES[role]} already.")
    before = unit.person(handover.roles.get(role, 0))
    _put(unit, handover, role, person, "assigned", who, now)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    stays = _stays_in(handover, before)
    _tell_new_holder(unit, handover, role, person, who, before=before)
    if terms.settings.provision_auto:
        begin_when_ready(unit, handover, terms=terms, now=now)
    told = (
        f" {before.first_name} is still in {stays}: take them out there if that is not wanted."
        if before and stays
        else ""
    )
    return Said(f"{person.first_name} is the {TITLES[role]} of {handover.client} now.{told}")


def take_over(
    unit: Unit, handover_id: int, who: Person, *, role: Role, whom: int, terms: Terms, now: datetime
) -> Said | Refused:
    """The deputy in force takes the role from `whom`, a holder who is away or gone. Nobody is rung.

    Signatures given stay: the deputy signs as themselves what is not signed yet. Who is away is left in peace.
    """
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    if who.id and handover.roles.get(role) == who.id:
        return Said(f"You are the {TITLES[role]} already.")
    holder, asked = unit.person(handover.roles.get(role, 0)), rights.manager(unit, handover)
    problem = (
        _problem(handover, role, who)
        or _taken_problem(holder, role, whom, asked)
        or (_take_over_problem(unit, holder, who, asked, terms=terms, now=now) if holder else "")
    )
    if problem:
        return Refused(problem)
    _put(unit, handover, role, who, "taken_over", who, now)
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    heard(unit, handover.id, who, whom, terms=terms, now=now)
    _tell_new_holder(unit, handover, role, who, who)
    return Said(f"You are the {TITLES[role]} of {handover.client} now. Thank you for standing in.")


def not_mine(
    unit: Unit, handover_id: int, who: Person, *, role: Role, reason: str, terms: Terms, now: datetime
) -> Said | Refused:
    """Hands a role back with a reason; the delivery manager is asked to name somebody."""
    handover = unit.handover(handover_id)
    if handover is None:
        return gone()
    problem = rights.to_give_back(unit, handover, who, role)
    if problem:
        return Refused(problem)
    if not reason.strip():
        return Refused("Say in a few words why it is not yours: the delivery manager will read it.")
    del handover.roles[role]
    _give_back(unit, handover, who.id, now)
    handover.note(now, "not_mine", person=who.id, role=role.value, why=reason.strip())
    settle(unit, handover, terms=terms, now=now, actor=who.id)
    stays = _stays_in(handover, who)
    data = {"role": role.value, "reason": reason.strip(), "by": who.id} | ({"stays": stays} if stays else {})
    for person_id in managers(unit, handover):
        unit.emit(Direct(person_id, "not_mine", f"{handover.shown_id}:{role}:{now.isoformat()}", handover.id, data))
    still = f" You are still in {stays}." if stays else ""
    return Said(f"Thank you. The delivery manager names somebody else.{still}")


def left(unit: Unit, person: Person, *, terms: Terms, now: datetime) -> None:
    """Whoever can hold no role any more, a guest by now or without an account, gives all of them back, and each item.

    An empty role is the delivery manager's to fill: each is told once, of all records together. Signatures stay.
    """
    told: Places = {}
    for handover_id in unit.open_of({person.id}):
        handover = unit.handover(handover_id)
        if handover is not None:
            _leaves(unit, handover, person, told, terms=terms, now=now)
    _tell_left(unit, person, told, now)


def come_back(unit: Unit, handover: Handover, *, terms: Terms, now: datetime) -> None:
    """A record goes on that was closed: whoever can hold no role any more gives back what they kept in it."""
    gone = [person for person in unit.people(handover.people).values() if not can_hold(person)]
    # The delivery manager first: whoever is told of the others' empty roles must be there.
    for person in sorted(gone, key=lambda one: one.id != manager_of(handover)):
        told: Places = {}
        _leaves(unit, handover, person, told, terms=terms, now=now)
        _tell_left(unit, person, told, now)


def _leaves(unit: Unit, handover: Handover, person: Person, told: Places, *, terms: Terms, now: datetime) -> None:
    held = handover.roles_of(person.id)
    if not _given_back(handover, person, now):
        return
    settle(unit, handover, terms=terms, now=now)
    for manager in managers(unit, handover) if held else ():
        told.setdefault(manager, []).extend([handover.id, role.value, handover.title] for role in held)


def _tell_left(unit: Unit, person: Person, told: Places, now: datetime) -> None:
    for manager, places in told.items():
        if manager != person.id:
            unit.emit(Direct(manager, "left", f"{person.id}:{now.isoformat()}", data={"by": person.id, "at": places}))


def follow_owner(unit: Unit, handover: Handover, was: Deal, *, now: datetime) -> bool:
    """Gives the sales rep's role to the deal's new owner, unless people have named the sales rep here by hand.

    A new owner who is nobody in Slack leaves the role empty. A deal without an owner changes nothing: whoever sold it
    still knows it. Signatures stay. Whether anything changed; `tell_owner` tells the people once it is saved.
    """
    owner, holder = handover.deal.owner, handover.roles.get(Role.SALES_REP, 0)
    if owner is None or (was.owner and was.owner.email.lower() == owner.email.lower()) or _named_by_hand(handover):
        return False
    person = unit.by_email(owner.email) if owner.email else None
    new = person.id if person and can_hold(person) else 0
    before = unit.by_email(was.owner.email) if was.owner and was.owner.email else None
    if new == holder or (not new and holder != (before.id if before else 0)):
        return False  # whom a routing rule found stays, while neither owner is in Slack
    if new:
        handover.roles[Role.SALES_REP] = new
    else:
        del handover.roles[Role.SALES_REP]
    _give_back(unit, handover, holder, now)
    handover.note(now, "owner_changed", role=Role.SALES_REP.value, was=holder, now=new)
    return True


def tell_owner(unit: Unit, handover: Handover, *, now: datetime) -> None:
    """After the role followed the owner: the new holder as if assigned, or whoever must name one."""
    person = unit.person(handover.roles.get(Role.SALES_REP, 0))
    if person:
        was = next((int(e.data["was"] or 0) for e in reversed(handover.events) if e.kind == "owner_changed"), 0)
        _tell_new_holder(unit, handover, Role.SALES_REP, person, Person(0, ""), before=unit.person(was))
        if handover.state is State.PRESALE:
            _send_brief(unit, handover, Role.SALES_REP, person)  # an open deal has no thread in which it would be read
        return
    for person_id in managers(unit, handover):
        serial = f"{handover.shown_id}:{Role.SALES_REP}:{now.isoformat()}"
        unit.emit(Direct(person_id, "empty_role", serial, handover.id, {"role": Role.SALES_REP.value}))


def _named_by_hand(handover: Handover) -> bool:
    changes = (event for event in handover.events if event.person and event.data.get("role") == Role.SALES_REP)
    return any(event.kind in BY_HAND for event in changes)


def _given_back(handover: Handover, person: Person, now: datetime) -> bool:
    roles = handover.roles_of(person.id)
    held = [item for item in handover.items if item.holder == person.id]
    for role in roles:
        del handover.roles[role]
        handover.note(now, "left", role=role.value, was=person.id, now=0)
    for item in held:
        item.holder = 0
    return bool(roles or held)


def _put(unit: Unit, handover: Handover, role: Role, person: Person, kind: str, who: Person, now: datetime) -> None:
    before = handover.roles.get(role, 0)
    handover.roles[role] = person.id
    if role is Role.DELIVERY_MANAGER:
        handover.office = person.office
    handover.note(now, kind, person=who.id, role=role.value, was=before, now=person.id)
    _give_back(unit, handover, before, now)


def _give_back(unit: Unit, handover: Handover, person_id: int, now: datetime) -> None:
    # Who cannot see the record any more cannot do what they took over there: it goes back to its role.
    person = unit.person(person_id)
    if person is None or sight(person, handover.roles) is Sight.WHOLE:
        return
    for item in handover.items:
        if item.holder == person_id:
            item.holder = 0
            handover.note(now, "given_back", person=person_id, item=item.key, text=item.text)


def _taken_problem(holder: Person | None, role: Role, whom: int, asked: str) -> str:
    if holder is None:
        return f"Nobody is the {TITLES[role]} yet: {asked} names somebody."
    if holder.id != whom:
        return f"{holder.first_name} is the {TITLES[role]} now: nobody has to take over."
    return ""


def _take_over_problem(unit: Unit, holder: Person, who: Person, asked: str, *, terms: Terms, now: datetime) -> str:
    if not missing(holder, now):
        return f"{holder.first_name} is back. Ask {holder.first_name} to hand the role over."
    deputy = stand_in(unit, holder, terms.settings, now)
    if deputy is None:
        return f"Nobody stands in for {holder.first_name}: ask {asked} to name you."
    if not may(who, Deed.TAKE_OVER, also=(Who.DEPUTY,) if deputy.id == who.id else ()):
        return f"Only {deputy.first_name} stands in for {holder.first_name}. Ask {deputy.first_name}."
    return ""


def _problem(handover: Handover, role: Role, person: Person) -> str:
    if role not in HANDOVER_ROLES:
        return "This role belongs to the company, not to one handover: it is set in baton.toml."
    if handover.state in ENDED:
        return f"{handover.title} is closed: its people stay as they were."
    if person.guest:
        return f"{person.first_name} is a guest in Slack. Guests hold no role: choose a colleague."
    if not can_hold(person):
        return f"{person.first_name} has no active Slack account here: choose somebody else."
    return ""


def _stays_in(handover: Handover, person: Person | None) -> str:
    """Where somebody is still let in who sees the record no more, in words; '' for nowhere. Baton takes nobody out."""
    if person is None or not can_hold(person) or sight(person, handover.roles) is Sight.WHOLE:
        return ""
    rooms = [("the project's channel", handover.channel_id), ("the workspace", handover.workspace_id)]
    return " and ".join(name for name, there in rooms if there)


def _tell_new_holder(
    unit: Unit, handover: Handover, role: Role, person: Person, who: Person, *, before: Person | None = None
) -> None:
    if handover.channel_id or handover.workspace_id:
        unit.emit(JoinTeam(handover.id, person.id, nonce=f"{role}:{handover.rev}"))
    # The new holder gets the brief and the open points, once; those who can act in an open thread are rung there.
    if handover.state is State.PRESALE:
        ring_closing(unit, handover)
        return
    if person.id == who.id:
        return
    if gate.turns_of(handover, person.id):
        stays = _stays_in(handover, before)
        more = {"before": before.id, "stays": stays} if before and stays else {}
        serial = f"{role}:{person.id}:{handover.rev}"
        unit.emit(Reply(handover.id, "new_holder", serial, {"role": role.value, **more}))
    else:
        _send_brief(unit, handover, role, person)


def _send_brief(unit: Unit, handover: Handover, role: Role, person: Person) -> None:
    serial = f"{handover.shown_id}:{role}:{person.id}:{handover.rev}"
    unit.emit(Direct(person.id, "brief", serial, handover.id, {"role": role.value}))
