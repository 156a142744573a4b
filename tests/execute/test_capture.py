"""The stream that student code prints to, in the ways in which code takes hold of it."""

import io

from grader.execute.capture import HeadAndTail, TextSink


def test_bytes_and_a_new_wrapper_reach_the_same_text() -> None:
    kept = HeadAndTail()
    sink = TextSink("stdout", kept.add)
    sink.reconfigure(encoding="utf-8", errors="replace")
    print("one", file=sink)
    sink.buffer.write("둘\n".encode())
    wrapped = io.TextIOWrapper(sink.detach(), encoding="utf-8")
    print("three", file=wrapped, flush=True)
    wrapped.close()
    print("four", file=sink)
    assert kept.text() == "one\n둘\nthree\nfour\n"
