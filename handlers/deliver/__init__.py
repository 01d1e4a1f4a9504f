"""The hands: claim a job, perform it outside any transaction, keep what came of it.

`loop` claims and decides what a failure means; `ledger` remembers each outside call; the other files perform one
family of effects each and are listed in `performers`.
"""
