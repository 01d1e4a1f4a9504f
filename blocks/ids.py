"""Every action_id, callback_id and block_id prefix: used by the drawings, by the ears and by the manifest's test.

Messages live for years: an id that shipped keeps its meaning for ever. A button's `value` is `"<handover id>"` or
`"<handover id>:<subject>"`; an overflow entry's value is `"<action>:<handover id>"`.
"""

# Buttons and selects in messages, Home and modals.
ADD_CONTEXT = "context.add"  # value HO; opens the chooser of kinds
ADD_PROMISE = "promise.add"  # value HO; opens "Add a promise"
ADD_DATE = "date.add"  # value HO; opens the real-deadline modal
ADD_STAKEHOLDER = "stakeholder.add"  # value HO
ADD_KIND = "context.kind"  # static_select of kinds in the "Add context" modal (dispatches)
NONE_PROMISED = "none.commitment"  # value HO; one click
CONTRACT_DATE = "none.real_deadline"  # value HO; "The contract date"
NOBODY_KNOWN = "none.stakeholder"  # value HO; "Nobody that I know of"
UNDO = "entry.undo"  # value HO:batch
MORE_DETAILS = "promise.details"  # in the promise modal
ANSWER_POINTS = "points.answer"  # value HO; opens "Answer 6 points"
POINT_CHOICE = "points.choice"  # radio in that modal (dispatches)
ANSWER_QUESTION = "question.answer"  # value HO; opens the rep's answer modal
CONFIRM_SCOPE = "scope.confirm"  # value HO; opens the scope modal
TICK = "item.tick"  # checkboxes in a list; option value = item key; block_id LIST + role + version
ITEM_DONE = "item.done"  # value HO:item key; one click ticks it, where it is shown outside its list
SIGN = "gate.sign"  # value HO:role
MISSING = "gate.missing"  # value HO; opens "What's missing"
OVERRIDE = "gate.override"  # value HO; inside that modal
REMIND = "gate.remind"  # value HO:person id
PROVISION = "workspace.make"  # value HO; when provision.auto is off or nothing began
RETRY_STEP = "step.retry"  # value HO:step key
STEP_BY_HAND = "step.by_hand"  # value HO:step key; opens a confirm modal
OPEN_DOCUMENT = "document.open"  # value HO:document id; a URL button
ALL_READ = "document.all_read"  # value HO
REVIEW_ACCESS = "access.review"  # value HO; opens "Review and invite"
ACCESS_BY_HAND = "access.by_hand"  # value HO:email
RETRY_ACCESS = "access.retry"  # value HO:email
SET_KICKOFF = "kickoff.set"  # value HO; opens a date modal
SET_TASKS = "tasks.set"  # value HO; opens "Set dates"
READ_TASKS = "tasks.read"  # value HO; read the workspace anew
PICK_PERSON = "role.pick"  # users_select; block_id ROLE + role + ":" + HO
NOT_MINE = "role.not_mine"  # overflow entry role.not_mine:HO:role; opens a reason modal
HAND_OVER = "role.hand_over"  # overflow entry role.hand_over:HO:role; opens a person modal
TAKE_OVER = "role.take_over"  # value HO:role:holder; the deputy takes the role of somebody who is away
PREFERENCES = "prefs.open"  # opens the preferences of whoever clicks
LIST_MENU = "list.menu"  # overflow of a list
ROOT_MENU = "root.menu"  # overflow of the root; entries below
CHANGE_PEOPLE = "people.change"  # overflow entry people.change:HO; opens the people modal
BRIEF = "brief.show"  # overflow entry brief.show:HO or button
HISTORY = "history.show"  # overflow entry history.show:HO or button
HISTORY_FILE = "history.file"  # value HO: the timeline as a file, by direct message
OPEN_LINK = "link.open"  # any URL button that only opens something
SHOW_CARD = "card.show"  # value HO; the card of one of several matches
TRACK_DEAL = "deal.track"  # value connection:deal id
SEARCH_CRM = "crm.search"  # value: the words
HOME_TAB = "home.tab"  # value mine|sold|late|all; with :page
HELD = "held.verdict"  # value open|ignore|show
REMIND_LATER = "reminder.later"  # static_select; option value reminder:ISO moment
TAKE_IT = "late.take"  # value HO; the delivery manager or a head takes what waits there
RESUME_HOLD = "hold.end"  # value HO
PAUSE = "pause.begin"  # value HO, or overflow entry pause.begin:HO; opens "Waiting on client"
STILL_WAITING = "pause.extend"  # value HO, or overflow entry pause.extend:HO; opens "Still waiting"
RESUME = "pause.end"  # value HO; one click: the client's answer is here
UNDO_PAUSE = "pause.undo"  # value HO:the pause's name; the delivery manager takes it back
CANT_DO = "turn.cannot"  # value HO ids joined by ":", or none: all of the person's; opens "I can't do this"
CANT_WHY = "cannot.why"  # radio in that modal (dispatches)
CARRY = "merge.carry"  # value HO:number of the survivor's record; its entries are copied there
SPLIT = "deal.split"  # value HO; opens "Split the deal"
CANCEL = "handover.cancel"  # value HO; opens a reason modal
STAGE = "stage.change"  # value HO, or overflow entry stage.change:HO; opens "Change stage"
PRESALE = "presale.show"  # value HO; opens the index of the presale work
PRESALE_SIGN = "presale.sign"  # value HO:kind; opens the presale modal
DIGEST_ALL = "digest.all"  # all open handovers, in a private view
DIGEST_MINE = "digest.mine"  # those in which I hold a role
DIGEST_NEXT = "digest.next"  # in that view; value all|mine:page
DIGEST_BACK = "digest.back"  # the same
DEAL_SEARCH = "deal.search"  # external_select of deals
CONTACT_SEARCH = "contact.search"  # external_select of client contacts
SETUP_OFFICE = "setup.office"  # in the setup modal: shows the fields of the office
ZONE_SEARCH = "zone.search"  # external_select of time zones
TEMPLATE_EDIT = "template.edit"  # value: the checklist's name; opens its text in parts
TEMPLATE_GET = "template.get"  # value: version number; the checklist as a file, by direct message
TEMPLATE_UPLOAD = "template.upload"  # opens the form that takes a file
TEMPLATE_BACK = "template.back"  # value: version number; opens the preview of going back to it

