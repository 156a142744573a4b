"""Every flag and reason that intake can give has a text whose placeholders it fills."""

import ast
from pathlib import Path

import grader.intake
from grader.messages import catalogue

SOURCES = sorted(Path(grader.intake.__file__).parent.glob("*.py"))


def called_with_a_name(function: str) -> list[tuple[str, set[str]]]:
    """First argument and keyword names of every call of `function` with a literal key."""
    found = []
    for source in SOURCES:
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
                if name == function:
                    found.append((str(node.args[0].value), {word.arg for word in node.keywords if word.arg}))
    return found


def test_every_reason_has_a_text_and_its_values() -> None:
    reasons = [(f"intake.{key}", given) for key, given in called_with_a_name("rejected")]
    reasons += [(f"intake.notebook_{key}", given) for key, given in called_with_a_name("because")]
    reasons += [(key, given) for key, given in called_with_a_name("text") if key.startswith("intake.")]
    assert len(reasons) > 20
    for key, given in reasons:
        assert catalogue().text(key, **dict.fromkeys(given, 7))


def test_every_flag_has_a_text() -> None:
    flags = {key for name in ("Flag", "_names_flag") for key, _ in called_with_a_name(name)}
    assert {"superseded", "refused_members", "notebook_renamed"} <= flags
    assert {f"flag.{flag}" for flag in flags} <= catalogue().keys()
