"""Checks a body against the project's own schema of what Kibana 9.5 takes."""

import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

SCHEMA: dict[str, Any] = json.loads(Path(__file__).with_name("kibana.schema.json").read_text("utf-8"))


def faults(kind: str, body: Any) -> list[str]:
    """Where a `dashboard`, `data_view` or `role` is wrong, as `path: message`; empty when it is right."""
    validator = Draft202012Validator({"$ref": f"#/$defs/{kind}", "$defs": SCHEMA["$defs"]})
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(body)]
