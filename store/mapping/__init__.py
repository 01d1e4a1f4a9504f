"""Rows ↔ records. A family declares which record is kept in which row; what it cannot keep is an error at import."""
