"""How the workspace reaches the bot: payloads, signed HTTP, Socket Mode, retries."""
