"""Refuses what Slack refuses: blocks, messages and views over the published limits."""
