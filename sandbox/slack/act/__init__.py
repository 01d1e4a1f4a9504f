"""What a person does with blocks: finding an element, picking a value, filling a form."""
