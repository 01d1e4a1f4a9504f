"""The rules: what a handover is, who may do what, when the gate opens. Plain Python, no I/O, no clock.

Map: `deal` (what a CRM tells us) · `people` (roles and rights) · `handover` (the record) · `context` (entries and
points) · `checklist` (lists and items) · `gate` and `signoff` · `worktime` and `clock` (working days, due times) ·
`naming` and `plan` (workspace, channel, tasks) · `provision` (steps) · `effects` (what we can do outside) ·
`ports` (what the rules need from the world) · `settings` · `errors` · `actions/` (the use-cases).
"""
