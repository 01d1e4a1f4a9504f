"""The table of rights, cell by cell, through the front door."""
