"""Which function performs which effect: the whole list, by name."""

from collections.abc import Mapping

from handlers.deliver import (
    channels,
    crm,
    digest,
    direct,
    files,
    held,
    identify,
    promises,
    provision,
    reminders,
    thread,
    workspace,
)
from handlers.deliver.company import edit_out, parked, reasons, setup
from handlers.deliver.loop import Performer

PERFORMERS: Mapping[str, Performer] = {
    "ReadInbox": crm.read_inbox,
    "ReadDeal": crm.read_deal,
    "MarkMigrated": crm.mark_migrated,
    "WriteStage": crm.write_stage,
    "SearchCrm": crm.search_crm,
    "Redraw": thread.redraw,
    "CheckReaders": channels.check_readers,
    "Reply": thread.send_reply,
    "Direct": direct.send_direct,
    "Whisper": direct.send_whisper,
    "Home": direct.publish_home,
    "TellAdmin": direct.tell_admin,
    "RedrawHeld": held.redraw,
    "RedrawParked": parked.redraw,
    "Provision": provision.provision,
    "LinkWorkspace": provision.link_workspace,
    "JoinTeam": provision.join_team,
    "InviteClient": workspace.invite_client,
    "PromiseTasks": promises.promise_tasks,
    "ReadTasks": workspace.read_tasks,
    "SetTask": workspace.set_task,
    "Remind": reminders.send_reminder,
    "RedrawReminder": reminders.redraw_reminder,
    "PostDigest": digest.post_digest,
    "Identify": identify.identify,
    "SendHistory": files.send_history,
    "SendChecklist": files.send_checklist,
    "SetUp": setup.set_up,
    "EditOut": edit_out.edit_out,
    "HideReasons": reasons.hide_one,
}
