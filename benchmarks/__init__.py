"""Measurements: each prints its figures and exits 1 past its bar. Run by hand; not timed tests."""
