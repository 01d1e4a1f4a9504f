"""What modals share: `submission` (ids and fields, read) · `inputs` (its fields, drawn) · `kinds` (of context).

The modals themselves are the modules one floor up: a `view(...)` that draws and a `read(view)` that understands.
"""
