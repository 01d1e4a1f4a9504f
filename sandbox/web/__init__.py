"""The sandbox in the browser: the workspace, the small CRM and the board, over what sandbox/pages draws."""
