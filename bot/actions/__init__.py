"""The use-cases: one function is one transaction, load → rule → save and emit. They decide; they never wait or call.

Each returns `Said` (a sentence for the one who asked; '' when the redraw says it all) or `Refused` (a sentence with
the way out; nothing changed). `terms` carries what the company agreed: settings, offices, the checklist.
"""
