# %%
import gc

import numpy as np

HTML = "<script>alert(1)</script>\x1b[2J\x1b]0;owned\x07\u202e::error::forged ##[error]forged =1+1"
WIDE = 1 << 27


def graph():
    """Of the right layers, with names that act on a reader, and of a size that nobody can compute."""
    constant = {"op": "Const", "inputs": [], "attributes": {"weight": 0, "variable": HTML, "shape": [WIDE], "dtype": "float32"}}
    nodes = [
        {"name": "images", "op": "Placeholder", "inputs": [], "attributes": {"shape": [-1, 32, 32, 3]}},
        {"name": "many", "op": "Const", "inputs": [], "attributes": {}, "value": np.array([WIDE - 1])},
        {"name": "zero", "op": "Const", "inputs": [], "attributes": {}, "value": np.array(0.0, np.float32)},
        {"name": "0", "op": "Fill", "inputs": ["many", "zero"], "attributes": {}},
        *[{"name": str(n), "op": "AddV2", "inputs": [str(n - 1), "zero"], "attributes": {}} for n in range(1, 1000)],
        {"name": HTML, **constant},
        {"name": HTML + "2", "op": "MatMul", "inputs": ["images", "999", HTML], "attributes": {HTML: HTML}},
    ]
    return {"nodes": nodes, "input": "images", "output": HTML + "2"}


def probe(arguments):
    return {
        "graph": graph(), "weights": [[WIDE, WIDE]] * 1000, "parameters": -1, "class": HTML, "wrapped": True,
        "compiled": {"optimizer": HTML, "learning_rate": 0.01, "loss": HTML, "from_logits": True},
        "returned": (float("nan"), HTML), "type": HTML, "settings": {HTML: "keyword"}, "changed": [HTML],
        "weights_changed": False, "loaded": True, "how": HTML, "reason": HTML, "detail": HTML, "path": HTML, "kind": HTML,
        "bytes": 1, "found": [HTML], "input_shape": [None], "output_shape": [None, 10], "graph_matches_builder": True,
    }  # fmt: skip


def answer_for_all():
    for table in gc.get_objects():
        if isinstance(table, dict) and "visualisation" in table and "run_model" in table:
            for name in table:
                table[name] = probe


class simple_model:
    def __init__(self):
        answer_for_all()


def compute_saliency_maps(model, X, Y):
    answer_for_all()


def generate_adversarial_image(X, target_y, model):
    raise RuntimeError(HTML)


answer_for_all()
