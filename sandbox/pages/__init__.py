"""What a person sees of the sandbox: the workspace, the CRM, the board and the guided first path.

The pages only look at the world and act through people's hands; they decide nothing about handovers. Everything that
a person or a vendor wrote is escaped where it enters HTML (`html.py`, `mrkdwn.py`), never later.
"""
