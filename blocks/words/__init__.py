"""How the record is worded: whose turn it is, each thing somebody knows, and all that is known in groups."""
