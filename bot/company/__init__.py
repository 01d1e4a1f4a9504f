"""What a company decides in Slack: how it is set up, and which checklist its new handovers get."""
