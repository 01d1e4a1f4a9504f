"""The only room that speaks HTTP to vendors: each connector turns one vendor's dialect into our ports.

Map: `registry` (the list, one line a vendor) · `http` (the one client: deadlines, no repeated write) · `answers` (JSON,
the vendor's clock, which error it is) · `redaction` (what of a vendor's sentence may be shown) · `signatures` (compare
in constant time, time window) · `options` (reads a settings table, collects all problems) · `crm/` and `projects/`: a
folder a vendor. In it `__init__` says title, settings and how it is built, `webhook` verifies and parses, `mapping`
translates, `client` calls, `README.md` is for its admin.
"""
