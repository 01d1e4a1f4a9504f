"""The workspace's progress: one line a step, edited in place; a failed one says so in plain words with its way out."""

from blocks import ids, kit, mrkdwn, thread
from blocks.frame import Block, Frame, Message
from blocks.render import sentence
from bot.handover import ENDED, Handover, Step, StepState

SIDES = {"slack": "Slack", "tool": "Project tool", "links": "CRM"}
MARKS = {
    StepState.PLANNED: "○ to do",
    StepState.DONE: "✓ done",
    StepState.RETRYING: "↻ trying again",
    StepState.FAILED: "⚠ needs a hand",
    StepState.MANUAL: "✓ done by hand",
}
DONE = (StepState.DONE, StepState.MANUAL)
MOST = 12  # failed steps with buttons of their own


def draw(handover: Handover, frame: Frame) -> Message:
    """All steps, then those that wait for a hand."""
    steps = sorted(handover.steps, key=lambda step: step.position)
    done = sum(step.state in DONE for step in steps)
    over = handover.state in ENDED  # nobody mends it any more
    failed = [step for step in steps if step.state is StepState.FAILED and not over]
    title = thread.short_title(handover)
    text = sentence("progress.text", title=title, done=done, total=len(steps), failed=len(failed))
    blocks = [kit.section(sentence("progress.head", done=done, total=len(steps), failed=len(failed)))]
    for side, name in SIDES.items():
        lines = [_line(step, frame) for step in steps if step.side == side]
        if lines:
            blocks.append(kit.section("\n".join([f"*{name}*", *lines])[:3000]))
    for step in failed[:MOST]:
        blocks += mending(handover, step)
    return Message(text, blocks)


def mending(handover: Handover, step: Step) -> list[Block]:
    """What failed and why, with [Retry] and [Done by hand]."""
    value = f"{handover.id}:{step.key}"
    title = mrkdwn.plain(step.title, 50)
    return [
        kit.section(sentence("progress.failed", title=mrkdwn.name(step.title), words=mrkdwn.name(step.words, 300))),
        kit.actions(
            kit.button("Retry", ids.RETRY_STEP, value, style="primary", label=f"Retry: {title}"),
            kit.button("Done by hand", ids.STEP_BY_HAND, value, label=f"Done by hand: {title}"),
        ),
    ]


def _line(step: Step, frame: Frame) -> str:
    short = step.url if len(step.url) <= 300 else ""  # noqa: PLR2004 - many steps share one message
    return sentence(
        "progress.step",
        mark=MARKS[step.state],
        title=mrkdwn.link(short, step.title),
        by=mrkdwn.name(frame.first(step.by), 40) if step.state is StepState.MANUAL and step.by else "",
        words=mrkdwn.name(step.words, 120) if step.state is StepState.RETRYING else "",
    )
