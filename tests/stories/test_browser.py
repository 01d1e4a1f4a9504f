"""The whole walk in a real browser, as people would click it; `make screenshots` keeps its pictures."""

import os
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from playwright.sync_api import TimeoutError as NotInTimeError

from bot.handover import State
from handlers.company import checklist_text
from sandbox import company
from tests.stories import walk
from tests.stories.stage import Stage
from tests.stories.test_prefs import at_work

CHROMIUM = Path("/usr/bin/chromium")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PICTURES = os.environ.get("BATON_SCREENSHOTS", "")  # noqa: TID251 - where `make screenshots` wants them
WIDE: ViewportSize = {"width": 1380, "height": 900}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.timeout(240),
    pytest.mark.skipif(not CHROMIUM.exists(), reason="Debian's chromium is not installed: apt-get install chromium"),
]


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser of its own; anything that the page's script throws fails the test."""
    with sync_playwright() as driver:
        browser: Browser = driver.chromium.launch(executable_path=str(CHROMIUM), args=FLAGS)
        opened = browser.new_page(viewport=WIDE)
        opened.set_default_timeout(15_000)
        thrown: list[str] = []
        opened.on("pageerror", lambda error: thrown.append(str(error)))
        yield opened
        browser.close()
        assert thrown == []


class People:
    """Everybody in front of one browser."""

    def __init__(self, stage: Stage, page: Page) -> None:
        self.stage = stage
        self.page = page
        self.shots = Path(PICTURES) if PICTURES else None

    def act_as(self, key: str) -> None:
        """Looks at the handover's thread as this person."""
        root = self.stage.handover().post("root")
        assert root is not None
        self.page.goto(f"{self.stage.server.url}/?as={key}&c={company.HANDOVERS_CHANNEL}&t={root.ts}")

    def press(self, action: str, *, among: str = "#thread") -> None:
        """Clicks the last button of that kind in the thread (or elsewhere); once more when it was just drawn anew."""
        button = self.page.locator(f'{among} [data-type=button][data-action-id="{action}"]').last
        button.click()
        with suppress(NotInTimeError):
            self.page.get_by_text("That is not on your screen any more").wait_for(timeout=800)
            button.click()

    def fill(self, block: str, words: str) -> None:
        """Types into a field of the open modal."""
        self.page.locator(f'.modal [data-block-id="{block}"][data-type]').first.fill(words)

    def mark(self, block: str, value: str) -> None:
        """Chooses a radio button of the open modal."""
        self.page.locator(f'.modal [data-block-id="{block}"] input[value="{value}"]').check()

    def find(self, block: str, words: str) -> None:
        """Types into a searching menu and takes the first that it offers; types once more when nothing came."""
        menu = self.page.locator(f'.external[data-block-id="{block}"]')
        menu.locator("input").fill(words)
        with suppress(NotInTimeError):
            menu.locator("li").first.wait_for(timeout=4_000)  # the app has three seconds to answer
        if not menu.locator("li").count():
            menu.locator("input").fill("")
            menu.locator("input").fill(words)
        menu.locator("li", has_text=words).first.click()

    def send(self) -> None:
        """Submits the modal and waits until it is gone or another stands there."""
        before = self.page.locator(".modal").get_attribute("data-view-id")
        title = self.page.locator("#modal-title").inner_text()
        self.page.get_by_test_id("submit").click()
        self.page.wait_for_function(
            """([id, title]) => {
                const modal = document.querySelector(".modal");
                const heading = document.getElementById("modal-title");
                return !modal || modal.dataset.viewId !== id || heading.innerText !== title;
            }""",
            arg=[before, title],
        )
        self.stage.settle()

    def shoot(self, name: str) -> None:
        """Keeps a picture, when pictures are wanted."""
        if self.shots:
            self.page.wait_for_timeout(400)
            self.shots.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=str(self.shots / f"{name}.png"))


@pytest.mark.req("R63", "R64", "R205")
def test_the_whole_walk_in_a_browser(http_stage: Stage, page: Page) -> None:
    """From "Win this deal" to the open gate, by nothing but what people see and click."""
    people = People(http_stage, page)
    page.goto(f"{http_stage.server.url}/crm")
    page.get_by_test_id("win-9001").click()
    http_stage.settle()
    _said(people)
    _answered(people)
    people.act_as("dev")
    people.shoot("thread")
    people.press("scope.confirm", among="#main")
    people.shoot("scope")
    people.send()
    http_stage.settle(60)
    _signed(people)
    people.act_as("chloe")
    people.press("access.review")
    page.locator('.modal [data-block-id="who"] input[value="m.klein@abcfintech.example"]').check()
    people.mark("right", "comment")
    people.shoot("invite")
    people.send()
    expect(page.locator("#modal-title")).to_have_text("Invite 1 person?")
    page.get_by_test_id("submit").click()
    http_stage.until(lambda: http_stage.handover().state is State.IN_PROGRESS, "the gate opens")
    http_stage.settle()
    people.act_as("ana")
    expect(page.locator("#thread")).to_contain_text("is live")
    people.shoot("live")
    page.goto(f"{http_stage.server.url}/?as=ana&c=home")
    expect(page.locator("#main")).to_contain_text("ABC Fintech")
    people.shoot("home")
    page.goto(f"{http_stage.server.url}/board")
    expect(page.locator("h1")).to_have_text(re.compile("ABC Fintech – Cloud Migration"))
    people.shoot("board")
    page.goto(f"{http_stage.server.url}/crm/9001")
    expect(page.locator("body")).to_contain_text("closed_migrated")


