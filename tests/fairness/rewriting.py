"""Rewrites a right answer as other people would have written it: what it computes stays the same."""

from __future__ import annotations

import ast
import copy
import random
from collections.abc import Callable, Iterator

#: The graded functions and how many values each returns; of a forward pass the first is an array.
RETURNED = {"conv_forward": 2, "conv_backward": 3, "max_pool_forward": 2, "max_pool_backward": 1}

Rewrite = Callable[[ast.FunctionDef, random.Random], None]


def rewritten(source: str, chance: random.Random) -> tuple[str, list[str]]:
    """`source` with two to six rewrites, each applied to some of its functions; and their names."""
    tree = ast.parse(source)
    names = []
    for rewrite in chance.sample(REWRITES, chance.randint(2, 6)):
        functions = [node for node in tree.body if isinstance(node, ast.FunctionDef) and not _is_test(node)]
        for function in functions:
            if chance.random() < 0.8:
                rewrite(function, chance)
        names.append(rewrite.__name__)
    if chance.random() < 0.3:
        chance.shuffle(tree.body)
        tree.body.sort(key=lambda node: not isinstance(node, ast.Import | ast.ImportFrom))
        names.append("functions_in_other_order")
    if chance.random() < 0.3:
        _call_through(tree)
        names.append("called_through_another_function")
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n", names


def _is_test(function: ast.FunctionDef) -> bool:
    return function.name.startswith("Test_") or any(isinstance(node, ast.Lambda) for node in ast.walk(function))


def rename_locals(function: ast.FunctionDef, chance: random.Random) -> None:
    stored = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    taken = {argument.arg for argument in function.args.args}
    new = {
        name: f"{chance.choice(('tmp', 'my', 'val', 'O_o', 'é'))}_{i}" for i, name in enumerate(sorted(stored - taken))
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Name):
            node.id = new.get(node.id, node.id)


def for_to_while(function: ast.FunctionDef, chance: random.Random) -> None:
    for block in _blocks(function):
        for loop in list(block):
            if not _counts(loop) or chance.random() < 0.3:
                continue
            assert isinstance(loop, ast.For) and isinstance(loop.iter, ast.Call)
            count, end = _fresh("k", chance), _fresh("end", chance)
            begin = ast.parse(f"{end} = 0\n{count} = 0").body
            begin[0].value = loop.iter.args[0]  # type: ignore[attr-defined]
            body = [ast.parse(f"{ast.unparse(loop.target)} = {count}").body[0], *loop.body]
            body += ast.parse(f"{count} = {count} + 1").body
            loop_again = ast.While(ast.parse(f"{count} < {end}", mode="eval").body, body, [])
            place = block.index(loop)
            block[place : place + 1] = [*begin, loop_again]


def _counts(node: ast.stmt) -> bool:
    """Whether it is ``for name in range(n)`` without ``continue``."""
    if not isinstance(node, ast.For) or not isinstance(node.target, ast.Name) or node.orelse:
        return False
    call = node.iter
    return (
        isinstance(call, ast.Call)
        and isinstance(call.func, ast.Name)
        and call.func.id == "range"
        and len(call.args) == 1
        and not any(isinstance(inner, ast.Continue) for inner in ast.walk(node))
    )


def add_what_does_nothing(function: ast.FunctionDef, chance: random.Random) -> None:
    for block in _blocks(function):
        text = chance.choice(
            ("pass", "unused = None", "'a remark'", "assert True", "if False:\n    raise ValueError", "print(end='')",
             "for _ in ():\n    pass", "try:\n    pass\nfinally:\n    pass", "seen = {}\nseen['x'] = 1")
        )  # fmt: skip
        if chance.random() < 0.6:
            block[chance.randrange(len(block)) : 0] = ast.parse(text).body


def split_expressions(function: ast.FunctionDef, chance: random.Random) -> None:
    for block in _blocks(function):
        for statement in list(block):
            value = getattr(statement, "value", None)
            if not isinstance(statement, ast.Assign | ast.Return | ast.AugAssign) or chance.random() < 0.3:
                continue
            if isinstance(value, ast.BinOp):
                left, right = _fresh("left", chance), _fresh("right", chance)
                first, second = (ast.parse(f"{name} = 0").body[0] for name in (left, right))
                first.value, second.value = value.left, value.right  # type: ignore[attr-defined]
                value.left, value.right = ast.Name(left, ast.Load()), ast.Name(right, ast.Load())
                block[block.index(statement) : block.index(statement)] = [first, second]
            elif value is not None:
                name = _fresh("whole", chance)
                first = ast.parse(f"{name} = 0").body[0]
                first.value = value  # type: ignore[attr-defined]
                statement.value = ast.Name(name, ast.Load())
                block.insert(block.index(statement), first)


