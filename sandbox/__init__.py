"""A local Slack workspace, a small CRM and a project board: stand-ins written from the vendors' own pages.

Nothing here imports Baton's rooms, and nothing there imports this one: the two meet over HTTP and WebSocket only.
"""
