"""The face: data in, Block Kit out. No client, no query, no decision: the rules decide, this room words and draws.

Map: `kit` (constructors that enforce Slack's limits) · `mrkdwn` (escaping, names, dates, cutting) · `render` (the
sentences of copy/) · `frame` (what a drawing needs beside the record) · `ids` (every action, block and callback id) ·
one module a conversation.
"""
