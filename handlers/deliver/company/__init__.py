"""Work for the whole company: its installation, and words that are to be taken out of our posts."""
