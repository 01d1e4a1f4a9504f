"""The keys under which secrets stand in the database, as `BATON_SECRET_KEY` gives them."""

import re

# 32 bytes in base64, in either alphabet (https://cryptography.io/en/latest/fernet/).
_KEY = re.compile(r"[A-Za-z0-9_+/-]{43}=")
MAKES_ONE = 'python -c "from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
"""The command that makes a key; it needs nothing beyond what Baton itself needs."""


def read_keys(raw: str, problems: list[str]) -> tuple[str, ...]:
    """The keys, the newest first. What is none is told by its place: what was meant as a key is never shown."""
    given = [key.strip() for key in raw.split(",") if key.strip()]
    for place, key in enumerate(given, start=1):
        if not _KEY.fullmatch(key):
            which = f"key {place} of {len(given)}" if len(given) > 1 else "what it holds"
            problems.append(
                f"BATON_SECRET_KEY: {which} is no key. Make one with: {MAKES_ONE}. "
                "Or take it out: then a key is made of Slack's secret."
            )
    return tuple(key.translate(_URL_SAFE) for key in given)


_URL_SAFE = str.maketrans("+/", "-_")
