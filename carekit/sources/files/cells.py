"""What a cell of a text table means, as DuckDB SQL expressions: ids, numbers, yes and no."""

from __future__ import annotations

EMPTY_WORDS: tuple[str, ...] = (
    "", "nan", "none", "null", "<na>", "na", "n/a", "nat", "-", "--", "—", "–", "#n/a", "aucun",
    "aucune", "(empty)", "(vide)", "(blank)", "n.a.", "n/d", "n.d.", "s.o.", "s/o", "sans objet", "k.a.",
    "k. a.", "not applicable", "not available", "#value!", "#ref!", "#name?", "#null!", "#num!", "#div/0!",
    "#valeur!", "#nom?", "#nul!", "#nombre!", "#wert!", "#bezug!", "#zahl!",
)  # fmt: skip
TRUE_WORDS: tuple[str, ...] = (
    "true", "t", "yes", "y", "1", "1.0", "vrai", "oui", "✓", "✔", "✔️", "☑", "✅", "ja", "sí",
    "si", "sì", "wahr", "sim", "tak", "evet", "はい",
)  # fmt: skip
FALSE_WORDS: tuple[str, ...] = (
    "false", "f", "no", "n", "0", "0.0", "faux", "non", "✗", "✘", "❌", "☐", "✖", "nein", "nee",
    "falsch", "não", "nao", "nie", "hayır", "いいえ",
)  # fmt: skip
# A text that stands for no answer, and how a cell begins that should hold when it came.
NO_ANSWER = (
    "(not yet|none yet|pas encore|noch nicht)|(classe )?sans suite|no (reply|response|answer|action) "
    "(needed|required|necessary)|(aucune |pas de )?(reponse|action) (non )?necessaire|ignored?|ignoree?|"
    "hidden|masquee?|spam|deleted|supprimee?|closed|clos|closee?|ferme|keine antwort (noetig|notig|"
    "erforderlich)|ohne antwort|sin (respuesta|accion) necesaria|"
    "(no|not|none|never|non|pas|aucune?|sans|keine?|nicht|noch nicht|sin|sem|nessuna|senza|geen|niet|un)"
    "[ -]?((yet|encore|any|owner|developer|business|merchant|de) ?)*(answer|answered|reply|replied|"
    "response|responded|reponse|repondu|repondue|antwort|beantwortet|respuesta|resposta|risposta|antwoord|"
    "reactie|beantwoord)( yet| available| envoyee)?|"
    "(brak|bez) odpowiedzi|nie odpowiedziano|jeszcze nie|(henuz )?(yan[iı]t|cevap)( yok|lanmad[iı])|"
    "(返信|回答|返答)(なし|無し|待ち)|未(返信|回答|対応)|なし"
)
NOT_WHEN = (
    "(no|not|none|never|non|pas|aucune?|sans|keine?|nicht|noch|sin|sem|nessuna|geen|niet|pending|"
    "waiting|awaiting|en attente|en cours|unanswered)\\b.*"
)
# How the first cell of a row of totals begins.
TOTALS = (
    "(grand |general |sub ?-?|sous ?-?|zwischen ?-?)?(total|totals|totaux|totale|totales|totaal|sum|summe|"
    "somme|suma|gesamt|gesamtsumme|insgesamt|average|mean|median|moyenne|mediane|durchschnitt|"
    "mittelwert|media|promedio|gemiddelde)( general|s? generaux)?\\b.{0,60}"
)
# A rating of 1 to 5 as tools write it.
_OF_FIVE = "( ?/ ?5([.,]0)?| (out of|of|von|sur|de|su|van|na|z) 5)?"
_OF_STARS = "( ?(stars?|étoiles?|sterne?|estrellas?|estrelas?|stell[ae]|sterren|gwiazdk[ai]|★|⭐))?"
STARS = f"[1-5]([.,]0+)?{_OF_FIVE}{_OF_STARS}{_OF_FIVE}"
DRAWN = "(★|⭐️?){1,5}☆{0,4}"
NUMBERS = ("one", "two", "three", "four", "five")
LONGEST_TEXT = 131_072  # characters; what csv.reader takes by default


def filled_cells(rows: list[list[str]], place: int) -> list[str]:
    """The cells of a column that are not empty, nor say so."""
    return [v for row in rows if (v := row[place].strip()) and v.lower() not in EMPTY_WORDS]


def among(value: str, words: tuple[str, ...]) -> str:
    """SQL: the cell is one of these words, in any case."""
    # DuckDB turns a long IN (…) into a join over all rows, even where a CASE would skip it.
    return f"list_contains([{', '.join(repr(w) for w in words)}], lower(trim({value})))"


def yes_no(value: str) -> str:
    """SQL: true, false, or null for a cell that says neither."""
    # The first branch decides the largest files without folding case.
    return (
        f"CASE WHEN {value} IN ('True', 'False') THEN {value} = 'True' "
        f"WHEN {among(value, TRUE_WORDS)} THEN TRUE WHEN {among(value, FALSE_WORDS)} THEN FALSE END"
    )


