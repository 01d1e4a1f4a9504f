"""Rare turns of whole records: merged, split into workstreams, cancelled and wanted again."""
