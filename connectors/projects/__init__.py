"""Project tool connectors: each fulfils `bot.ports.ProjectTool` and knows nothing of the others."""