def _said(people: People) -> None:
    page = people.page
    people.act_as("ana")
    people.press("promise.add")
    people.fill("words", "Weekly call until go-live\nFree training for the help desk")
    people.press("promise.details", among=".modal")
    expect(page.locator('.modal [data-block-id="needed_by"][data-type]')).to_be_visible()
    expect(page.locator('.modal [data-block-id="words"][data-type]')).to_have_value(re.compile("Weekly call"))
    people.shoot("promise")
    people.send()
    people.press("date.add")
    people.fill("words", "Their board meets on 17 March")
    people.fill("real_deadline.real_date", "2027-03-13")
    people.send()
    for name, stance in (("Maria", "against"), ("Jonas", "for")):
        people.press("stakeholder.add")
        people.find("stakeholder.name", name)
        people.mark("stakeholder.stance", stance)
        people.send()
    expect(page.locator("#thread")).to_contain_text("Weekly call until go-live")


def _answered(people: People) -> None:
    people.act_as("ben")
    people.press("document.all_read")
    people.stage.settle()
    people.press("points.answer")
    for entry in people.stage.handover().entries:
        if entry.open:
            people.mark(f"point:{entry.id}", "in_scope")
    people.shoot("points")
    people.send()
    expect(people.page.locator("#thread")).to_contain_text("All 4 points answered")


def _signed(people: People) -> None:
    people.act_as("ben")
    people.page.locator('#thread [data-action-id="item.tick"] input[type=checkbox]').last.check()
    people.page.wait_for_timeout(3_000)  # the look at the record, two seconds after the tick, draws the root anew
    people.stage.settle()
    people.act_as("ana")
    people.press("gate.missing", among="#main")
    people.shoot("missing")
    people.page.locator('.modal [data-close="all"]').click()
    expect(people.page.locator("#modal")).to_be_hidden()
    for key in ("dev", "ben", "ana"):
        people.act_as(key)
        people.page.locator(f'#thread [data-action-id="gate.sign"][value$="{_role(key)}"]').last.click()
        people.stage.until(lambda key=key: _has_signed(people.stage, key), f"{key} signs")  # type: ignore[misc]
        people.stage.settle()


def _role(key: str) -> str:
    return {"dev": "delivery_manager", "ben": "pm", "ana": "sales_rep"}[key]


def _has_signed(stage: Stage, key: str) -> bool:
    return any(signature.role == _role(key) for signature in stage.handover().signatures)


def test_an_empty_required_field_is_told_in_the_field(http_stage: Stage, page: Page) -> None:
    """Nothing is sent, nothing changes, and the sentence stands below the field."""
    people = People(http_stage, page)
    walk.won(http_stage)
    people.act_as("ana")
    people.press("promise.add")
    page.get_by_test_id("submit").click()
    expect(page.locator('.modal [data-input="words"] .field-error')).to_be_visible()
    assert [entry for entry in http_stage.handover().entries if entry.author] == []


def test_a_guest_sees_only_their_channel(http_stage: Stage, page: Page) -> None:
    """The client's guest finds no trace of the handover."""
    walk.won(http_stage)
    page.goto(f"{http_stage.server.url}/?as=klein&c={company.HANDOVERS_CHANNEL}")
    expect(page.locator("#sidebar")).to_contain_text("ext-abc-fintech")
    expect(page.locator("#sidebar")).not_to_contain_text("handovers")
    expect(page.locator("#main")).not_to_contain_text("Cloud Migration – ")


def test_the_page_fits_a_phone(http_stage: Stage, page: Page) -> None:
    """At 390 pixels nothing runs out of the screen sideways."""
    walk.won(http_stage)
    page.set_viewport_size({"width": 390, "height": 800})
    People(http_stage, page).act_as("ana")
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.req("R43")
def test_a_checklist_is_changed_as_a_file(http_stage: Stage, page: Page, tmp_path: Path) -> None:
    """Chosen with a mistake, told below the chooser; chosen again, looked at, put in force."""
    people, file = People(http_stage, page), tmp_path / "changed.toml"
    page.goto(f"{http_stage.server.url}/?as=olga&c=C0GENERAL1")
    page.locator(".composer textarea").first.fill("/handover template")
    page.keyboard.press("Enter")
    people.press("template.upload", among="#main")
    page.get_by_test_id("submit").click()
    error = page.locator('.modal [data-input="file"] .field-error')
    expect(error).to_have_text("Please complete this required field.")
    file.write_text(checklist_text("default").replace("[[lists.pm]]", "[[lists.pm]", 1), encoding="utf-8")
    page.locator(".modal input[type=file]").set_input_files(file)
    expect(page.locator(".modal .files li")).to_have_text("changed.toml")
    page.get_by_test_id("submit").click()
    expect(error).to_contain_text("This is not TOML")
    new = checklist_text("default").replace("Confirm that the team is available", "Confirm team, room and kit")
    file.write_text(new, encoding="utf-8")
    page.locator(".modal input[type=file]").set_input_files(file)
    people.send()
    expect(page.locator("#modal-title")).to_have_text("What would change")
    expect(page.locator(".modal")).to_contain_text("Confirm that the team is available → Confirm team, room and kit")
    people.send()
    expect(page.locator("#main")).to_contain_text("Version 1 is in force")


