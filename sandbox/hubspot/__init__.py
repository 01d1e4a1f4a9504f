"""A stand-in for HubSpot's CRM: its REST API in the paths of 2026-03, its webhooks, and the hands of a sales person.

It decides like the vendor's pages say (developers.hubspot.com) and refuses what they refuse. It offers only what a
handover bot needs; `coverage.toml` says what that is.
"""
