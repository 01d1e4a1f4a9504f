"""Mutants of Python text: one small change each, as somebody might slip.

What a reader or the type checker would see at once is not made: no words (strings, docstrings, what an error says), no
annotations, no decorators, no `None` for a type without it.
"""

import ast
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from itertools import islice, takewhile

COMPARED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt, ast.Eq: ast.NotEq, ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot, ast.IsNot: ast.Is, ast.In: ast.NotIn, ast.NotIn: ast.In,
}  # fmt: skip
RECKONED: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.FloorDiv, ast.FloorDiv: ast.Mult, ast.Div: ast.Mult,
}  # fmt: skip
CALLED = {"min": "max", "max": "min", "any": "all", "all": "any", "sorted": "list"}
CLEANED = {"casefold", "lower", "strip"}  # methods of a text that are left out
EMPTY = {"str": "''", "list": "[]", "tuple": "()", "set": "set()", "frozenset": "frozenset()", "dict": "{}"}
UNTOUCHED = {"annotation", "returns", "decorator_list", "type_params"}  # fields that are never changed
UNPROVEN = {"strict", "compare", "repr", "frozen"}  # arguments that only guard against our own slips
LONG = 600  # characters of a change that are told whole
GATHERED = {"frozenset", "set", "tuple"}  # calls around a literal collection


@dataclass(frozen=True)
class Mutant:
    """One change. `number` counts the changes of its file; `lines` are those of the statement that it changes.

    `around` are those of its function; those of the statement, when it runs as the module is imported.
    """

    file: str
    number: int
    lines: tuple[int, int]
    around: tuple[int, int]
    where: str  # the qualified name of the function or class around it, '' for the module
    names: tuple[str, ...]  # what the statement defines, when it runs as the module is imported
    was: str
    now: str

    @property
    def name(self) -> str:
        """How it is told, and explained when nothing kills it."""
        told = f"{self.was} → {self.now}"
        if len(told) > LONG:  # a long table: where it differs
            same = sum(1 for _ in takewhile(lambda two: two[0] == two[1], zip(self.was, self.now, strict=False)))
            told = f"{', '.join(self.names)} without {self.was[same:].removesuffix(self.now[same:]).strip(', ')}"
        return f"{self.file} {self.where}: {told}"


@dataclass
class Site:
    """Where a change is made: `holder.field`, or `holder.field[at]`."""

    holder: ast.AST
    field: str
    at: int | None
    statement: ast.stmt
    scopes: tuple[ast.AST, ...]

    @property
    def node(self) -> ast.AST:
        """What stands there."""
        found = getattr(self.holder, self.field)
        return found if self.at is None else found[self.at]  # type: ignore[no-any-return]

    def put(self, new: ast.AST) -> None:
        """Puts something else there."""
        if self.at is None:
            setattr(self.holder, self.field, new)
        else:
            getattr(self.holder, self.field)[self.at] = new

    @property
    def function(self) -> ast.FunctionDef | None:
        """The function whose body it stands in; a default belongs to who defines the function."""
        inner = self.scopes[-1] if self.scopes else None
        return inner if isinstance(inner, ast.FunctionDef) else None

    @property
    def literal(self) -> bool:
        """Whether a collection here is a table of the rules, or what something is looked for in."""
        if isinstance(self.holder, ast.Compare):
            return self.field == "comparators" and isinstance(self.holder.ops[self.at or 0], (ast.In, ast.NotIn))
        if isinstance(self.holder, ast.Call):
            return isinstance(self.holder.func, ast.Name) and self.holder.func.id in GATHERED
        return isinstance(self.holder, (ast.Assign, ast.AnnAssign)) and self.function is None


def mutants(file: str, text: str) -> list[Mutant]:
    """All mutants of a file, always in the same order."""
    found = []
    for number, (site, new) in enumerate(_changes(ast.parse(text))):
        where = ".".join(getattr(scope, "name", "") for scope in site.scopes)
        names = () if site.function else defined(site.statement)
        was, now = _told(site, site.node), _told(site, new)
        lines, outer = _lines(site.statement), site.function
        around = (outer.lineno, outer.end_lineno or outer.lineno) if outer else lines
        found.append(Mutant(file, number, lines, around, where, names, was, now))
    return found


def defined(statement: ast.stmt) -> tuple[str, ...]:
    """The names that a statement gives to something."""
    if isinstance(statement, (ast.FunctionDef, ast.ClassDef)):
        return (statement.name,)
    targets = getattr(statement, "targets", [getattr(statement, "target", None)])
    return tuple(node.id for target in targets if target for node in ast.walk(target) if isinstance(node, ast.Name))


def mutated(text: str, number: int) -> ast.Module:
    """The file with that one change."""
    tree = ast.parse(text)
    site, new = next(islice(_changes(tree), number, None))
    site.put(new)
    return ast.fix_missing_locations(tree)


def _lines(statement: ast.stmt) -> tuple[int, int]:
    """Without the body: its lines are those of other statements."""
    body = getattr(statement, "body", None)
    last = body[0].lineno - 1 if body else statement.end_lineno or statement.lineno
    return statement.lineno, max(last, statement.lineno)


def _told(site: Site, node: ast.AST) -> str:
    """The change in the text around it, on one line."""
    if isinstance(node, ast.Pass):
        return "nothing"
    if isinstance(node, ast.expr) and isinstance(site.holder, (ast.expr, ast.keyword, ast.Return, ast.comprehension)):
        before = site.node
        site.put(node)
        told = ast.unparse(site.holder).strip()
        site.put(before)
        return told
    if isinstance(site.holder, ast.AnnAssign):
        return f"{ast.unparse(site.holder.target)} = {ast.unparse(node)}"
    return " ".join(ast.unparse(node).split())


