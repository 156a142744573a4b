"""Markup made of a student's Markdown and code: headings, lists, tables, colours, and nothing that can act.

nbconvert renders, as students know it from Jupyter, told to escape HTML. What comes out is cut down once more to tags
without addresses: no link, no picture and no style of a student's gets through, whatever the renderer may do.
"""

from __future__ import annotations

import bleach
from mistune import import_plugin
from nbconvert.filters.highlight import Highlight2HTML
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

#: Longer sources are shown as they are: parsers of hostile text may take time that grows faster than it.
_LONGEST = 30_000

_TAGS = frozenset(
    "p br hr em strong del code pre span div blockquote ul ol li dl dt dd table thead tbody tr th td h3 h4 h5 h6".split()
)
_PLUGINS = ("strikethrough", "table", "def_list")

#: Headings of a notebook go below the page's own two levels.
_HEADING_SHIFT, _LOWEST_HEADING = 2, 6


class _Renderer(IPythonRenderer):
    """Shows where a link or a picture would lead, and does not lead there."""

    def __init__(self, heading_shift: int) -> None:
        self._heading_shift = heading_shift
        super().__init__(escape=True, allow_harmful_protocols=False, exclude_anchor_links=True)

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return f"{text} (<code>{self.escape_html(url)}</code>)"

    def image(self, text: str, url: str, title: str | None = None) -> str:
        return f"[{self.escape_html(text)}]"

    def heading(self, text: str, level: int, **attrs: object) -> str:
        level = min(level + self._heading_shift, _LOWEST_HEADING)
        return f"<h{level}>{text}</h{level}>\n"

    def block_mermaidjs(self, code: str) -> str:
        return f"<pre>{self.escape_html(code)}</pre>"


def markdown(source: str, heading_shift: int = _HEADING_SHIFT) -> str | None:
    """HTML of a Markdown cell; None where it is better shown as text. Formulas stay as they were typed.

    Headings go `heading_shift` levels below those that were written.
    """
    if len(source) > _LONGEST:
        return None
    try:
        plugins = [import_plugin(name) for name in _PLUGINS]
        html = MarkdownWithMath(renderer=_Renderer(heading_shift), plugins=plugins).render(source)
        return bleach.clean(html, tags=_TAGS, attributes={"span": ["class"]}, protocols=frozenset(), strip=False)
    except Exception:
        # Whatever a parser of others stumbles over in a hostile text: the page has the source instead.
        return None


def code(source: str) -> str | None:
    """HTML of Python code with its kinds of words marked by classes; None where it is better shown as text."""
    if len(source) > _LONGEST:
        return None
    try:
        html = str(_HIGHLIGHT(source))
        inner = html[html.index("<pre>") + len("<pre>") : html.rindex("</pre>")]
        return bleach.clean(inner, tags={"span"}, attributes={"span": ["class"]}, protocols=frozenset(), strip=True)
    except Exception:
        return None


_HIGHLIGHT = Highlight2HTML(pygments_lexer="ipython3")
