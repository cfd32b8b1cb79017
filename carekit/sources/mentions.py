"""What a mention is on each network, as DuckDB SQL: handles, keys of accounts, pseudonymous texts."""

from __future__ import annotations

from carekit.dataset.privacy import fold_name_sql, pseudonym_sql
from carekit.sources.accounts import FOLDED
from carekit.sources.drafts import strings, text

# What follows an @. X allows letters, digits and underscores; elsewhere dots and hyphens occur
# inside. A Mastodon handle may name its server: its second @ is hidden while texts are split.
_HIDDEN_AT = "\ue000"
_WORD = r"\p{L}\p{M}\p{N}_"
# Signs that are not seen: a mention written with them names the person all the same.
_UNSEEN = "\u00ad\u200b-\u200f\u2060-\u2064\ufeff"
HANDLES = {
    "x": r"[A-Za-z0-9_]+",
    "telegram": r"[A-Za-z0-9_]+",
    "mastodon": rf"[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*(?:{_HIDDEN_AT}[A-Za-z0-9.-]*[A-Za-z0-9])?",
}
ANY_HANDLE = rf"[{_WORD}]+(?:[.-]+[{_WORD}]+)*"
# A link to what somebody has on a site holds the name; these stand where a name would.
_NAME_IN_LINK = r"([A-Za-z0-9_](?:[A-Za-z0-9_.-]*[A-Za-z0-9_])?)"
_PROFILE = (
    r"(?i:(?:\b(?:x|twitter|facebook|fb|threads)\.(?:com|net)|instagram\.com(?:/stories)?|\bt\.me(?:/s)?|"
    r"linkedin\.com/in|bsky\.app/profile|reddit\.com/u(?:ser)?|youtube\.com/(?:user|c))/)"
) + _NAME_IN_LINK
_NO_NAMES = (
    "i", "search", "hashtag", "home", "intent", "share", "sharer", "status", "explore", "p", "reel",
    "reels", "tv", "stories", "groups", "watch", "pages", "profile.php", "story.php", "permalink.php",
    "photo", "photo.php", "photos", "events", "marketplace", "login", "help", "settings", "joinchat",
    "c", "s", "share.php", "video", "videos", "hashtags", "privacy", "tos", "sharer.php", "people",
)  # fmt: skip
# Lists of equal length that the engine keeps: how accounts are compared, written, whose they are.
KEYS, ACCOUNT_NAMES, BRAND_NAMES = "known_keys", "known_accounts", "known_brands"
LISTED_BRANDS = "listed_brands"


def kept_list(name: str) -> str:
    """SQL of a list that the engine keeps."""
    return f"getvariable('{name}')"


def _visible(text: str) -> str:
    """SQL of a text with one kind of @, and no sign in a mention that is not seen."""
    one = f"replace(replace({text}, '＠', '@'), '﹫', '@')"
    mention = f"regexp_extract(h, '^[{_WORD}.{_UNSEEN}-]*')"
    bare = f"regexp_replace({mention}, '[{_UNSEEN}]+', '', 'g') || substr(h, length({mention}) + 1)"
    seen = (
        f"array_to_string(list_transform(string_split({one}, '@'), "
        f"lambda h, i: CASE WHEN i > 1 THEN {bare} ELSE h END), '@')"
    )
    return (
        f"CASE WHEN strlen({text}) = length({text}) THEN {text} "
        f"WHEN regexp_matches({one}, '@[{_WORD}.-]*[{_UNSEEN}]') THEN {seen} ELSE {one} END"
    )


