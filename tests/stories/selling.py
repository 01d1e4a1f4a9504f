"""Deals as Ana sells them: a client of their own with two people, a first and a last day, and nothing won yet."""

from datetime import timedelta

from sandbox import company
from sandbox.hubspot.associations import labelled
from sandbox.hubspot.records import PERSON
from tests.stories.stage import Stage

OWNER = company.owner_id("Ana Ruiz")


def sold(stage: Stage, number: int) -> str:
    """A new open deal, "Client 7 – Project 7"; its id in the CRM."""
    hub, today = stage.world.hubspot, stage.clock.now().date()
    deal = str(
        hub.create(
            dealname=f"Client {number} – Project {number}",
            amount="1000",
            hubspot_owner_id=OWNER,
            start_date=(today + timedelta(days=60)).isoformat(),
            end_date=(today + timedelta(days=200)).isoformat(),
        )["id"]
    )
    for email in people_of(number):
        first, last = email.partition("@")[0].split(".")
        values = {"firstname": first.title(), "lastname": last.title(), "email": email, "jobtitle": "Buyer"}
        contact = hub.records.create("contacts", values, origin=PERSON)["id"]
        hub.associations.link("deals", deal, "contacts", contact, [labelled("Secondary")])
    return deal


def people_of(number: int) -> tuple[str, str]:
    """The addresses of that client's two people."""
    return f"kim.first@client{number}.example", f"lou.second@client{number}.example"
