"""The only room that knows SQL and files. Rows never leave it: everything that comes out is a record of `bot`.

engine.py    one database: how transactions begin, and that none is open during a call to the outside
tables/      the rows
mapping/     rows ↔ records, one module per family, differences only
unit.py      a write transaction as the use-cases see it (bot.unit.Unit); people.py and known.py are parts of it
read.py      straight queries, read-only; find.py what somebody once said
sealed/      secrets: sealed before they are stored, and sealed anew when the key changes
outbox.py    what is to be done outside: leases and lanes; ledger.py its steps; jobs.py its records
pace.py      rate rules that hold across threads and replicas
inbox.py     webhook deliveries as they came
migrate.py   the schema, brought up to date at the start
store.py     all of it together: write(), read(), outbox, pace
calendars.py, playbooks.py   offices' calendars, checklists and project playbooks, from settings and files
"""
