from __future__ import annotations

import base64
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from grader.report import notebook_page
from grader.report.notebook_view import LeftOut, PictureOutput, TextOutput, cells
from tests.report.test_png_image import PICTURE

PNG = base64.b64encode(PICTURE).decode()
REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "Assignment2-1_Implementing_CNN.ipynb"

HOSTILE = [
    "<script>window.harmed = 1</script>",
    "<img src=x onerror='window.harmed = 1'>",
    "<svg onload='window.harmed = 1'><a xlink:href='javascript:window.harmed = 1'>x</a></svg>",
    "[press me](javascript:window.harmed=1)",
    "[press me](data:text/html;base64,PHNjcmlwdD4=)",
    "[press me](https://example.com/collect?who=ta 'title')",
    "![seen](https://example.com/pixel.png)",
    "![seen](attachment:pixel.png)",
    "<https://example.com/auto>",
    "[by name][there]\n\n[there]: javascript:window.harmed=1",
    "<style>body { display: none }</style>",
    "<p style='position:fixed;inset:0;background:url(https://example.com/x)'>over all</p>",
    "```mermaid\n</pre><script>window.harmed = 1</script>\n```",
    "```html onmouseover=alert(1)\n<b>\n```",
    '```"><script>window.harmed=1</script>\nx\n```',
    "$</p><script>window.harmed = 1</script>$ and $$<img src=x onerror=alert(1)>$$",
    "\\begin{equation}<script>window.harmed=1</script>\\end{equation}",
    "| a |\n|---|\n| <iframe src=//example.com></iframe> |",
    "<base href='https://example.com/'><form action=//example.com><input name=a></form>",
    "<!-- --><meta http-equiv=refresh content='0;url=https://example.com'>",
    "# <a name=content>heading</a>\n\n- [x] done <object data=x>",
    "&lt;script&gt;window.harmed=1&lt;/script&gt;",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "\x1b]8;;https://example.com\x07press\x1b]8;;\x07 \u202egnp",
]

#: All that a page may be made of.
TAGS = set(
    "html head meta title style body a header h1 h2 h3 h4 h5 h6 main div p pre code span img details summary "
    "br hr em strong del blockquote ul ol li dl dt dd table thead tbody tr th td".split()
)


