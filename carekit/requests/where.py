"""`--where`: a condition in words of SQL → an Ibis expression, on columns that exist, nothing else.

The text is parsed, never run: only comparisons, and/or/not, in, between, like and `is null` on
columns of the table and literal values are known.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from carekit.errors import InputError, did_you_mean

if TYPE_CHECKING:
    import ibis
    from sqlglot import expressions as sql

EXAMPLE = "\"country = 'FR' and created_at >= '2024-01-01'\""


def condition(
    table: ibis.Table, text: str, known: Sequence[str] = ()
) -> ibis.expr.types.BooleanValue:
    """The rows of `table` for which `text` holds, such as ``network = 'x' and country = 'FR'``.

    `known`: the columns that an error lists, if others can be asked for than `table` has now.

    Text goes in single quotes; times are ``'2024-01-31'`` or ``'2024-01-31 18:00'``, UTC. Raises
    InputError if the text is no condition, or names a column that does not exist.

    >>> import ibis
    >>> t = ibis.memtable({"n": [1, 2, 3], "network": ["x", "x", "blog"]})
    >>> int(t.filter(condition(t, "n > 1 and network = 'x'")).count().execute())
    1
    """
    import sqlglot
    from sqlglot.errors import SqlglotError

    try:
        tree = sqlglot.parse_one(text, dialect="duckdb")
    except (SqlglotError, RecursionError) as error:
        raise _not_understood(text, "it is not a condition") from error
    try:
        result = _Reader(table, text, known or table.columns).read(tree)
        if not result.type().is_boolean():
            raise _not_understood(text, "it is a value, not a condition")
    except RecursionError:
        raise _not_understood(text, "it is nested too deeply") from None
    except (TypeError, ValueError, AttributeError, ArithmeticError) as error:
        if isinstance(error, InputError):
            raise
        raise _not_understood(text, "types do not fit (text or number?)") from error
    except Exception as error:
        if type(error).__module__.startswith("ibis"):
            raise _not_understood(text, "types do not fit (text or number?)") from error
        raise
    return result


def unmet(table: ibis.Table, text: str) -> str:
    """What to say of texts in a condition that no row of `table` has: what is there, and the nearest."""
    import sqlglot
    from sqlglot import expressions as sql

    told = []
    for node in sqlglot.parse_one(text, dialect="duckdb").find_all(sql.EQ, sql.In):
        column = node.this.name if isinstance(node.this, sql.Column) else ""
        listed = node.expressions if isinstance(node, sql.In) else [node.expression]
        wanted = [v.this for v in listed if isinstance(v, sql.Literal) and v.is_string]
        if not wanted or column not in table.columns or not table[column].type().is_string():
            continue
        counts = table.group_by(column).agg(n=table.count()).execute().dropna()
        there = counts.sort_values(["n", column], ascending=[False, True])[column].tolist()
        for value in (v for v in wanted if v not in there):
            some = ", ".join(there[:10]) + (", …" if len(there) > 10 else "")
            told.append(
                f"No request has the {column} {value!r}; there is: {some or 'none at all'}."
                f"{did_you_mean(value, there)}"
            )
    return " ".join(told)


def _not_understood(text: str, why: str) -> InputError:
    text = text if len(text) <= 300 else text[:300] + "…"
    return InputError(
        f"`where` is {text!r}: {why}. Expected a condition on columns, such as {EXAMPLE}, made of "
        "= <> < <= > >= and or not in between like is null, with text in single quotes."
    )


def _kind(value: Any) -> str:
    kind = value.type()
    if kind.is_null():
        return "null"
    if kind.is_numeric():
        return "a number"
    return "a time" if kind.is_timestamp() else "a text" if kind.is_string() else "yes or no"


class _Reader:
    def __init__(self, table: ibis.Table, text: str, known: Sequence[str]) -> None:
        self.table, self.text, self.known = table, text, known

    def read(self, node: sql.Expr) -> Any:
        """One node of the parsed condition → an Ibis value."""
        name = type(node).__name__
        known: dict[str, Callable[[Any], Any]] = {
            "Paren": lambda n: self.read(n.this),
            "And": lambda n: self.read(n.left) & self.read(n.right),
            "Or": lambda n: self.read(n.left) | self.read(n.right),
            "Not": lambda n: ~self.read(n.this),
            "EQ": lambda n: self._compare(n, lambda a, b: a == b),
            "NEQ": lambda n: self._compare(n, lambda a, b: a != b),
            "LT": lambda n: self._compare(n, lambda a, b: a < b),
            "LTE": lambda n: self._compare(n, lambda a, b: a <= b),
            "GT": lambda n: self._compare(n, lambda a, b: a > b),
            "GTE": lambda n: self._compare(n, lambda a, b: a >= b),
            "Like": lambda n: self.read(n.this).like(n.expression.this),
            "ILike": lambda n: self.read(n.this).ilike(n.expression.this),
            "In": self._in,
            "Between": self._between,
            "Is": self._is,
            "Column": self._column,
            "Literal": self._literal,
            "Neg": lambda n: -self.read(n.this),
            "Boolean": self._boolean,
        }
        if name not in known:
            raise _not_understood(self.text, f"{node.sql()!r} is not allowed here")
        return known[name](node)

    def _column(self, node: Any) -> Any:
        if node.table or node.name not in self.table.columns:
            raise InputError(
                f"`where` names a column {node.sql()!r} that does not exist; columns: "
                f"{', '.join(self.known)}.{did_you_mean(node.name, self.known)} "
                f"Text goes in single quotes, as in {EXAMPLE}."
            )
        return self.table[node.name]

    def _literal(self, node: Any) -> Any:
        import ibis

        if node.is_string:
            return ibis.literal(node.this)
        return ibis.literal(float(node.this) if "." in node.this else int(node.this))

    def _boolean(self, node: Any) -> Any:
        import ibis

        return ibis.literal(bool(node.this))

    def _pair(self, left: Any, right: Any) -> tuple[Any, Any]:
        """Two values of one kind; a text compared with a time is read as a time, UTC."""
        if left.type().is_timestamp() and right.type().is_string():
            return left, self._time(right)
        if right.type().is_timestamp() and left.type().is_string():
            return self._time(left), right
        kinds = {_kind(left), _kind(right)} - {"null"}
        if len(kinds) > 1:
            raise _not_understood(self.text, f"it compares {' with '.join(sorted(kinds))}")
        return left, right

    def _time(self, text: Any) -> Any:
        import ibis
        import pandas as pd

        value = text.op().value
        stamp = pd.Timestamp(value)
        stamp = stamp.tz_localize("UTC") if stamp.tzinfo is None else stamp.tz_convert("UTC")
        return ibis.literal(stamp.to_pydatetime(), type="timestamp('UTC')")

    def _compare(self, node: Any, relation: Callable[[Any, Any], Any]) -> Any:
        return relation(*self._pair(self.read(node.left), self.read(node.right)))

    def _in(self, node: Any) -> Any:
        value = self.read(node.this)
        if not node.expressions:
            raise _not_understood(self.text, "`in` needs a list of values in parentheses")
        listed = [self.read(e) for e in node.expressions]
        for each in listed:
            value = self._pair(value, each)[0]
        return value.isin([self._pair(value, each)[1] for each in listed])

    def _between(self, node: Any) -> Any:
        value = self.read(node.this)
        low = self._pair(value, self.read(node.args["low"]))[1]
        high = self._pair(value, self.read(node.args["high"]))[1]
        return value.between(low, high)

    def _is(self, node: Any) -> Any:
        kind = type(node.expression).__name__
        value = self.read(node.this)
        if kind == "Null":
            return value.isnull()
        if kind == "Boolean":
            return value == bool(node.expression.this)
        raise _not_understood(self.text, f"{node.sql()!r} is not allowed here")
