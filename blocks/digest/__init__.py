"""The daily digest as people see it: one message for the channel, and the private views behind its buttons."""

from blocks.digest.message import message, none, without_reasons
from blocks.digest.view import PAGE, view

__all__ = ["PAGE", "message", "none", "view", "without_reasons"]
