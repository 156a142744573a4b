"""Outputs are bounded where they are made and checked where they arrive."""

from __future__ import annotations

from typing import Any

import pytest

from grader.execute.outputs import OutputList, checked_outputs
from grader.execute.wire import MalformedFrame


def stream(text: str, name: str = "stdout") -> dict[str, Any]:
    return {"output_type": "stream", "name": name, "text": text}


def test_text_of_one_stream_is_one_output() -> None:
    outputs = OutputList(100)
    for name, text in (("stdout", "a"), ("stdout", "b"), ("stderr", "c"), ("stdout", "d")):
        outputs.write(name, text)
    assert outputs.finish() == [stream("ab"), stream("c", "stderr"), stream("d")]


def test_what_does_not_fit_is_left_out_and_said() -> None:
    outputs = OutputList(10)
    outputs.write("stdout", "x" * 8)
    outputs.add({"output_type": "display_data", "data": {"image/png": "y" * 20}})
    outputs.write("stdout", "z" * 8)
    first, note = outputs.finish()
    assert first == stream("x" * 8 + "zz") and "output cut" in note["text"]


def test_a_picture_that_is_none_is_left_out_and_the_rest_shown() -> None:
    outputs = OutputList(100)
    outputs.add({"output_type": "display_data", "data": {"image/png": 'x"><script>', "text/plain": "figure"}})
    assert checked_outputs(outputs.finish())[0]["data"] == {"text/plain": "figure"}


def test_an_error_is_kept_when_there_is_no_room() -> None:
    outputs = OutputList(5)
    outputs.add({"output_type": "error", "ename": "E", "evalue": "v" * 5000, "traceback": ["t" * 100]})
    assert outputs.finish()[0] == {"output_type": "error", "ename": "E", "evalue": "v" * 1000, "traceback": []}


def test_clearing_at_once_and_with_the_next_output() -> None:
    outputs = OutputList(100)
    outputs.write("stdout", "a")
    outputs.clear(wait=True)
    assert outputs.finish() == [stream("a")]
    outputs.write("stdout", "b")
    assert outputs.finish() == [stream("b")]
    outputs.clear(wait=False)
    assert outputs.finish() == []


@pytest.mark.parametrize(
    "output",
    [
        "text",
        {},
        stream("x", "stdin"),
        {**stream("x"), "text": ["x"]},
        {"output_type": "display_data", "data": {"application/javascript": "alert(1)"}},
        {"output_type": "display_data", "data": {"text/plain": {"x": 1}}},
        {"output_type": "display_data", "data": {"image/png": "<script>"}},
        {"output_type": "execute_result", "data": {}, "execution_count": "1"},
        {"output_type": "error", "ename": "E", "evalue": "v", "traceback": [1]},
        {"output_type": "pyout"},
    ],
)
def test_what_nbformat_would_not_take_is_malformed(output: Any) -> None:
    with pytest.raises(MalformedFrame):
        checked_outputs([output])


def test_nothing_but_known_fields_gets_through() -> None:
    sent = {"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {"evil": 1}, "more": 2}
    assert checked_outputs([sent]) == [{"output_type": "display_data", "data": {"text/plain": "x"}, "metadata": {}}]


def test_of_a_progress_bar_the_last_state_stays() -> None:
    outputs = OutputList(100)
    outputs.write("stdout", "Epoch 1\n")
    for step in range(50):
        outputs.write("stdout", "\b" * 20 + f"\r{step}/50 - loss: 1.{step}")
    outputs.write("stdout", "\nEpoch 2\r\n")
    outputs.write("stdout", "a\rb\rc\nd")
    outputs.write("stderr", "x\r")
    outputs.write("stderr", "y")
    assert outputs.finish() == [stream("Epoch 1\n49/50 - loss: 1.49\nEpoch 2\r\nc\nd"), stream("y", "stderr")]
