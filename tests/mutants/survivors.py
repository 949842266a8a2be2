"""Mutants that change nothing that anybody could notice, each with the reason."""

from collections.abc import Mapping
from typing import Final

HARMLESS: Final[Mapping[str, str]] = {}