# Modals.
VIEW_PROMISE = "view.promise"
VIEW_CONTEXT = "view.context"
VIEW_POINTS = "view.points"
VIEW_QUESTION = "view.question"
VIEW_SCOPE = "view.scope"
VIEW_MISSING = "view.missing"
VIEW_OVERRIDE = "view.override"
VIEW_BY_HAND = "view.by_hand"
VIEW_ACCESS = "view.access"
VIEW_KICKOFF = "view.kickoff"
VIEW_TASKS = "view.tasks"
VIEW_PEOPLE = "view.people"
VIEW_NOT_MINE = "view.not_mine"
VIEW_HAND_OVER = "view.hand_over"
VIEW_NEW = "view.new"
VIEW_CANCEL = "view.cancel"
VIEW_SPLIT = "view.split"
VIEW_PAUSE = "view.pause"
VIEW_EXTEND = "view.extend"
VIEW_CANNOT = "view.cannot"
VIEW_STAGE = "view.stage"
VIEW_PRESALE = "view.presale"
VIEW_PREFERENCES = "view.prefs"
VIEW_SETUP = "view.setup"
VIEW_TEMPLATE = "view.template"
VIEW_TEMPLATE_FILE = "view.template_file"
VIEW_TEMPLATE_APPLY = "view.template_apply"
VIEW_READ = "view.read"  # modals that only show something: brief, history, "What we know"

# Shortcuts of the manifest.
SHORTCUT_NEW = "handover_new"
SHORTCUT_EVIDENCE = "add_to_handover"

# Prefixes of block ids.
LIST = "list:"
ROLE = "role:"
POINT = "point:"
