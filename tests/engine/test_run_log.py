"""The log stays one JSON object a line, also after a run that was killed in the middle of one."""

from __future__ import annotations

import json
from pathlib import Path

from grader.engine.run_log import RunLog


def test_lines_are_appended_with_time_and_event(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    RunLog(path).write("started", teams=2)
    RunLog(path).write("ended", where=tmp_path)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [line["event"] for line in lines] == ["started", "ended"]
    assert lines[0]["teams"] == 2
    assert all(line["time"].endswith("+00:00") for line in lines)


def test_half_a_line_does_not_spoil_the_next_one(tmp_path: Path) -> None:
    path = tmp_path / "log.jsonl"
    path.write_text('{"event": "sta')
    RunLog(path).write("ended")
    assert json.loads(path.read_text().splitlines()[1])["event"] == "ended"
