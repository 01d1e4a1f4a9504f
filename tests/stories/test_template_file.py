"""Stories of the checklist as a file: downloaded, changed, uploaded, checked, looked at, put in force."""

import socket
import threading
import time
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from blocks.company.checklist import ERROR
from handlers.company import checklist_text
from sandbox.slack.hands import Reaction
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.test_seeing import GENERAL, latest
from tests.stories.test_template import applied, overview, pressed
from tests.stories.walk import letters

TEAM = "Confirm that the team is available"
AWAY = "Slack did not hand the file over in time. Nothing is changed: press Check once more."
PAGE = "Slack gave a web page instead of a checklist."
DEEP = "\n".join(["version = [", *["[" for _ in range(2000)]])


def changed(new: str = "Confirm team, room and kit") -> str:
    """The checklist that comes with Baton, with one item changed."""
    text = checklist_text("default")
    assert TEAM in text
    return text.replace(TEAM, new)


def chooser(stage: Stage, who: str = "olga") -> str:
    """Opens the form that takes a file; its id."""
    pressed(stage, who, "template.upload")
    view = walk.modal(stage, who)
    assert view["callback_id"] == "view.template_file"
    return str(view["id"])


def sent(stage: Stage, view: str, content: bytes | str, **described: Any) -> Reaction:
    """Chooses a file and presses Check; `described` is what Slack says otherwise of it."""
    raw = content.encode() if isinstance(content, str) else content
    file = stage.hands.upload("olga", "default.toml", raw) | described
    return stage.hands.submit("olga", view, {"file": {"file": [file]}})


def refused(reaction: Reaction) -> str:
    """What stands under the file."""
    assert isinstance(reaction.body, dict), reaction
    errors: dict[str, str] = reaction.body["errors"]
    assert errors.keys() == {"file"}
    return errors["file"]


def untouched(stage: Stage) -> bool:
    """Whether not even a draft is there."""
    with stage.deps.store.read() as reader:
        return reader.checklist(1) is None and reader.checklist_in_force("default") is None


@pytest.mark.req("R43", "R35")
def test_a_changed_file_is_shown_and_put_in_force_once(stage: Stage) -> None:
    """Sent twice it is two drafts and one version; the next download is exactly what was uploaded."""
    pressed(stage, "olga", "template.get")
    stage.settle()
    view = chooser(stage)
    windows = b"\xef\xbb\xbf" + changed().replace("\n", "\r\n").encode()
    stage.world.slack.deliver.duplicate_next(1)
    assert sent(stage, view, windows, filetype="text", mimetype="text/plain").error is None
    shown = walk.shown(walk.modal(stage, "olga"))
    assert "0 new items, 1 changed, 0 gone, 14 as before." in shown
    assert f"text: {TEAM} → Confirm team, room and kit" in shown
    stage.world.slack.deliver.duplicate_next(1)
    assert applied(stage) == "Version 1 is in force: new handovers get it. Those that are open keep theirs."
    with stage.deps.store.read() as reader:
        assert [(one.n, one.text) for one in reader.checklists("default")] == [(1, changed())]
        other = next(one for one in map(reader.checklist, (1, 2)) if one and not one.n)
    assert other.text == changed()
    assert refused(sent(stage, chooser(stage), changed())) == "• Nothing is changed yet."
    pressed(stage, "olga", "template.get")
    stage.settle()
    files = [file for letter in letters(stage, "olga") for file in letter.get("files") or []]
    assert stage.world.slack.drive.content(files[-1]["id"]).decode() == changed()
    assert not stage.parked()


def test_every_problem_of_a_text_stands_under_its_file(http_stage: Stage) -> None:
    """All at once; of very many as many as fit, and how many more there are. What is no TOML is named with its line."""
    view = chooser(http_stage)
    wrong = changed().replace('check = "points_answered"', 'check = "points"').replace('key = "client-access"', "")
    said = refused(sent(http_stage, view, wrong))
    assert 'pm, item 2: the check "points" is unknown.' in said
    assert "csm, item 2: it has no key." in said
    many = changed() + '\n[[lists.pm]]\nkey = "x"\ntext = ""\n' * 90
    said = refused(sent(http_stage, view, many))
    assert len(said) <= ERROR
    shown = said.splitlines()
    assert all(line.endswith(".") for line in shown)
    assert shown[-1] == f"• {90 * 2 - (len(shown) - 1)} more. Mend these first."
    for text, words in (
        (changed().replace("[[lists.pm]]", "[[lists.pm]", 1), "This is not TOML: "),
        ("version = 1\nowner = \0", "at line 2"),
        (DEEP, "it has brackets within brackets"),
        (f"version = 1\n{'a.' * 200}a = 1", "Line 2 has 405 characters, at most 300. Break it."),
        ("", "The version is missing."),
        (checklist_text("default").replace("version = 1", "# a word\n\nversion = 1", 1), "Nothing is changed yet."),
    ):
        assert words in refused(sent(http_stage, view, text))
    assert untouched(http_stage)


