"""What is stored of secrets: keyring.py seals and opens them, rotation.py finds all of them and seals them anew."""
