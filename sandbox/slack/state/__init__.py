"""What the workspace holds: people, conversations, messages, views, and the handles that are out."""
