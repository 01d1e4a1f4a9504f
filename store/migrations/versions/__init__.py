"""Revisions. A published one is never edited."""
