"""A cell's outputs: collected and bounded in the child, checked again in the grader, where nothing is believed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from grader.execute.wire import MalformedFrame

#: What an executed notebook may hold; scripts and widgets are left out, since nobody needs them to read it.
KNOWN_MIME_TYPES = frozenset(
    ("text/plain", "text/html", "text/markdown", "text/latex", "image/png", "image/jpeg", "image/svg+xml")
)
_BINARY_MIME_TYPES = frozenset(("image/png", "image/jpeg"))
_BASE64 = re.compile(r"[A-Za-z0-9+/\s]*={0,2}\s*")
_CUT_NOTE = "\n[output cut: the cell wrote more than {} bytes]\n"
_MOST_OUTPUTS = 2000

Output = dict[str, Any]


class OutputList:
    """Outputs of one cell in nbformat's form, together at most `most_bytes` large (characters, for text)."""

    def __init__(self, most_bytes: int):
        self._most_bytes = most_bytes
        self._left = most_bytes
        self._cut = False
        self._clear_first = False
        self._outputs: list[Output] = []

    def write(self, stream: str, text: str) -> None:
        """Append to the stream `stdout` or `stderr`."""
        if not text:
            return
        self._clear_if_due()
        last = self._outputs[-1] if self._outputs else {}
        continued = last.get("output_type") == "stream" and last["name"] == stream
        if "\r" in text or (continued and last["text"] and last["text"][-1].endswith("\r")):
            text = _shown((self._taken_back(last["text"]) if continued else "") + text)
        text = self._fitting(text)
        if continued:
            last["text"].append(text)
        elif text:
            self._append({"output_type": "stream", "name": stream, "text": [text]})

    def _taken_back(self, texts: list[str]) -> str:
        """The line that the stream is in, taken out of it, as what follows may overwrite it."""
        line = ""
        while texts and "\n" not in line:
            line = texts.pop() + line
        self._left += len(line)
        return line

    def add(self, output: Output) -> None:
        """Append a display, result, error or update, as a whole or not at all. A picture that is none is left out."""
        self._clear_if_due()
        if "data" in output:
            output = {**output, "data": {kind: text for kind, text in output["data"].items() if _is_shown(kind, text)}}
        size = _size(output)
        if size > self._left:
            self._cut = True
            if output["output_type"] != "error":
                return
            # That a cell failed must stay visible, whatever it printed before.
            output = {**output, "evalue": output["evalue"][:1000], "traceback": []}
            size = 0
        self._left -= size
        self._append(output)

    def clear(self, wait: bool) -> None:
        """Forget the outputs so far, at once or (`wait`) when the next one comes. The budget stays used."""
        if wait:
            self._clear_first = True
        else:
            self._outputs.clear()

    def finish(self) -> list[Output]:
        outputs = [
            {**output, "text": "".join(output["text"])} if output["output_type"] == "stream" else output
            for output in self._outputs
        ]
        if self._cut:
            note = _CUT_NOTE.format(self._most_bytes)
            outputs.append({"output_type": "stream", "name": "stderr", "text": note})
        return outputs

    def _append(self, output: Output) -> None:
        if len(self._outputs) < _MOST_OUTPUTS:
            self._outputs.append(output)
        else:
            self._cut = True

    def _clear_if_due(self) -> None:
        if self._clear_first:
            self._clear_first = False
            self._outputs.clear()

    def _fitting(self, text: str) -> str:
        fitting = text[: max(0, self._left)]
        self._left -= len(fitting)
        self._cut = self._cut or len(fitting) < len(text)
        return fitting


def _shown(text: str) -> str:
    """`text` without what is overwritten: a progress bar goes back to the start of its line and writes anew."""
    lines = []
    for line in text.split("\n"):
        written = line.rstrip("\r")
        lines.append(written[written.rfind("\r") + 1 :] + line[len(written) :])
    return "\n".join(lines)


def _size(output: Mapping[str, Any]) -> int:
    texts = [*output.get("data", {}).values(), output.get("evalue", ""), *output.get("traceback", [])]
    return sum(len(text) for text in texts)


def _is_shown(kind: str, text: str) -> bool:
    return kind not in _BINARY_MIME_TYPES or _BASE64.fullmatch(text) is not None


def checked_outputs(outputs: object) -> list[Output]:
    """The outputs that a child sent, rebuilt from what nbformat allows. Raises MalformedFrame."""
    if type(outputs) is not list or len(outputs) > _MOST_OUTPUTS + 2:
        raise MalformedFrame("bad outputs")
    return [_checked_output(output) for output in outputs]


def _checked_output(output: object) -> Output:
    if type(output) is not dict:
        raise MalformedFrame("bad output")
    match output:
        case {"output_type": "stream", "name": "stdout" | "stderr" as name, "text": str(text)}:
            return {"output_type": "stream", "name": name, "text": text}
        case {"output_type": "error", "ename": str(ename), "evalue": str(evalue), "traceback": list(traceback)}:
            if any(type(line) is not str for line in traceback):
                raise MalformedFrame("bad traceback")
            return {"output_type": "error", "ename": ename, "evalue": evalue, "traceback": traceback}
        case {"output_type": "execute_result", "data": dict(data), "execution_count": int(count)}:
            return {
                "output_type": "execute_result",
                "data": _checked_data(data),
                "metadata": {},
                "execution_count": count,
            }
        case {"output_type": "display_data" | "update_display_data" as kind, "data": dict(data)}:
            checked: Output = {"output_type": kind, "data": _checked_data(data), "metadata": {}}
            if type(display := output.get("display_id")) is str:
                checked["display_id"] = display
            return checked
    raise MalformedFrame("bad output")


def _checked_data(data: Mapping[str, object]) -> dict[str, str]:
    checked: dict[str, str] = {}
    for kind, text in data.items():
        if kind not in KNOWN_MIME_TYPES or type(text) is not str:
            raise MalformedFrame("bad output data")
        if not _is_shown(kind, text):
            raise MalformedFrame("bad image data")
        checked[kind] = text
    return checked
