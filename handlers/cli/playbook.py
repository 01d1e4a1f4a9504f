"""`playbook check FILE`: says what is wrong with a checklist or a project playbook, before it is used."""

import argparse
import sys
from collections.abc import Mapping
from typing import Any

from store.playbooks import read_checklist, read_project


def run(asked: argparse.Namespace, env: Mapping[str, str], table: Mapping[str, Any]) -> int:
    """Exit code 1 when the file cannot be used."""
    del env, table
    if not asked.file.exists():
        sys.stderr.write(f"There is no file {asked.file}.\n")
        return 2
    read = read_checklist if asked.file.suffix == ".toml" else read_project
    found, problems = read(asked.file)
    for problem in problems:
        sys.stdout.write(f"  - {problem}\n")
    sys.stdout.write("This file can be used.\n" if found else "This file cannot be used yet.\n")
    return 0 if found else 1