def test_what_is_no_checklist_at_all_is_told_kindly(http_stage: Stage) -> None:
    """Whatever comes, or does not come, there is one sentence with the next step, in time, and nothing is changed."""
    view = chooser(http_stage)
    huge = b"#" * 50_001
    page = {"mimetype": "text/html"}
    for content, described, words in (
        (huge, {}, "This file has more than 50 kB; a checklist has a few."),
        (huge, {"size": 10}, "This file has more than 50 kB; a checklist has a few."),
        (b"PK\x03\x04\xff\xfe\x00", {}, "This is no text in UTF-8."),
        (changed().encode("utf-16"), {}, "This is no text in UTF-8."),
        ("<!DOCTYPE html>\n<p>sign in</p>", {}, PAGE),
        (changed(), {"url_private_download": None}, "Slack does not hand this file over any more."),
        (changed(), {"url_private_download": f"{http_stage.server.url}/slack/files/F0/x.toml"}, "any more."),
        (changed(), {"url_private_download": f"{http_stage.server.url}/archives/C0GENERAL1"}, PAGE),
    ):
        assert words in refused(sent(http_stage, view, content, **page, **described)), words
    assert http_stage.hands.submit("olga", view, {"file": {"file": []}}).body == {
        "errors": {"file": "Please complete this required field."}
    }
    faults = http_stage.world.faults
    for kind in ("500", "429", "drop_before", "slow"):
        http_stage.deps.edge.client.timeout = 0.3 if kind == "slow" else 2
        faults.add("slack", "download", kind, seconds=0.6)
        assert refused(sent(http_stage, view, changed())) == AWAY, kind
    http_stage.deps.edge.client.timeout = 2
    http_stage.world.slack.token_error = "token_revoked"
    assert refused(sent(http_stage, view, changed())).startswith(PAGE)
    http_stage.world.slack.token_error = ""
    assert untouched(http_stage)
    assert "errors" not in (sent(http_stage, view, changed()).body or {})


def test_a_file_that_drips_is_not_waited_for(http_stage: Stage) -> None:
    """Each of its bytes comes in time, the file never does: all of it together has the edge's time and no more."""
    view, client = chooser(http_stage), http_stage.deps.edge.client
    with socket.create_server(("127.0.0.1", 0)) as dripping:
        threading.Thread(target=drip, args=(dripping,), daemon=True).start()
        link = f"http://127.0.0.1:{dripping.getsockname()[1]}/"
        client.base_url, client.timeout = link, 0.4
        reaction = sent(http_stage, view, changed(), url_private_download=link)
    assert (refused(reaction), reaction.ms < 15_000) == (AWAY, True)
    assert untouched(http_stage)


def drip(server: socket.socket) -> None:
    """Answers one caller, a header line every tenth of a second, for half a minute."""
    caller, _ = server.accept()
    with caller, suppress(OSError):
        caller.sendall(b"HTTP/1.1 200 OK\r\n")
        for _ in range(300):
            time.sleep(0.1)
            caller.sendall(b"X-More: to come\r\n")


def test_the_token_goes_to_slack_alone(http_stage: Stage) -> None:
    """A link to anywhere else is not followed, not even to another door of the same machine."""
    view = chooser(http_stage)
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0)
        link = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/files/x.toml"
        said = refused(sent(http_stage, view, changed(), url_private_download=link))
        assert said == "This file lies outside of Slack. Choose one from your own machine."
        with pytest.raises(BlockingIOError):
            elsewhere.accept()
    assert untouched(http_stage)


def test_a_file_of_many_items_is_shown_as_far_as_it_fits(http_stage: Stage) -> None:
    """The window stays within Slack's limits however long the words become; the numbers count everything."""
    items = "".join(
        f'\n[[lists.pm]]\nkey = "more-{n}"\ntext = "{"&" * 75}"\ncheck = "kickoff_date"\n' for n in range(300)
    )
    view = chooser(http_stage)
    assert sent(http_stage, view, checklist_text("default") + items).error is None
    shown = walk.shown(walk.modal(http_stage, "olga"))
    assert "300 new items, 0 changed, 0 gone, 15 as before." in shown
    assert "Not everything fits here. The numbers on top count all of it." in shown


def test_without_the_right_or_the_scope_nothing_is_read(http_stage: Stage) -> None:
    """Without `files:read` the button is not there, and an old one says the way round; the rest stays as it is."""
    view = chooser(http_stage)
    slack = http_stage.world.slack
    scopes = [scope for scope in slack.manifest.scopes or () if scope != "files:read"]
    slack.manifest = replace(slack.manifest, scopes=tuple(scopes))
    again(http_stage)
    http_stage.until(lambda: http_stage.deps.identity.scopes == frozenset(scopes), "the scopes are known")
    old = latest(http_stage, "olga", GENERAL)["id"]
    http_stage.hands.click_ephemeral("olga", old, "template.upload")
    http_stage.settle()
    said = "Baton may not read files in this Slack. Use Change, or ask whoever runs Baton for the scope files:read."
    assert said in latest(http_stage, "olga", GENERAL)["text"]
    assert refused(sent(http_stage, view, changed())).startswith(PAGE)
    labels = {e["text"]["text"] for b in overview(http_stage)["blocks"] for e in b.get("elements", []) if "value" in e}
    assert labels == {"Change", "Download"}
    del http_stage.table["people"]["roles"]["sales_ops"]
    again(http_stage)
    fault = http_stage.world.faults.add("slack", "download", "500")
    assert sent(http_stage, view, changed()).error is None
    assert "or the Head of Delivery (Hana) can change a checklist: ask one of them." in walk.shown(
        walk.modal(http_stage, "olga")
    )
    assert fault.times == 1
    http_stage.hands.click_ephemeral("olga", old, "template.upload")
    http_stage.settle()
    assert (
        "or the Head of Delivery (Hana) can change a checklist: ask one of them."
        in latest(http_stage, "olga", GENERAL)["text"]
    )
    assert untouched(http_stage)


def again(stage: Stage) -> None:
    """Baton starts anew."""
    stage.stop()
    stage.start()