def swap_independent(function: ast.FunctionDef, chance: random.Random) -> None:
    for block in _blocks(function):
        for at in range(len(block) - 1):
            if _independent(block[at], block[at + 1]) and chance.random() < 0.7:
                block[at], block[at + 1] = block[at + 1], block[at]


def _independent(one: ast.stmt, other: ast.stmt) -> bool:
    if not all(isinstance(each, ast.Assign) and not _stores_into(each) for each in (one, other)):
        return False
    reads, writes = _names(one, ast.Load), _names(one, ast.Store)
    other_reads, other_writes = _names(other, ast.Load), _names(other, ast.Store)
    return not (writes & (other_reads | other_writes) or reads & other_writes)


def _stores_into(statement: ast.stmt) -> bool:
    """Whether it changes an array or dictionary, which other names may mean as well."""
    return any(
        isinstance(node, ast.Subscript | ast.Attribute) and isinstance(node.ctx, ast.Store)
        for node in ast.walk(statement)
    )


def _names(statement: ast.stmt, context: type[ast.expr_context]) -> set[str]:
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, context)}


def turn_conditions(function: ast.FunctionDef, chance: random.Random) -> None:
    for node in ast.walk(function):
        if isinstance(node, ast.If) and node.orelse and chance.random() < 0.7:
            node.test = ast.UnaryOp(ast.Not(), node.test)
            node.body, node.orelse = node.orelse, node.body


def commute_products(function: ast.FunctionDef, chance: random.Random) -> None:
    for node in ast.walk(function):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Mult) and chance.random() < 0.7:
            node.left, node.right = node.right, node.left


def write_sums_out(function: ast.FunctionDef, chance: random.Random) -> None:
    for block in _blocks(function):
        for at, statement in enumerate(block):
            if isinstance(statement, ast.AugAssign) and isinstance(statement.target, ast.Subscript):
                taken = copy.deepcopy(statement.target)
                taken.ctx = ast.Load()
                block[at] = ast.Assign([statement.target], ast.BinOp(taken, statement.op, statement.value), lineno=1)


def return_other_arrays(function: ast.FunctionDef, chance: random.Random) -> None:
    """Copies, other memory layouts, single precision, lists: all are arrays with the same numbers."""
    if function.name not in RETURNED:
        return
    for node in ast.walk(function):
        if not isinstance(node, ast.Return) or node.value is None:
            continue
        parts = list(node.value.elts) if isinstance(node.value, ast.Tuple) else [node.value]
        # What is returned may have been given a name before; then its parts are not to be seen here.
        if len(parts) != RETURNED[function.name]:
            continue
        arrays = parts[:1] if function.name.endswith("forward") else parts
        made = [_wrapped(part, chance) for part in arrays] + parts[len(arrays) :]
        if len(made) > 1:
            node.value = chance.choice((ast.Tuple, ast.List))(made, ast.Load())
        else:
            node.value = made[0]


def _wrapped(part: ast.expr, chance: random.Random) -> ast.expr:
    text = chance.choice(
        ("np.array(@)", "np.asfortranarray(@)", "(@).astype(np.float32)", "(@).astype(np.float64)", "(@)[...]",
         "np.flip(np.flip(@, 0), 0)", "(@) * 1", "0.0 + (@)", "-(-(@))", "(@).tolist()", "np.ma.getdata(@)",
         "(@).astype(np.longdouble)", "(@).astype('>f8')")
    )  # fmt: skip
    return ast.parse(text.replace("@", ast.unparse(part)), mode="eval").body


def annotate(function: ast.FunctionDef, chance: random.Random) -> None:
    """Type hints, a docstring, defaults that nobody uses."""
    for argument in function.args.args:
        argument.annotation = ast.Constant("np.ndarray")
    if ast.get_docstring(function) is None:
        function.body.insert(0, ast.Expr(ast.Constant("Does what it says.")))


def _call_through(tree: ast.Module) -> None:
    """Every graded function keeps its name and calls one that does the work."""
    for function in [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name in RETURNED]:
        names = ", ".join(argument.arg for argument in function.args.args)
        text = f"def {function.name}({names}):\n    return _really_{function.name}({names})\n"
        function.name = f"_really_{function.name}"
        tree.body.insert(tree.body.index(function) + 1, ast.parse(text).body[0])


def _blocks(function: ast.FunctionDef) -> Iterator[list[ast.stmt]]:
    """The lists of statements in it."""
    for node in list(ast.walk(function)):
        for field in ("body", "orelse"):
            block = getattr(node, field, None)
            if isinstance(block, list) and block and all(isinstance(each, ast.stmt) for each in block):
                yield block


def _fresh(stem: str, chance: random.Random) -> str:
    return f"{stem}_{chance.getrandbits(48):x}"


REWRITES: tuple[Rewrite, ...] = (
    rename_locals, for_to_while, add_what_does_nothing, split_expressions, swap_independent, turn_conditions,
    commute_products, write_sums_out, return_other_arrays, annotate,
)  # fmt: skip
