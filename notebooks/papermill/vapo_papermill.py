"""Parameters of Go notebooks for papermill: `papermill -p preset smoke fig1.ipynb out.ipynb` sets the variable of the cell tagged "parameters".

It is found where this folder is on Python's path (PYTHONPATH=notebooks/papermill); nothing is installed.
"""

import json
import re

from papermill.engines import NBClientEngine as Engine  # noqa: F401, the entry point: papermill loads this file for it
from papermill.models import Parameter
from papermill.translators import Translator, papermill_translators

DECLARED = re.compile(r"^(?:var\s+|\t)(\w+)(?:\s+([\w.\[\]]+))?\s*=\s*(.+?)\s*(?://\s*(.*))?$", re.MULTILINE)


class Go(Translator):
    """Declares every parameter anew, which in GoNB replaces the cell's own. A number is a float64 where it has a point: -p sigma 1.0."""

    @classmethod
    def translate_escaped_str(cls, value):
        return json.dumps(value, ensure_ascii=False)  # whose escapes are Go's

    @classmethod
    def translate_none(cls, value):
        raise ValueError("a Go variable has no value None; leave the parameter out")

    @classmethod
    def comment(cls, text):
        return f"// {text}".strip()

    @classmethod
    def assign(cls, name, value):
        return f"var {name} = {value}"

    @classmethod
    def inspect(cls, cell):
        return [Parameter(name, kind or "None", value, comment or "") for name, kind, value, comment in DECLARED.findall(cell["source"])]


papermill_translators.register("go", Go)
