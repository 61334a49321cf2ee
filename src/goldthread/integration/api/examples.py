"""An example for a shape of the description: the one given with it, else one put together from its fields' own."""

from __future__ import annotations

from typing import Any

BY_FORMAT = {
    "date": "2019-11-23",
    "date-time": "2026-11-23T02:07:00Z",
    "uuid": "0f9c2a52-7e0b-5a7e-9d3f-1b2c3d4e5f60",
}


def example(shape: dict[str, Any], shapes: dict[str, Any]) -> Any:
    """A value that the shape allows. ``shapes`` are the description's named shapes, to which ``$ref`` leads."""
    if "$ref" in shape:
        return example(shapes[shape["$ref"].rsplit("/", 1)[-1]], shapes)
    if shape.get("examples"):
        return shape["examples"][0]
    if shape.get("enum"):
        return shape["enum"][0]
    for either in ("anyOf", "allOf"):
        if either in shape:
            return example(shape[either][0], shapes)
    match shape.get("type"):
        case "object" if "properties" in shape:
            return {name: example(value, shapes) for name, value in shape["properties"].items()}
        case "object":
            return {}
        case "array":
            return [example(shape["items"], shapes)]
        case "integer":
            return shape.get("minimum", 1)
        case "number":
            return 0.9
        case "boolean":
            return False
        case _:
            return BY_FORMAT.get(shape.get("format", ""), "text")
