# %% [markdown]
# # <script>alert(1)</script> <img src=x onerror=alert(1)> [click](javascript:alert(1)) $\\href{javascript:alert(1)}{x}$
# <iframe srcdoc="<script>alert(1)</script>"></iframe> <svg onload=alert(1)><foreignObject></svg> <style>*{display:none}</style>

# %%
from IPython.display import HTML, SVG, Javascript, Markdown, display
display(HTML("<script>alert(1)</script><img src=x onerror=alert(1)><form action=//evil.example><meta http-equiv=refresh content='0;url=//evil.example'>"))
display(Javascript("alert(1)"))
display(SVG("<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script></svg>"))
display(Markdown("[x](javascript:alert(1)) <script>alert(1)</script>"))
display({"text/html": "<script>alert(1)</script>", "application/x-evil": "x", "image/png": "not base64\"><script>alert(1)</script>"}, raw=True)
print("\x1b[2J\x1b]0;owned\x07<script>alert(1)</script>")
raise ValueError("<script>alert(1)</script>\x1b]0;owned\x07")
