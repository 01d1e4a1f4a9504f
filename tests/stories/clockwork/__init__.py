"""A month of the clock: the company, its two replicas, its people's dice, and an oracle that reads the log."""