def _changes(tree: ast.Module) -> Iterator[tuple[Site, ast.AST]]:
    for site in _sites(tree, (), None):
        for operator in OPERATORS:
            for new in operator(site.node, site):
                yield site, new


def _sites(holder: ast.AST, scopes: tuple[ast.AST, ...], statement: ast.stmt | None) -> Iterator[Site]:
    for field, value in ast.iter_fields(holder):
        if field in UNTOUCHED:
            continue
        inside = scopes
        if isinstance(holder, (ast.FunctionDef, ast.ClassDef)) and field == "body":
            inside = (*scopes, holder)
        for at, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(node, ast.AST) or _is_words(node):
                continue
            of = node if isinstance(node, ast.stmt) else statement
            if of is not None:
                yield Site(holder, field, at, of, inside)
            if not isinstance(node, (ast.Raise, ast.JoinedStr)):
                yield from _sites(node, inside, of)


def _is_words(node: ast.AST) -> bool:
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    return isinstance(node, ast.keyword) and node.arg in UNPROVEN


def _compare(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.Compare):
        for at, op in enumerate(node.ops):
            new = deepcopy(node)
            new.ops[at] = COMPARED[type(op)]()
            yield new


def _logic(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), deepcopy(node.values))
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.Not, ast.USub)):
        yield deepcopy(node.operand)


def _condition(node: ast.AST, site: Site) -> Iterator[ast.AST]:
    told_apart = (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant)  # another operator changes these
    if not isinstance(node, ast.expr):
        return
    if site.field in {"test", "ifs"} and not isinstance(node, told_apart):
        yield ast.UnaryOp(ast.Not(), deepcopy(node))
    if site.field == "ifs":
        yield ast.Constant(value=True)


def _constant(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Constant):
        return
    if isinstance(node.value, bool):
        yield ast.Constant(value=not node.value)
    elif isinstance(node.value, (int, float)):
        yield ast.Constant(value=node.value + 1)
        if node.value > 1:
            yield ast.Constant(value=node.value - 1)


def _arithmetic(node: ast.AST, site: Site) -> Iterator[ast.AST]:
    if not isinstance(node, ast.BinOp):
        return
    if isinstance(node.op, ast.BitOr) and site.function is not None:
        yield deepcopy(node.left)
    texts = (ast.JoinedStr, ast.List, ast.Tuple, ast.ListComp)
    parts = (node.left, node.right)
    joined = any(isinstance(p, texts) or (isinstance(p, ast.Constant) and isinstance(p.value, str)) for p in parts)
    if type(node.op) in RECKONED and not joined:
        yield ast.BinOp(deepcopy(node.left), RECKONED[type(node.op)](), deepcopy(node.right))


def _call(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    if not isinstance(node, ast.Call):
        return
    if isinstance(node.func, ast.Name) and node.func.id in CALLED:
        other = CALLED[node.func.id]
        keywords = [] if other == "list" else deepcopy(node.keywords)
        yield ast.Call(ast.Name(other, ast.Load()), deepcopy(node.args), keywords)
    if isinstance(node.func, ast.Attribute) and node.func.attr in CLEANED and not node.args:
        yield deepcopy(node.func.value)


def _returned(node: ast.AST, site: Site) -> Iterator[ast.AST]:
    """The value of a `return`, for another one of its type."""
    if not (isinstance(site.holder, ast.Return) and site.function and site.function.returns):
        return
    kind, was = ast.unparse(site.function.returns), ast.unparse(node)
    told_apart = isinstance(node, (ast.Compare, ast.BoolOp, ast.UnaryOp, ast.Constant))
    if kind == "bool" and isinstance(node, ast.expr) and not told_apart:
        yield ast.UnaryOp(ast.Not(), deepcopy(node))
    elif kind.endswith("| None") and was != "None":
        yield ast.Constant(value=None)
    outer, _, inner = kind.partition("[")
    shaped = outer == "tuple" and not inner.endswith(", ...]")
    if outer in EMPTY and not shaped and was != EMPTY[outer]:
        yield ast.parse(EMPTY[outer], mode="eval").body


def _removed(node: ast.AST, _: Site) -> Iterator[ast.AST]:
    """A statement that is left out; one that names something would be missed by the type checker."""
    stored = isinstance(node, ast.Assign) and isinstance(node.targets[0], (ast.Attribute, ast.Subscript))
    told = isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)
    if stored or told or isinstance(node, (ast.AugAssign, ast.Raise, ast.Continue, ast.Break, ast.Delete)):
        yield ast.Pass()


def _shortened(node: ast.AST, site: Site) -> Iterator[ast.AST]:
    """A table without its last row."""
    if not site.literal:
        return
    if isinstance(node, (ast.Set, ast.Tuple, ast.List)) and len(node.elts) > 1:
        new = deepcopy(node)
        new.elts.pop()
        yield new
    if isinstance(node, ast.Dict) and len(node.keys) > 1:
        yield ast.Dict(deepcopy(node.keys[:-1]), deepcopy(node.values[:-1]))


OPERATORS: tuple[Callable[[ast.AST, Site], Iterator[ast.AST]], ...] = (
    _compare, _logic, _condition, _constant, _arithmetic, _call, _returned, _removed, _shortened,
)  # fmt: skip
