"""The workflow's configuration: checked against its schema, completed, with shards."""

import json
import tomllib
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import jsonschema

SCHEMA = Path(__file__).with_name("config.schema.json")
SOURCE = "workflow/config.yaml or --config"


class BadConfiguration(ValueError):
    """An entry that the schema or the tree does not allow; the message names it and the mend."""


@dataclass(frozen=True)
class Configuration:
    """What the rules need to know."""

    scale: str
    studies: tuple[str, ...]
    reports: str
    work: str


def read_configuration(entries: dict[str, Any], known_studies: list[str]) -> Configuration:
    """The configuration that `entries` describe; `BadConfiguration` where one is wrong, missing or
    unknown.
    """
    schema = json.loads(SCHEMA.read_text(encoding="utf-8"))
    validator = jsonschema.Draft202012Validator(schema)
    for error in sorted(
        validator.iter_errors(entries), key=lambda error: list(map(str, error.path))
    ):
        raise BadConfiguration(_explain(error, schema["properties"]))
    scale = entries["scale"]
    chosen = known_studies if entries["studies"] == "all" else entries["studies"]
    for name in chosen:
        if name not in known_studies:
            raise BadConfiguration(
                f"{SOURCE}: studies names {name!r}, which has no plan claims/studies/{name}.toml; "
                f"known studies: {', '.join(known_studies) or 'none'}."
            )
    reports = "reports" if scale == "default" else f".claims/reports/{scale}"
    return Configuration(
        scale=scale,
        studies=tuple(chosen),
        reports=entries.get("reports", reports).rstrip("/") or "/",
        work=entries.get("work", f".claims/work/{scale}").rstrip("/") or "/",
    )


def shard_count(study: str, scale: str, root: Path) -> int:
    """Into how many shards the study's plan cuts it at this scale (entry `shards.SCALE`)."""
    path = root / "claims/studies" / f"{study}.toml"
    plan = tomllib.loads(path.read_text(encoding="utf-8"))
    count = plan.get("shards", {}).get(scale)
    if type(count) is not int or count < 1:
        raise BadConfiguration(
            f"claims/studies/{study}.toml: [shards] {scale} is {count!r}; "
            "give a whole number of shards, 1 or more."
        )
    return count


def _explain(error: jsonschema.ValidationError, properties: dict[str, Any]) -> str:
    if error.validator == "required":
        missing = next(name for name in error.validator_value if name not in error.instance)
        return f"{SOURCE}: {missing} is missing. {properties[missing]['description']}"
    if error.validator == "additionalProperties":
        unknown = next(name for name in error.instance if name not in properties)
        near = get_close_matches(str(unknown), properties, n=1)
        mend = f"did you mean {near[0]}?" if near else f"known entries: {', '.join(properties)}."
        return f"{SOURCE}: there is no entry {unknown!r}; {mend}"
    if not error.path:
        return f"{SOURCE}: a table of entries is expected, not {error.instance!r}."
    entry = error.path[0]
    allowed = properties[entry].get("enum")
    mend = f" Give one of {', '.join(allowed)}." if allowed else ""
    return f"{SOURCE}: {entry} is {error.instance!r}.{mend} {properties[entry]['description']}"
