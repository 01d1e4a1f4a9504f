"""CRM connectors: each fulfils `bot.ports.Crm` and knows nothing of the others."""