class Seen(HTMLParser):
    def __init__(self, page: str):
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str, str]] = []
        self.text = ""
        self.feed(page)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += [(tag, name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.text += data


def notebook(*found: dict[str, Any]) -> dict[str, Any]:
    return {"nbformat": 4, "cells": list(found)}


def markdown(source: str, **more: Any) -> dict[str, Any]:
    return {"cell_type": "markdown", "source": source, **more}


def code(*outputs: dict[str, Any], source: str = "1") -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "outputs": list(outputs)}


def displayed(**data: str) -> dict[str, Any]:
    kinds = {"text": "text/plain", "html": "text/html", "svg": "image/svg+xml", "png": "image/png", "jpeg": "image/jpeg",
             "latex": "text/latex", "markdown": "text/markdown", "javascript": "application/javascript"}  # fmt: skip
    return {"output_type": "display_data", "data": {kinds[name]: text for name, text in data.items()}, "metadata": {}}


def render(*found: dict[str, Any]) -> Seen:
    return Seen(notebook_page.render(notebook(*found), "team_7", "Part 1", "../report.html"))


def assert_inert(page: Seen) -> None:
    assert page.tags <= TAGS
    assert not [
        name for _, name, _ in page.attributes if name.startswith("on") or name in {"style", "srcset", "action"}
    ]
    links = [value for tag, name, value in page.attributes if name in {"href", "src"} and tag != "img"]
    assert set(links) == {"#content", "../report.html"}
    pictures = [value for tag, name, value in page.attributes if (tag, name) == ("img", "src")]
    assert all(value.startswith("data:image/png;base64,") for value in pictures)


@pytest.mark.parametrize("hostile", HOSTILE)
def test_hostile_text_stays_inert_wherever_it_stands(hostile: str):
    attached = {hostile: {"image/svg+xml": hostile, "text/html": hostile, "image/png": hostile}}
    page = render(
        markdown(hostile, attachments=attached),
        {"cell_type": "raw", "source": hostile},
        {"cell_type": hostile, "source": hostile},
        code(
            {"output_type": "stream", "name": hostile, "text": hostile},
            {"output_type": "error", "ename": hostile, "evalue": hostile, "traceback": [hostile]},
            displayed(html=hostile, javascript=hostile),
            displayed(svg=hostile, text=hostile),
            displayed(markdown=hostile),
            displayed(latex=hostile),
            displayed(png=hostile, text=hostile),
            displayed(png=PNG, text=hostile),
            source=hostile,
        ),
    )
    assert_inert(page)
    assert "\x1b" not in page.text and "\u202e" not in page.text


@settings(max_examples=80, deadline=None)
@given(
    st.lists(
        st.sampled_from([*HOSTILE, "*", "_", "`", "[", "](", "<", ">", "\n", "\n\n", "    ", "|", "$", "\\", ">"]),
        max_size=8,
    )
)
def test_markdown_glued_from_hostile_pieces_stays_inert(pieces: list[str]):
    assert_inert(render(markdown("".join(pieces)), code(source="".join(pieces))))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["cells", "cell_type", "source", "outputs", "data", "text/plain", "image/png", "text", "traceback"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@settings(max_examples=80, deadline=None)
@given(st.lists(JSON, max_size=4))
def test_any_tree_in_place_of_cells_makes_a_page(found: list[Any]):
    assert_inert(Seen(notebook_page.render({"cells": found}, "team_7", "Part 1", "../report.html")))


def test_markdown_is_shown_as_students_know_it():
    page = render(markdown("# Title\n\n**bold** and `code`\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n- one\n- two"))
    assert {"h3", "strong", "code", "table", "ul", "li"} <= page.tags


def test_where_a_link_leads_is_told():
    assert "press (https://example.com/)" in render(markdown("[press](https://example.com/)")).text


def test_code_and_outputs_are_shown_in_order():
    text = render(
        code({"output_type": "stream", "name": "stdout", "text": ["one\n", "two\n"]}, source="print('one')"),
        code({"output_type": "error", "ename": "ValueError", "evalue": "three", "traceback": []}),
    ).text
    places = [text.index(part) for part in ("print(", "one\ntwo", "Cell 2", "ValueError: three")]
    assert places == sorted(places)


def test_a_png_is_shown_with_its_size_and_text():
    page = render(code(displayed(png=PNG, text="<Figure size 640x480>")))
    attributes = {name: value for tag, name, value in page.attributes if tag == "img"}
    assert attributes["src"] == f"data:image/png;base64,{PNG}"
    assert (attributes["width"], attributes["height"]) == ("2", "1")
    assert "<Figure size 640x480>" in attributes["alt"]


def test_an_attached_png_is_shown_below_its_text():
    assert "img" in render(markdown("see", attachments={"a.png": {"image/png": PNG}})).tags


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        (displayed(png="AAAA"), [LeftOut("picture")]),
        (displayed(jpeg=PNG), [LeftOut("picture")]),
        (displayed(svg="<svg/>", text="a plot"), [TextOutput("result", "a plot"), LeftOut("picture")]),
        (displayed(javascript="1"), [LeftOut("other")]),
        (displayed(html="<b>", text="frame"), [TextOutput("result", "frame"), TextOutput("markup", "<b>")]),
        (displayed(png=PNG, html="<b>"), [PictureOutput(PNG, 2, 1, "")]),
    ],
)
def test_what_becomes_of_an_output(output: dict[str, Any], shown: list[Any]):
    (cell,) = cells(notebook(code(output)))
    assert list(cell.outputs) == shown


def test_pictures_stop_where_they_would_make_the_page_heavy(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("grader.report.notebook_view.PICTURE_BYTES", 2 * len(PICTURE))
    (cell,) = cells(notebook(code(*[displayed(png=PNG)] * 3)))
    assert [type(output) for output in cell.outputs] == [PictureOutput, PictureOutput, LeftOut]


def test_long_outputs_and_sources_are_cut():
    page = notebook_page.render(
        notebook(
            code({"output_type": "stream", "name": "stdout", "text": "x" * 300_000}, source="y" * 300_000),
            markdown("z" * 300_000),
        ),
        "team_7", "Part 1", "../report.html",
    )  # fmt: skip
    assert len(page) < 250_000


def test_the_page_of_a_usual_notebook_stays_below_a_megabyte():
    tree = json.loads(REFERENCE.read_text(encoding="utf-8"))
    page = notebook_page.render(tree, "team_7", REFERENCE.stem, "../report.html")
    assert Seen(page).tags >= {"img", "table"}
    assert len(page.encode()) < 1_000_000
