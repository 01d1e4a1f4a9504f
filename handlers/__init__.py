"""Every way Baton is woken, and its hands. Ears acknowledge, call one action and answer; hands empty the outbox.

Map: `deps` (the clock and everything wired) · `http` (the one port) · `webhooks` · `ears/` (commands, clicks,
modals, events) · `schedule` (ticks only) · `deliver/` (hands: loop, ledger, one file a family of effects) · `cli/`.
Ears never import `deliver`: they commit, answer, and do nothing afterwards.
"""
