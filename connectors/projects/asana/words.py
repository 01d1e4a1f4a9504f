"""What a person does by hand when Asana will not: plain text, shown as it is after escaping. No names, no addresses."""

PLAN = {
    "make the project": "Asana's plan does not allow this project: make it by hand, then mark this step as done.",
    "make the section": "Asana's plan does not allow sections here: add it by hand, then mark this step as done.",
    "make the task": "Asana's plan does not allow this task: add it by hand, then mark this step as done.",
    "add the link": "Asana's plan does not allow links on projects: paste it into the project by hand.",
    "tag the project": "Asana's plan does not allow tags: they stand in the project's description.",
    "add the member": "Asana's plan has no seat left: add this person by hand, or give them a seat and retry.",
    "invite the client": (
        "Asana's plan does not allow comment-only guests. Nobody was given more: share a status page by hand, or "
        "upgrade and retry."
    ),
}
PLAN_OTHERWISE = "Asana's plan does not allow this: do it by hand, then mark this step as done."
GONE = (
    "The project is not in Asana any more, or Baton's account was taken out of it: bring it back there, then try again."
)
TASK_GONE = "The task is not in Asana any more: have the workspace read anew."
"""Of what Baton made itself, so that somebody must have removed it."""
IN_A_PROJECT = frozenset(
    {
        "make the section",
        "read the sections",
        "find the task",
        "make the task",
        "read the tasks",
        "find the link",
        "add the link",
        "tag the project",
        "add the member",
        "read the members",
        "read the membership",
    }
)
NO_SUCH_PERSON = "This person is not in our Asana workspace: invite them there, then retry."
NO_VIEW_ONLY = (
    "Asana did not accept view-only for this person. Nobody was given more: share the project as viewer by hand, or "
    "invite with comment rights instead."
)
NO_COMMENT_ONLY = (
    "Asana did not accept comment-only for this person. Nobody was given more: share it by hand, then retry."
)
GAVE_OTHER_RIGHT = "Asana gave this person another right than asked, so they were taken out again: share it by hand."
WRONG_RIGHT = "A client may comment or view, nothing more: choose one of them."
TEAM_NEEDED = "Asana wants a team for new projects: set team in this connection's settings, then retry."
NO_WORKSPACE = "The token sees several Asana workspaces or none: set workspace in this connection's settings."
FREE_PLAN = "The plan has no custom fields or comment-only guests: client access will be a step by hand."


def gone(call: str) -> str:
    """What to do when the thing that this call is about is not there; '' when the vendor's own words must do."""
    if call == "set the task's dates":
        return TASK_GONE
    return GONE if call in IN_A_PROJECT else ""


def plan(call: str) -> str:
    """What to do by hand when the plan refuses that call (HTTP 402)."""
    return PLAN.get(call, PLAN_OTHERWISE)
