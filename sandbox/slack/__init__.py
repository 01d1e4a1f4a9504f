"""A stand-in for one Slack workspace, written from https://docs.slack.dev: its Web API, its people, its deliveries."""
