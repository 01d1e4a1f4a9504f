"""The table of rights: the only place that says who may see and do what. `docs/rights.md` is made from it.

Nobody signs for somebody else: each signature's row names one holder and nobody beside them.
"""

from collections.abc import Mapping

from bot.rights import Deed, Right, Who

REP, PM, CSM, DM = Who.SALES_REP, Who.PM, Who.CSM, Who.DELIVERY_MANAGER
SEE_ALL = (REP, PM, CSM, DM, Who.ANY_MANAGER, Who.SALES_OPS, Who.HEAD)  # who sees the whole record
COMPANY = (Who.SALES_OPS, Who.HEAD, Who.ANY_MANAGER, Who.PEER)  # roles that the company gave

SEEING = {
    Deed.SEE_OUTLINE: Right("See client, project, state, dates and people; the lists and the digest", (Who.COLLEAGUE,)),
    Deed.SEE_WHOLE: Right(
        "See the whole record: promises, why a date matters, stances, points, amounts, discounts, the brief, what is "
        "missing",
        SEE_ALL,
    ),
    Deed.SEE_HISTORY: Right("See the timeline, and get it as a file", SEE_ALL),
    Deed.SEE_LATE: Right("See all that is late on Home", (Who.HEAD,)),
    Deed.SEE_SETTINGS: Right("See the settings in force", (Who.SALES_OPS, Who.ANY_MANAGER, Who.HEAD)),
    Deed.SEE_HEALTH: Right("See how the connections do", (Who.SALES_OPS, Who.HEAD)),
}
CAPTURE = {
    Deed.START: Right("Start a handover, track a deal, search the CRM", COMPANY),
    Deed.PRESALE_SIGN: Right("Sign presale work off", SEE_ALL),
    Deed.CONTEXT_ADD: Right("Add promises, dates, people and other context", (*SEE_ALL, Who.PEER)),
    Deed.CONTEXT_UNDO: Right("Take back what was just saved", (Who.SELF,)),
    Deed.CONTEXT_NONE: Right(
        "Say that nothing was promised, or that nobody is known", (REP, DM, Who.TAKER), ("entry",)
    ),
    Deed.DOCUMENTS_READ: Right("Say that the presale documents are read", (PM, Who.TAKER), ("presale_read",)),
    Deed.POINTS_ANSWER: Right("Answer the points", (PM, DM, Who.TAKER), ("points_answered",)),
    Deed.QUESTIONS_ANSWER: Right("Answer what the project manager asks", (REP, DM)),
}
WORK = {
    Deed.SCOPE_CONFIRM: Right("Confirm the scope", (DM, Who.TAKER), ("scope_confirmed", "document")),
    Deed.WORKSPACE_MEND: Right(
        "Set up the workspace, try a step again, mark it as done by hand", (DM, PM, Who.TAKER), ("provisioned",)
    ),
    Deed.WORKSPACE_READ: Right("Have the workspace read anew", SEE_ALL),
    Deed.TASKS_SET: Right("Give tasks an owner and a date", (PM, DM, Who.TAKER), ("tasks_owned",)),
    Deed.KICKOFF_SET: Right("Set the kickoff date", (CSM, PM, DM, Who.TAKER), ("kickoff_date",)),
    Deed.CLIENT_INVITE: Right("Review and invite the client", (CSM, Who.TAKER), ("access_reviewed",)),
    Deed.CLIENT_MEND: Right(
        "Try an invitation again, mark it as done by hand", (CSM, DM, Who.TAKER), ("client_access",)
    ),
    Deed.TICK_SALES_REP: Right("Tick or hand on what stands on the sales rep's list", (REP, DM, Who.TAKER)),
    Deed.TICK_PM: Right("Tick or hand on what stands on the project manager's list", (PM, DM, Who.TAKER)),
    Deed.TICK_CSM: Right("Tick or hand on what stands on client success's list", (CSM, DM, Who.TAKER)),
    Deed.TICK_DELIVERY_MANAGER: Right("Tick or hand on what stands on the delivery manager's list", (DM, Who.TAKER)),
    Deed.REMIND: Right("Remind somebody, once a day", SEE_ALL),
    Deed.REMINDER_LATER: Right("Put a reminder off", (Who.SELF,)),
    Deed.LATE_TAKE: Right("Take what is late into own hands", (DM, Who.HEAD)),
}
GATE = {
    Deed.SIGN_DELIVERY_MANAGER: Right("Sign as delivery manager: the data is complete", (DM,)),
    Deed.SIGN_PM: Right("Sign as project manager: owners and dates", (PM,)),
    Deed.SIGN_SALES_REP: Right("Sign as sales rep: the client context is right", (REP,)),
    Deed.OVERRIDE: Right("Open the gate against its rules, with a reason that everyone concerned reads", (Who.HEAD,)),
    Deed.STAGE: Right("Change the stage after the gate", (PM, CSM), empty={PM: DM}),
    Deed.CLOSE: Right("Close the deal after delivery", (PM,), empty={PM: DM}),
}
PEOPLE = {
    Deed.NAME: Right("Name who holds a role", (DM, Who.SALES_OPS, Who.HEAD, Who.ANY_MANAGER)),
    Deed.HAND_SALES_REP: Right("Give the sales rep's role back, or to somebody else", (REP,)),
    Deed.HAND_PM: Right("Give the project manager's role back, or to somebody else", (PM,)),
    Deed.HAND_CSM: Right("Give client success's role back, or to somebody else", (CSM,)),
    Deed.HAND_DELIVERY_MANAGER: Right("Give the delivery manager's role back, or to somebody else", (DM,)),
    Deed.TAKE_OVER: Right("Take the role of a holder who is away", (Who.DEPUTY,)),
}
RECORD = {
    Deed.PAUSE: Right("Stop the clock while waiting on the client, change the date, let it go on", SEE_ALL),
    Deed.PAUSE_UNDO: Right("Take such a stop back", (DM,), empty={DM: Who.HEAD}),
    Deed.HOLD_END: Right("Say that a handover on hold goes on", (REP, DM)),
    Deed.HELD_WINS: Right("Decide about many wins at once", (Who.SALES_OPS, Who.HEAD, Who.ANY_MANAGER)),
    Deed.SPLIT: Right("Split a deal into workstreams", (DM, Who.SALES_OPS, Who.HEAD)),
    Deed.CARRY: Right("Carry what was captured over to the deal merged into", (DM,)),
    Deed.CANCEL: Right("Cancel a handover, with a reason", (DM, Who.SALES_OPS, Who.HEAD)),
}
COMPANYS = {
    Deed.PREFERENCES: Right("Choose one's own reminders, absence and deputy", (Who.COLLEAGUE,)),
    Deed.TEMPLATE: Right("Change the checklist of new handovers", (Who.SALES_OPS, Who.HEAD)),
    Deed.SETUP: Right("Change what is set up in Slack", (Who.OWNER, Who.SALES_OPS, Who.HEAD)),
}
SECTIONS: Mapping[str, Mapping[Deed, Right]] = {
    "Seeing": SEEING,
    "What people know": CAPTURE,
    "The work": WORK,
    "The gate": GATE,
    "People": PEOPLE,
    "The clock and the record": RECORD,
    "The company": COMPANYS,
}
TABLE: Mapping[Deed, Right] = {deed: right for rows in SECTIONS.values() for deed, right in rows.items()}
