"""What is done to a database as a whole: moved, copied, put back, thinned out, and rid of a person.

portable.py   a company as a file of JSON lines: its shape, its checks
moving.py     export and import: the same company on the other database
copies.py     backup and restore; redrawn.py: every open thread is drawn again after it
retention.py  what is removed once its days are over
erasure.py    a person is removed from every table; traces.py finds and replaces what names them
"""
