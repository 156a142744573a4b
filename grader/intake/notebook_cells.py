"""Cells and outputs rebuilt from the fields that are content: damaged ones are mended or dropped, never trusted."""

from __future__ import annotations

from typing import Any

_CELL_TYPES = ("code", "markdown", "raw")


def plain_cell(cell: Any) -> dict[str, Any] | None:
    """An nbformat-4 cell without metadata (and without id), None where `cell` is none."""
    if not isinstance(cell, dict) or cell.get("cell_type") not in _CELL_TYPES:
        return None
    plain: dict[str, Any] = {"cell_type": cell["cell_type"], "metadata": {}, "source": _text(cell.get("source"))}
    if cell["cell_type"] == "code":
        outputs = cell.get("outputs")
        rebuilt = map(_plain_output, outputs if isinstance(outputs, list) else [])
        plain["outputs"] = [output for output in rebuilt if output is not None]
        plain["execution_count"] = _count(cell.get("execution_count"))
    elif isinstance(attachments := cell.get("attachments"), dict):
        bundles = {str(name): _mime_bundle(bundle) for name, bundle in attachments.items()}
        if bundles:
            plain["attachments"] = bundles
    return plain


def _plain_output(output: Any) -> dict[str, Any] | None:
    match output:
        case {"output_type": "stream"}:
            name = output.get("name")
            return {
                "output_type": "stream",
                "name": name if name in ("stdout", "stderr") else "stdout",
                "text": _text(output.get("text")),
            }
        case {"output_type": "display_data"}:
            return {"output_type": "display_data", "data": _mime_bundle(output.get("data")), "metadata": {}}
        case {"output_type": "execute_result"}:
            return {
                "output_type": "execute_result",
                "data": _mime_bundle(output.get("data")),
                "metadata": {},
                "execution_count": _count(output.get("execution_count")),
            }
        case {"output_type": "error"}:
            trace = output.get("traceback")
            return {
                "output_type": "error",
                "ename": _text(output.get("ename")),
                "evalue": _text(output.get("evalue")),
                "traceback": [_text(line) for line in trace] if isinstance(trace, list) else [],
            }
        case _:
            return None


def _mime_bundle(data: Any) -> dict[str, Any]:
    if not isinstance(data, dict):
        return {}
    bundle: dict[str, Any] = {}
    for mime, value in data.items():
        if mime == "application/json" or mime.endswith("+json"):
            bundle[mime] = value
        elif isinstance(value, str | list):
            bundle[mime] = _text(value)
    return bundle


def _text(value: Any) -> str:
    """Text that may be stored whole or as a list of lines."""
    if isinstance(value, list):
        return "".join(line for line in value if isinstance(line, str))
    return value if isinstance(value, str) else ""


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None
