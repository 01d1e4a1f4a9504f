"""The schema's history: one module per revision, applied in order at the start (store/migrate.py)."""
