"""What happens to a record as a whole: its presale work, its stage, its split, its merge."""