def test_somebody_goes_away_and_comes_back(http_stage: Stage, page: Page) -> None:
    """A status on their page, then the preferences on Home: until when, and who stands in."""
    people = People(at_work(http_stage), page)
    home = f"{http_stage.server.url}/?as=ben&c=home"
    page.goto(home)
    page.get_by_text("Set my status").click()
    page.get_by_test_id("status-until").fill("2035-03-01T18:00")
    page.get_by_role("button", name="Set", exact=True).click()
    expect(page.get_by_test_id("status")).to_have_text("🌴 Vacationing · until Mar 1, 2035 18:00")
    http_stage.settle()
    expect(page.locator("#main")).to_contain_text("You are away until Mar 1, 2035")
    page.get_by_text("Set my status").click()
    page.get_by_role("button", name="Clear", exact=True).click()
    http_stage.settle()
    expect(page.locator("#main")).not_to_contain_text("You are away")
    people.press("prefs.open", among="#main")
    people.mark("reminders", "morning")
    people.fill("away_until", "2035-03-02")
    page.locator('.modal [data-block-id="deputy"][data-type]').select_option(label="Ana Ruiz")
    people.shoot("prefs")
    people.send()
    expect(page.locator("#main")).to_contain_text("You are away until Fri 2 Mar 2035, Ana is your deputy.")
    people.press("prefs.open", among="#main")
    people.fill("away_until", "")
    people.send()
    expect(page.locator("#main")).not_to_contain_text("You are away")


def test_time_is_moved_with_the_keyboard_alone(http_stage: Stage, page: Page) -> None:
    """The bar says what happens, and the keyboard stays on the button that was pressed."""
    walk.won(http_stage)
    People(http_stage, page).act_as("ana")
    before = page.get_by_test_id("time").inner_text()
    button = page.get_by_role("button", name="Next working day")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_test_id("journey")).to_contain_text("Moved to")
    expect(page.get_by_test_id("time")).to_contain_text("09:00 Berlin")
    assert page.get_by_test_id("time").inner_text() != before
    expect(button).to_be_focused()
    expect(button).to_have_attribute("aria-disabled", "false")
    http_stage.hands.command("ana", company.HANDOVERS_CHANNEL, "commit HO-1 two extra training days")
    expect(page.locator("#thread")).to_contain_text("two extra training days")


@pytest.mark.req("R37", "R40")
def test_nobody_does_anything_and_time_passes(http_stage: Stage, page: Page) -> None:
    """The bar moves to the due time: reminder, breach and digest are where people look; a reminder's button works."""
    people = People(http_stage, page)
    walk.won(http_stage)
    people.act_as("ana")
    _jump(page, "Next working day")
    (dm,) = http_stage.world.slack.dms(walk.user_id("ana"))
    page.goto(f"{http_stage.server.url}/?as=ana&c={dm['id']}")
    expect(page.locator("#main")).to_contain_text("ABC Fintech – Cloud Migration")
    expect(page.get_by_text("First path · 3 of 9")).to_be_visible()
    people.shoot("reminder")
    page.locator("#main").get_by_role("button", name="Nobody that I know of").click()
    expect(page.locator("#main")).to_contain_text("2 things wait for you, Ana.")
    expect(page.locator("#main")).to_contain_text("✓ 1 done")
    people.act_as("dev")
    _jump(page, "To the due time")
    _jump(page, "+1 hour")
    expect(page.locator("#main")).to_contain_text("Late")
    _jump(page, "Next working day")
    expect(page.locator("#thread")).to_contain_text("Late:")
    people.shoot("breach")
    page.goto(f"{http_stage.server.url}/?as=hana&c={company.HANDOVERS_CHANNEL}")
    expect(page.locator("#main")).to_contain_text("1 late")
    people.shoot("digest")


def _jump(page: Page, label: str) -> None:
    """Presses a button of the time bar and waits until everything on the way has happened."""
    before = page.get_by_test_id("time").inner_text()
    page.get_by_role("button", name=label).click()
    page.wait_for_function(
        "before => document.querySelector('[data-testid=time]').innerText !== before", arg=before, timeout=60_000
    )
    expect(page.get_by_role("button", name=label)).to_have_attribute("aria-disabled", "false", timeout=60_000)