def is_blank(value: str) -> str:
    """SQL: the cell holds nothing but blanks; hardly any begins with one, and is trimmed."""
    return f"(coalesce({value}, '') = '' OR (starts_with({value}, ' ') AND trim({value}) = ''))"


def filled(value: str) -> str:
    """SQL: the cell without surrounding blanks; null if it is empty or says so."""
    return f"CASE WHEN NOT {among(value, EMPTY_WORDS)} THEN trim({value}) END"


def is_simple_id(value: str) -> str:
    """SQL: an id of plain letters and digits, of which nothing else has to be asked.

    It holds a digit, and so is no word for an empty cell; it names no site and no person.
    """
    return f"coalesce(regexp_full_match({value}, '[A-Za-z0-9_-]*[0-9][A-Za-z0-9_-]*'), FALSE)"


def is_number_id(value: str) -> str:
    """SQL: the cell is a whole number, or one that a spreadsheet wrote as `3.0`."""
    return f"coalesce(regexp_full_match({value}, '[0-9]+(\\.0+)?'), FALSE)"


def is_rounded(value: str) -> str:
    """SQL: the cell is in scientific notation, so the last digits of an id are lost."""
    return f"coalesce(regexp_full_match({value}, '[0-9](\\.[0-9]+)?[eE]\\+?[0-9]{{1,3}}'), FALSE)"


def is_rounded_number(value: str) -> str:
    """SQL: the same where ids may have any form; `1e5` may be one, `1.2E+17` and `1,2E+17` none."""
    return (
        f"coalesce(regexp_full_match(trim({value}), "
        "'[0-9][.,][0-9]+[eE]\\+?[0-9]+|[0-9]+[eE]\\+[0-9]+'), FALSE)"
    )


def number_id(value: str) -> str:
    """SQL: a whole number as text, exact at any length; `3.0` becomes `3`."""
    return f"CASE WHEN contains({value}, '.') THEN split_part({value}, '.', 1) ELSE {value} END"


def any_id(value: str) -> str:
    """SQL: an id of any form; `3.0` and `="3"` become `3`, empty words become null.

    Of a link of a spreadsheet its label is the id if it can be one, else its address.
    """
    told = f'regexp_extract({value}, \'^=(?:[A-Z_.]+[(])?"([^"]*)"\', 1)'
    label = f'regexp_extract({value}, \'[,;] ?"?([^"\\s]*\\d[^"\\s]*)"?[)]$\', 1)'
    formula = f"coalesce(nullif({label}, ''), nullif({told}, ''), {value})"
    return f"CASE WHEN starts_with({value}, '=') THEN {formula} ELSE {_plain_id(value)} END"


def _plain_id(value: str) -> str:
    cell = filled(value)
    return f"CASE WHEN {is_number_id(value)} THEN {number_id(value)} ELSE {cell} END"


def is_long_decimal(value: str) -> str:
    """SQL: 1 if an id beyond 2^53 is written as a decimal: a program may have rounded it."""
    return f"CASE WHEN strlen({value}) > 17 AND ends_with({value}, '.0') THEN 1 ELSE 0 END"


def line_breaks(value: str) -> str:
    """SQL: how many line breaks the cell holds."""
    newline = "chr(10)"
    return (
        f"CASE WHEN contains({value}, {newline}) "
        f"THEN strlen({value}) - strlen(replace({value}, {newline}, '')) ELSE 0 END"
    )


def no_time(value: str) -> str:
    """SQL: a date that stands for none: 0000-00-00, the first day of a computer's calendar, 0."""
    return (
        f"coalesce(regexp_matches(trim({value}), '^(0000-00-00|00[/.]00[/.]0000|0001-01-01|"
        "01[/.]01[/.](0001|1900|1970)|1899-12-3|1900-01-0|1970-01-01|9999-12-31|-?0+([.,]0+)?$)'), FALSE)"
    )


def no_answer(value: str, *, when: bool = False) -> str:
    """SQL: the cell says in words that there is no answer; `when` it should hold a time or duration."""
    pattern = NOT_WHEN if when else f"({NO_ANSWER})[.!。]?"
    quoted = pattern.replace("'", "''")
    return f"coalesce(regexp_full_match(lower(strip_accents(trim({value}))), '{quoted}'), FALSE)"


def stars(value: str) -> str:
    """SQL: a whole number of stars, also if written as `5.0`, `4/5`, `4 étoiles`, `★★★★☆` or `FOUR`."""
    cell = f"lower(trim({value}))"
    drawn = f"length(regexp_replace({cell}, '[^★⭐]', '', 'g'))"
    number = whole(f"replace({value}, ',', '.')")
    return (
        f"coalesce({number}, CASE "
        rf"WHEN regexp_full_match({cell}, '{STARS}') THEN regexp_extract({cell}, '\d')::BIGINT "
        f"WHEN regexp_full_match({cell}, '{DRAWN}') THEN {drawn} "
        f"ELSE nullif(list_position({list(NUMBERS)}, {cell}), 0) END)"
    )


def whole(value: str) -> str:
    """SQL: a whole number, also if written as `5.0`; null for anything else."""
    return f"CASE WHEN {is_number_id(value)} THEN try_cast({number_id(value)} AS BIGINT) END"
