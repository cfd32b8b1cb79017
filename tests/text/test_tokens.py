"""Posts → tokens: those of the pattern on the whole text, whatever stands between them."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from carekit.text.lexicon import load_emoji
from carekit.text.tokens import token_pattern, vocabulary

MARKS = [*load_emoji(), "'", "’", "&amp;", "&lt;3", "<3", "\xa0", " ", "..", "0", "n'", "SOOO", "é"]


@given(
    st.lists(
        st.lists(
            st.sampled_from(MARKS) | st.characters(codec="utf-8", exclude_characters="\n"),
            max_size=12,
        )
    )
)
def test_tokens_are_those_of_the_whole_text(posts):
    texts = ["".join(parts) for parts in posts]
    read = vocabulary()
    seen = []
    for text in texts:
        whole = read.tokenise([text])
        seen += whole.ids.tolist()
        plain = text.replace("’", "'")
        if not set(plain) & set("@&<0123456789") and "www." not in plain.lower():
            found = token_pattern().findall(plain + "\n")
            assert len(found) == len(whole.ids)
            known = [read.number.get(token.lower()) for token in found]
            assert [k for k in known if k] == [
                i for k, i in zip(known, whole.ids, strict=True) if k
            ]
    assert read.tokenise(texts).ids.tolist() == seen


def test_what_was_read_before_is_told_alike():
    read = vocabulary()
    read.read.clear()
    bad, stop = read.number["bad"], read.number["."]
    for _ in range(2):
        table = read.tokenise(["bad", "so bad. BAD", ""])
        assert table.ids.tolist() == [bad, 1, read.number["so"], bad, stop, bad, 1, 1]
        assert table.post.tolist() == [0, 0, 1, 1, 1, 1, 1, 2]
        assert table.capitals.tolist() == [False] * 5 + [True, False, False]
