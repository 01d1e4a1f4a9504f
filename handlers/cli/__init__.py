"""The verbs of the command line. Each prints short sentences with the next step and returns the exit code."""

import argparse
import importlib
import sys
from collections.abc import Mapping
from typing import Any

from bot.errors import ConfigError, FileRefused, StoreAway

# Verbs that share a module, or whose name no module can have.
MODULES = {
    "export": "moving",
    "import": "moving",
    "backup": "copies",
    "restore": "copies",
    "rotate-key": "rotate_key",
}


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Runs the verb that was asked for; settings that cannot be used are printed, all at once."""
    verb = importlib.import_module(f"handlers.cli.{MODULES.get(asked.verb, asked.verb)}")
    try:
        return int(verb.run(asked, env, table))
    except FileRefused as error:
        sys.stderr.write(f"{error}\n")
        return 1
    except StoreAway as error:
        sys.stderr.write(f"The database cannot be used, {error}. Mend it, then do it again: `python app.py doctor`.\n")
        return 1
    except ConfigError as error:
        serves = asked.verb == "serve"
        what = "Baton cannot start with these settings" if serves else f"`app.py {asked.verb}` cannot be done"
        sys.stderr.write(f"{what}:\n")
        for problem in error.problems:
            sys.stderr.write(f"  - {problem}\n")
        again = "start again" if serves else "do it again"
        sys.stderr.write(f"Mend that, then {again}. docs/settings.md explains each setting.\n")
        return 2
