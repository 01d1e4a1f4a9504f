"""What concerns a person or the company rather than one handover: preferences, deputies, settings in force."""
