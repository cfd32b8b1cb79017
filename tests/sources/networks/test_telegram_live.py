"""Telegram channels from a fake of their public preview."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from carekit.dataset.folder import open_dataset
from carekit.sources.collecting.collect import collect, estimate

CHANNEL = "AcmeNews"


def message(n: int) -> str:
    if n == 1:
        return (
            f'<div class="tgme_widget_message service_message" data-post="{CHANNEL}/1">'
            '<div class="tgme_widget_message_text">Channel created</div></div>'
        )
    reply = (
        f'<a class="tgme_widget_message_reply" href="https://t.me/{CHANNEL}/{n - 2}">'
        '<div class="tgme_widget_message_text">quoted</div></a>'
        if n % 5 == 0
        else ""
    )
    return (
        f'<div class="tgme_widget_message js-widget_message" data-post="{CHANNEL}/{n}">{reply}'
        f'<div class="tgme_widget_message_text js-message_text">news {n}<br/>@ann_x &amp; all</div>'
        f'<a class="tgme_widget_message_date"><time datetime="2024-05-{n:02d}T12:00:00+00:00">12:00'
        "</time></a></div>"
    )


class Preview:
    def __init__(self) -> None:
        self.there = set(range(1, 26))
        self.loops = False

    def __call__(self, asked: Any) -> Any:
        if asked.path != f"/s/{CHANNEL}":
            return "<html><body>no preview</body></html>"
        before = int(asked.params.get("before", 1_000))
        shown = sorted(n for n in self.there if n < before or self.loops)[-10:]
        return "<html><body>" + "".join(map(message, shown)) + "</body></html>"


def gather(fake: Any, out: Path, *targets: str, **options: Any) -> Any:
    return collect(
        "telegram", targets or (f"@{CHANNEL}",), out=out, base_url=fake.url, pace=0, **options
    )


def test_a_channel_is_read_to_its_beginning(fake: Any, tmp_path: Path) -> None:
    fake.answer = Preview()
    report = gather(fake, tmp_path / "d", brand="Acme")
    assert report.stopped is None
    assert dict(report.left_out) == {"a service message, no post": 1}
    posts = open_dataset(tmp_path / "d").read("posts").set_index("post_id")
    assert sorted(posts.index) == sorted(f"telegram:{CHANNEL}/{n}" for n in range(2, 26))
    assert posts.text[f"telegram:{CHANNEL}/5"].startswith("news 5\n@a_")
    assert posts.reply_to[f"telegram:{CHANNEL}/5"] == f"telegram:{CHANNEL}/3"
    assert set(posts.author_role) == {"brand"}
    assert set(posts.brand) == {"Acme"}
    assert len(fake.asked) == 3


def test_a_list_that_loops_comes_to_an_end(fake: Any, tmp_path: Path) -> None:
    fake.answer = preview = Preview()
    preview.loops = True
    gather(fake, tmp_path / "d")
    assert len(fake.asked) == 2


def test_a_range_ends_at_older_messages(fake: Any, tmp_path: Path) -> None:
    fake.answer = Preview()
    gather(fake, tmp_path / "d", since="2024-05-20")
    assert open_dataset(tmp_path / "d").manifest.rows("posts") == 6
    assert len(fake.asked) == 2


def test_a_refresh_finds_deletions_and_empties_the_raw_page(fake: Any, tmp_path: Path) -> None:
    fake.answer = preview = Preview()
    gather(fake, tmp_path / "d")
    preview.there.discard(7)
    report = gather(fake, tmp_path / "d", refresh=True)
    assert report.n_deleted == 1
    posts = open_dataset(tmp_path / "d").read("posts").set_index("post_id")
    assert posts.isna().text[f"telegram:{CHANNEL}/7"]
    assert report.n_purged >= 1


def test_a_channel_without_preview_is_given_up_and_the_estimate_is_an_upper_limit(
    fake: Any, tmp_path: Path
) -> None:
    fake.answer = Preview()
    report = gather(fake, tmp_path / "d", CHANNEL, "Nothing")
    assert list(report.failures.values()) == [1]
    made = estimate("telegram", [CHANNEL], base_url=fake.url)
    assert str(made) == "Estimate: about 2 pages, 3 s, no fee. 25 messages at most."