class Grammar:
    """How handles and mentions are read on the networks of an import, and what becomes of them."""

    def __init__(self, key: bytes) -> None:
        self.key = key
        self._networks: set[str] = set()

    @property
    def _one_network(self) -> bool:
        return len(self._networks) == 1

    @property
    def _site(self) -> str:
        """SQL of the network: its name, where there is one only."""
        return text(*self._networks) if self._one_network else "network"

    def _by_network(self, choices: dict[str, str], other: str, network: str = "network") -> str:
        """SQL that differs by network; each way once, and no CASE if all are alike."""
        ways: dict[str, list[str]] = {}
        for name in sorted(self._networks):
            ways.setdefault(choices.get(name, other), []).append(name)
        usual = other if other in ways or not ways else next(iter(ways))
        named = {sql: names for sql, names in ways.items() if sql != usual}
        if not named:
            return usual
        cases = " ".join(
            f"WHEN {network} IN ({', '.join(map(text, names))}) THEN {sql}"
            for sql, names in named.items()
        )
        return f"CASE {cases} ELSE {usual} END"

    def _fold(self, handle: str, network: str = "network") -> str:
        return self._by_network(dict.fromkeys(FOLDED, fold_name_sql(handle)), handle, network)

    def _key_of(self, handle: str, network: str = "network") -> str:
        folded = self._fold(handle, network)
        return folded if self._one_network else f"{network} || ':' || {folded}"

    def _split_ready(self) -> str:
        """The text with one kind of @, none inside a Mastodon handle and one before Reddit's names.

        Only texts beyond ASCII are searched for other kinds of @ and for signs that are not seen.
        """
        plain = _visible("text")
        inside = (
            rf"regexp_replace({plain}, '(@[A-Za-z0-9_.-]+)@([A-Za-z0-9])', '\1{_HIDDEN_AT}\2', 'g')"
        )
        name = rf"[{_UNSEEN}]*[A-Za-z0-9_-][A-Za-z0-9_{_UNSEEN}-]+"
        marked = rf"regexp_replace(text, '(^|[^\w@])(u/)({name})', '\1\2@\3', 'g')"
        named = f"CASE WHEN contains(text, 'u/') THEN {_visible(marked)} ELSE {plain} END"
        return self._by_network({"mastodon": inside, "reddit": named}, plain)

    def _unlinked(self) -> str:
        """The text with pseudonyms in links to profiles, but of known accounts."""
        is_name = (
            f"NOT list_contains({strings(_NO_NAMES)}, lower(n)) AND NOT "
            f"list_contains({kept_list(KEYS)}, {self._key_of('n')})"
        )
        names = f"list_filter(regexp_extract_all(text, '{_PROFILE}', 1), lambda n: {is_name})"
        one = (
            "regexp_replace(made, '/' || n || '([^A-Za-z0-9_]|$)', "
            f"'/' || {self._hashed('n')} || '\\1', 'g')"
        )
        made = f"list_reduce(list_prepend(text, list_distinct({names})), lambda made, n: {one})"
        return (
            f"CASE WHEN contains(text, '/') AND regexp_matches(text, '{_PROFILE}') THEN {made} "
            "ELSE text END"
        )

    def _handle(self, part: str) -> str:
        choices = {n: f"regexp_extract({part}, '^{h}')" for n, h in HANDLES.items()}
        choices["mastodon"] = f"replace({choices['mastodon']}, '{_HIDDEN_AT}', '@')"
        return self._by_network(choices, f"regexp_extract({part}, '^{ANY_HANDLE}')")

    def _ends_in_word(self, part: str) -> str:
        """An @ after a letter belongs to an e-mail address, not to a mention."""
        last = f"right({part}, 1)"
        narrow, wide = (
            f"regexp_matches({last}, '[A-Za-z0-9_]')",
            f"regexp_matches({last}, '[{_WORD}]')",
        )
        word = self._by_network(dict.fromkeys(HANDLES, narrow), wide)
        return f"CASE WHEN {part} = '' THEN FALSE ELSE {word} END"

    def _is_mention(self) -> str:
        """For the lambda over (h, i): the part follows the @ of a mention."""
        before = "parts[i - 1]"
        whole = {n: f"regexp_full_match({before}, '{h}')" for n, h in HANDLES.items()}
        chained = self._by_network(whole, f"regexp_full_match({before}, '{ANY_HANDLE}')")
        return (
            f"(i > 1 AND (NOT {self._ends_in_word(before)} OR (i > 2 AND {chained})) "
            f"AND {self._handle('h')} <> '')"
        )

    def _first_known(self) -> str:
        """The number of the first known account among several mentions; null if none."""
        position = f"list_position({kept_list(KEYS)}, {self._key_of(self._handle('h'))})"
        many = (
            f"list_filter(list_transform(parts, lambda h, i: CASE WHEN {self._is_mention()} "
            f"THEN {position} END), lambda n: n > 0)[1]"
        )
        return f"CASE WHEN n_parts > 2 THEN {many} END"

    def _pseudonymous(self) -> str:
        """The text with a pseudonym in place of every handle that is no known account."""
        handle = self._handle("h")
        known = f"list_contains({kept_list(KEYS)}, {self._key_of(handle)})"
        many = (
            f"array_to_string(list_transform(parts, lambda h, i: CASE WHEN {self._is_mention()} "
            f"AND NOT {known} THEN {self._hashed(handle)} || substr(h, length({handle}) + 1) "
            "ELSE h END), '@')"
        )
        one = (
            f"concat(parts[1], '@', coalesce(other_pseudonym, {self._hashed('handle')}), "
            "substr(parts[2], length(handle) + 1))"
        )
        made = (
            "CASE WHEN n_parts = 2 THEN CASE WHEN handle <> '' AND other_account IS NULL "
            f"THEN {one} ELSE text END WHEN n_parts > 2 THEN {many} ELSE text END"
        )
        return self._by_network({"mastodon": f"replace({made}, '{_HIDDEN_AT}', '@')"}, made)

    def _hashed(self, handle: str) -> str:
        return pseudonym_sql(self.key, "network", self._fold(handle))
