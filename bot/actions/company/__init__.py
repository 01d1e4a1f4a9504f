"""What is decided for the whole company: its setup in Slack, its checklists."""
