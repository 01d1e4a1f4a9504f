"""Every deed with the doors that lead to it, and a record on which it can be done."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from blocks import ids
from bot.handover import (
    Handover,
)
from bot.people import HANDOVER_ROLES, Role
from bot.rights import Deed, Who
from tests.rights.desk import Desk
from tests.rights.doors import (
    NO_STRANGER,
    Door,
    always,
    another_file,
    another_version,
    applied,
    button,
    click,
    form,
    hand_over,
    handed,
    into,
    later,
    mention,
    menu,
    message,
    named,
    pause_mark,
    picked,
    points,
    redraw,
    search,
    task,
    ticks,
    verb,
)
from tests.rights.records import (
    PM,
    SECRET,
    away,
    bare,
    broken,
    held,
    live,
    many_wins,
    merged,
    paused,
    plan,
    presale,
    ready,
    reminded,
    scoped,
    signed,
    some_day,
    told_of_merge,
    won,
)


@dataclass(frozen=True)
class Case:
    """One row of the table on one record. `more` are rows that permit it as well; `empty` is a role without a holder.

    For those in `already` it is so already: they may not, as there is nothing to do.
    """

    deed: Deed
    make: Callable[[Desk], Handover]
    doors: tuple[Door, ...]
    more: tuple[Deed, ...] = ()
    empty: Who | None = None
    before: Callable[[Desk, int], Any] = field(default=lambda _, __: None)
    already: tuple[str, ...] = ()


SEEN = (
    Case(
        Deed.SEE_OUTLINE,
        won,
        (
            verb("HO", "Cloud Migration"),
            verb("list all", "Cloud Migration"),
            verb("mine", NO_STRANGER),
            verb("help", NO_STRANGER),
            verb("digest", NO_STRANGER),
            click(ids.SHOW_CARD),
            Door(
                (ids.DIGEST_ALL,),
                lambda desk, who, _: desk.click(who, button(ids.DIGEST_ALL, "all")),
                shows=NO_STRANGER,
            ),
            Door(
                (ids.DIGEST_MINE,),
                lambda desk, who, _: desk.click(who, button(ids.DIGEST_MINE, "x")),
                shows=NO_STRANGER,
            ),
            redraw(ids.DIGEST_NEXT, "views.update"),
            redraw(ids.DIGEST_BACK, "views.update"),
        ),
    ),
    Case(
        Deed.SEE_WHOLE,
        won,
        (
            verb("brief HO", SECRET),
            verb("find weekly", SECRET),
            click(ids.BRIEF, shows=SECRET),
            menu(ids.ROOT_MENU, ids.BRIEF, shows=SECRET),
            click(ids.MISSING, shows="view.missing"),
            click(ids.PRESALE, shows="view.read"),
            verb("presale HO", "view.read"),
        ),
    ),
    Case(
        Deed.SEE_HISTORY,
        won,
        (
            click(ids.HISTORY, shows="view.read"),
            menu(ids.ROOT_MENU, ids.HISTORY, shows="view.read"),
            click(ids.HISTORY_FILE),
            verb("audit HO", "History"),
            verb("audit HO file", "by direct message"),
        ),
    ),
    Case(Deed.SEE_SETTINGS, bare, (verb("settings", "The settings in force"),)),
    Case(Deed.SEE_HEALTH, bare, (verb("health", "HubSpot"),)),
)
KNOWN = (
    Case(
        Deed.START,
        bare,
        (
            form(verb("new"), ids.VIEW_NEW, always(client="Ovo", project="Portal", start="2027-01-11")),
            Door((ids.SHORTCUT_NEW,), lambda desk, who, _: desk.shortcut(who, ids.SHORTCUT_NEW), shows="view.new"),
            Door((ids.TRACK_DEAL,), lambda desk, who, _: desk.click(who, button(ids.TRACK_DEAL, "hubspot:9001"))),
            Door((ids.SEARCH_CRM,), lambda desk, who, _: desk.click(who, button(ids.SEARCH_CRM, "ovo"))),
        ),
    ),
    Case(
        Deed.PRESALE_SIGN,
        presale,
        (form(click(ids.PRESALE_SIGN, ":discovery"), ids.VIEW_PRESALE, always(deliverable="Notes")),),
    ),
    Case(
        Deed.CONTEXT_ADD,
        won,
        (
            form(click(ids.ADD_PROMISE), ids.VIEW_PROMISE, always(words="Free parking")),
            form(
                click(ids.ADD_DATE),
                ids.VIEW_CONTEXT,
                always(**{"words": "Board meets", "real_deadline.real_date": "2027-09-01"}),
            ),
            click(ids.ADD_STAKEHOLDER, shows="view.context"),
            click(ids.ADD_CONTEXT, shows="view.context"),
            verb("commit HO free parking", "Saved 1 promise"),
            Door(("app_mention",), mention),
            Door((ids.SHORTCUT_EVIDENCE,), message, shows="view.promise"),
            search(ids.DEAL_SEARCH, "abc", "ABC Fintech"),
            search(ids.CONTACT_SEARCH, "kle", "M. Klein"),
            redraw(ids.MORE_DETAILS, "views.update"),
            redraw(ids.ADD_KIND, "views.update"),
        ),
    ),
    Case(Deed.CONTEXT_UNDO, won, (click(ids.UNDO, ":b1"),)),
    Case(
        Deed.CONTEXT_NONE,
        bare,
        (click(ids.NONE_PROMISED), click(ids.CONTRACT_DATE), click(ids.NOBODY_KNOWN)),
    ),
    Case(Deed.DOCUMENTS_READ, bare, (click(ids.ALL_READ), click(ids.OPEN_DOCUMENT, ":d1", silent=True))),
    Case(
        Deed.POINTS_ANSWER,
        won,
        (
            form(click(ids.ANSWER_POINTS), ids.VIEW_POINTS, points(asked=False)),
            redraw(ids.POINT_CHOICE, SECRET),
        ),
    ),
    Case(
        Deed.QUESTIONS_ANSWER,
        won,
        (form(click(ids.ANSWER_QUESTION), ids.VIEW_QUESTION, points(asked=True)),),
    ),
)
WORK = (
    Case(
        Deed.SCOPE_CONFIRM,
        won,
        (form(click(ids.CONFIRM_SCOPE), ids.VIEW_SCOPE, always(end="2027-09-01")), verb("scope HO", "view.scope")),
    ),
    Case(Deed.WORKSPACE_MEND, scoped, (click(ids.PROVISION),)),
    Case(
        Deed.WORKSPACE_MEND,
        broken,
        (
            click(ids.RETRY_STEP, ":channel"),
            form(click(ids.STEP_BY_HAND, ":channel"), ids.VIEW_BY_HAND, always(words="Made it myself")),
        ),
    ),
    Case(Deed.WORKSPACE_READ, ready, (click(ids.READ_TASKS),)),
    Case(Deed.TASKS_SET, plan, (form(click(ids.SET_TASKS), ids.VIEW_TASKS, task),)),
    Case(
        Deed.KICKOFF_SET,
        ready,
        (form(click(ids.SET_KICKOFF), ids.VIEW_KICKOFF, lambda desk, _: {"kickoff": some_day(desk).isoformat()}),),
    ),
    Case(
        Deed.CLIENT_INVITE,
        signed,
        (form(click(ids.REVIEW_ACCESS), ids.VIEW_ACCESS, always(nobody="After the kickoff")),),
    ),
    Case(
        Deed.CLIENT_MEND,
        signed,
        (click(ids.RETRY_ACCESS, ":m@abc.example"), click(ids.ACCESS_BY_HAND, ":m@abc.example")),
    ),
    *(
        Case(
            Deed(f"tick.{role}"),
            won,
            (ticks(f"hand-{role}"), click(ids.ITEM_DONE, f":hand-{role}"), handed(f"hand-{role}", role)),
        )
        for role in HANDOVER_ROLES
    ),
    Case(Deed.REMIND, scoped, (click(ids.REMIND, f":{PM}"),)),
    Case(Deed.REMINDER_LATER, scoped, (Door((ids.REMIND_LATER,), later),), before=reminded),
    Case(Deed.LATE_TAKE, scoped, (click(ids.TAKE_IT),)),
)
GATE = (
    *(
        Case(Deed(f"sign.{role}"), ready, (click(ids.SIGN, f":{role}"),))
        for role in (Role.DELIVERY_MANAGER, Role.PM, Role.SALES_REP)
    ),
    Case(
        Deed.OVERRIDE,
        scoped,
        (form(click(ids.OVERRIDE), ids.VIEW_OVERRIDE, always(reason="The client begins on Monday in any case")),),
    ),
    *(
        Case(
            Deed.STAGE,
            live,
            (
                form(click(ids.STAGE), ids.VIEW_STAGE, always(stage="maintenance")),
                menu(ids.ROOT_MENU, ids.STAGE, shows="view.stage"),
                verb("stage HO", "view.stage"),
            ),
            empty=empty,
        )
        for empty in (None, Who.PM)
    ),
    *(
        Case(
            Deed.CLOSE,
            live,
            (form(click(ids.STAGE), ids.VIEW_STAGE, always(stage="closed"), saving=True),),
            empty=empty,
        )
        for empty in (None, Who.PM)
    ),
)
STAFF = (
    Case(
        Deed.NAME,
        won,
        (
            form(menu(ids.ROOT_MENU, ids.CHANGE_PEOPLE), ids.VIEW_PEOPLE, named, saving=True),
            form(click(ids.CHANGE_PEOPLE), ids.VIEW_PEOPLE, named, saving=True),
            picked(Role.CSM),
            verb("assign HO csm <@U9NICO>", "Nico is the client success"),
            hand_over(Role.CSM),
        ),
        more=(Deed.HAND_CSM,),
    ),
    *(
        Case(
            Deed(f"role.hand.{role}"),
            won,
            (form(menu(ids.LIST_MENU, ids.NOT_MINE, f":{role}"), ids.VIEW_NOT_MINE, always(reason="On leave")),),
        )
        for role in HANDOVER_ROLES
    ),
    Case(Deed.TAKE_OVER, won, (click(ids.TAKE_OVER, f":pm:{PM}"),), before=away, already=("Ben",)),
)
RECORD = (
    Case(
        Deed.PAUSE,
        scoped,
        (
            form(
                click(ids.PAUSE),
                ids.VIEW_PAUSE,
                lambda desk, _: {"reason": "test data", "expected": some_day(desk).isoformat()},
            ),
            menu(ids.ROOT_MENU, ids.PAUSE, shows="view.pause"),
            verb("pause HO until 2026-11-25 test data", "waits on the client until"),
        ),
    ),
    Case(
        Deed.PAUSE,
        paused,
        (
            click(ids.RESUME),
            form(
                click(ids.STILL_WAITING),
                ids.VIEW_EXTEND,
                lambda desk, _: {"expected": some_day(desk).isoformat(), "reason": "more test data"},
            ),
            menu(ids.ROOT_MENU, ids.STILL_WAITING, shows="view.extend"),
            verb("resume HO", "It goes on"),
        ),
    ),
    *(
        Case(
            Deed.PAUSE_UNDO,
            paused,
            (
                Door(
                    (ids.UNDO_PAUSE,),
                    lambda desk, who, n: desk.click(who, button(ids.UNDO_PAUSE, f"{n}:{pause_mark(desk, n)}")),
                ),
            ),
            empty=empty,
        )
        for empty in (None, Who.DELIVERY_MANAGER)
    ),
    Case(Deed.HOLD_END, held, (click(ids.RESUME_HOLD),)),
    Case(
        Deed.HELD_WINS,
        bare,
        (
            Door((ids.HELD,), lambda desk, who, _: desk.click(who, button(ids.HELD, "ignore"))),
            Door((ids.HELD,), lambda desk, who, _: desk.click(who, button(ids.HELD, "show"))),
        ),
        before=many_wins,
    ),
    Case(
        Deed.SPLIT,
        bare,
        (
            form(click(ids.SPLIT), ids.VIEW_SPLIT, always(parts="Portal: 80000\nData: 4000")),
            verb("split HO", "view.split"),
        ),
    ),
    Case(Deed.CARRY, merged, (Door((ids.CARRY,), into),), before=told_of_merge),
    Case(
        Deed.CANCEL,
        won,
        (
            form(click(ids.CANCEL), ids.VIEW_CANCEL, always(reason="Opened by mistake")),
            verb("cancel HO", "view.cancel"),
        ),
    ),
)

COMPANY = (
    Case(
        Deed.PREFERENCES,
        bare,
        (
            form(click(ids.PREFERENCES), ids.VIEW_PREFERENCES, always(reminders="off")),
            verb("prefs", "view.prefs"),
        ),
    ),
    Case(
        Deed.TEMPLATE,
        bare,
        (
            verb("template", ids.TEMPLATE_EDIT),
            Door((ids.TEMPLATE_GET,), lambda desk, who, _: desk.click(who, button(ids.TEMPLATE_GET, "0"))),
            form(click(ids.TEMPLATE_EDIT), ids.VIEW_TEMPLATE, another_version),
            form(click(ids.TEMPLATE_UPLOAD), ids.VIEW_TEMPLATE_FILE, another_file),
            Door((ids.TEMPLATE_BACK,), lambda desk, who, _: desk.click(who, button(ids.TEMPLATE_BACK, "0"))),
            Door((ids.VIEW_TEMPLATE_APPLY,), applied),
        ),
    ),
    Case(
        Deed.SETUP,
        bare,
        (form(verb("setup"), ids.VIEW_SETUP, always()), redraw(ids.SETUP_OFFICE, "views.update")),
    ),
)

CASES = (*SEEN, *KNOWN, *WORK, *GATE, *STAFF, *RECORD, *COMPANY)
