"""The kinds of context as people meet them in "Add context": what is asked, and how each answer is picked.

The keys are those of `bot.context.DETAILS`; the values are short lower-case words, so that every drawing can word them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from bot.context import Kind
from bot.people import Role


class Sort(StrEnum):
    """How a field is filled in."""

    WORDS = "words"
    DAY = "day"
    CHOICE = "choice"
    CONTACT = "contact"


Options = tuple[tuple[str, str], ...]

IN_SCOPE: Options = (("yes", "Yes"), ("no", "No"), ("unsure", "Not sure"))
FIRM: Options = (("explicit", "Explicit"), ("implied", "Implied"), ("concession", "Concession"))
EFFORT: Options = (("hours", "Hours"), ("days", "Days"), ("weeks", "Weeks"), ("unknown", "No idea"))
BELIEVES: Options = (("yes", "Yes"), ("no", "No"), ("unknown", "Don't know"))
STANCE: Options = (("for", "Backs us"), ("against", "Pushes back"), ("neutral", "Neutral"))
PART: Options = (
    ("primary", "Primary contact"),
    ("secondary", "Secondary contact"),
    ("champion", "Champion"),
    ("economic_buyer", "Economic buyer"),
    ("blocker", "Blocker"),
)
SEVERITY: Options = (("high", "High"), ("medium", "Medium"), ("low", "Low"))


@dataclass(frozen=True)
class Field:
    """One detail of a kind. `required` fields must be filled in; `after_win` days must lie after the win."""

    key: str
    label: str
    sort: Sort = Sort.WORDS
    options: Options = ()
    required: bool = False
    hint: str = ""
    initial: str = ""
    after_win: bool = False


@dataclass(frozen=True)
class KindForm:
    """One kind: its name in the chooser, its main question ('' = the fields say it all), and its further fields."""

    name: str
    ask: str
    hint: str = ""
    fields: tuple[Field, ...] = ()


TO = Field("to", "To whom?", Sort.CONTACT)
SCOPE = Field("in_scope", "Is it in the signed scope?", Sort.CHOICE, IN_SCOPE, initial="unsure")
MORE = (
    Field("needed_by", "Needed by", Sort.DAY, after_win=True),
    Field("firm", "How firm?", Sort.CHOICE, FIRM),
    Field("effort", "How big?", Sort.CHOICE, EFFORT),
    Field("client_believes", "Client thinks it is included?", Sort.CHOICE, BELIEVES),
    Field("where", "Where was it said?", hint="A link, or a few words."),
)
PROMISE_HINT = "One per line: each becomes its own promise. Use the client's words, as if the client could read them."

KINDS: Mapping[Kind, KindForm] = {
    Kind.COMMITMENT: KindForm("A promise", "What was promised?", PROMISE_HINT, (TO, SCOPE, *MORE)),
    Kind.REAL_DEADLINE: KindForm(
        "The date that really matters",
        "Why that day?",
        "For example: their board meets on 17 March.",
        (
            Field("real_date", "Which date really matters?", Sort.DAY, required=True, after_win=True),
            Field("contract_date", "Which date is in the contract?", Sort.DAY),
        ),
    ),
    Kind.STAKEHOLDER: KindForm(
        "Someone at the client",
        "",
        fields=(
            Field("name", "Who?", Sort.CONTACT, required=True),
            Field("stance", "Where do they stand?", Sort.CHOICE, STANCE, required=True),
            Field("part", "Which part do they have?", Sort.CHOICE, PART),
            Field("topic", "About what?"),
            Field("success", "What does success mean to them personally?"),
        ),
    ),
    Kind.WHY_US: KindForm(
        "Why they chose us", "Why did they choose us?", fields=(Field("alternative", "Who else was in the running?"),)
    ),
    Kind.PRESSURE: KindForm("Pressure on the client", "What puts pressure on them?"),
    Kind.SUCCESS_CRITERION: KindForm(
        "What success looks like",
        "What must be true for them to call it a success?",
        fields=(Field("of", "Whose words are these?", Sort.CONTACT),),
    ),
    Kind.DISCOUNT: KindForm(
        "A discount",
        "What was it given for?",
        fields=(
            Field("value", "How much?", required=True, hint="An amount or a percentage, for example €5,000 or 10 %."),
            Field("in_sow", "Is it in the signed scope?", Sort.CHOICE, IN_SCOPE, initial="unsure"),
            Field("approved_by", "Who approved it?"),
        ),
    ),
    Kind.SCOPE_AMBIGUITY: KindForm(
        "Something unclear in the scope",
        "What is unclear?",
        fields=(
            Field("client_believes", "What does the client believe?"),
            Field("we_believe", "What do we believe?"),
        ),
    ),
    Kind.ASSUMPTION: KindForm("An assumption", "What do we assume?"),
    Kind.RISK: KindForm(
        "A risk",
        "What could go wrong?",
        fields=(
            Field("severity", "How bad would it be?", Sort.CHOICE, SEVERITY),
            Field("owner", "Who looks after it?"),
        ),
    ),
    Kind.DEPENDENCY: KindForm(
        "A dependency",
        "What do we depend on?",
        fields=(
            Field("owner", "Who has to deliver it?"),
            Field("needed_by", "By when do we need it?", Sort.DAY, after_win=True),
        ),
    ),
}

DELIVERY_FIRST = (Kind.SCOPE_AMBIGUITY, Kind.RISK, Kind.DEPENDENCY, Kind.ASSUMPTION)


def order_for(roles: tuple[Role, ...]) -> list[Kind]:
    """The chooser's order: what this person's roles add most often comes first."""
    first = DELIVERY_FIRST if roles and Role.SALES_REP not in roles else ()
    return [*first, *(kind for kind in Kind if kind not in first)]
