"""Socket Mode: a line to Slack that is replaced before it is deaf, and envelopes that are answered in time."""
