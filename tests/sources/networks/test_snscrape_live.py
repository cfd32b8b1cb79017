"""snscrape in its own process, its requests sent to a fake on loopback."""

from __future__ import annotations

import subprocess
import sys
import time
from importlib.machinery import FileFinder
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.errors import CarekitError, InputError, MissingExtraError
from carekit.sources.collecting.collect import collect
from carekit.sources.networks.snscrape import live
from carekit.sources.networks.snscrape.live import WORKER
from carekit.sources.networks.snscrape.worker import NOT_INSTALLED, mend_imports


def message(n: int) -> str:
    link = f"https://t.me/AcmeNews/{n}"
    return (
        f'<div class="tgme_widget_message" data-post="AcmeNews/{n}">'
        f'<div class="tgme_widget_message_text">news {n}</div>'
        '<div class="tgme_widget_message_footer">'
        f'<a class="tgme_widget_message_date" href="{link}">'
        f'<time datetime="2024-05-01T12:00:{n % 60:02d}+00:00"></time></a></div></div>'
    )


def preview(asked: Any) -> str:
    assert asked.path == "/s/AcmeNews"
    before = int(asked.params.get("before", 251))
    shown = range(max(1, before - 20), before)
    more = f'<a class="tme_messages_more" data-before="{shown[0]}" href="/s/AcmeNews?before={shown[0]}">'
    older = more + "</a>" if shown[0] > 1 else ""
    return "<html><body>" + older + "".join(map(message, shown)) + "</body></html>"


def installed() -> bool:
    code = f"import sys; sys.argv = ['x']; exec(open({str(WORKER)!r}).read().split('if __name__')[0]); "
    code += "mend_imports(); import snscrape.modules.telegram"
    return subprocess.run([sys.executable, "-P", "-c", code], capture_output=True).returncode == 0


needs_snscrape = pytest.mark.skipif(
    not installed(), reason="snscrape (carekit[snscrape]) is not installed, or not for this Python"
)


def gather(fake: Any, out: Path, *targets: str, **options: Any) -> Any:
    fake.answer = preview
    targets = targets or ("telegram-channel:AcmeNews",)
    return collect("snscrape", targets, out=out, base_url=fake.url, **options)


@needs_snscrape
def test_a_channel_comes_in_pages_and_resumes(fake: Any, tmp_path: Path) -> None:
    report = gather(fake, tmp_path / "d", max_pages=1, brand="Acme")
    assert "the cap of 1 pages" in report.stopped
    assert open_dataset(tmp_path / "d").manifest.rows("posts") == 100
    assert gather(fake, tmp_path / "d", resume=True, brand="Acme").stopped is None
    posts = open_dataset(tmp_path / "d").read("posts").set_index("post_id")
    assert sorted(posts.index) == sorted(f"telegram:AcmeNews/{n}" for n in range(1, 251))
    assert set(posts.author_role) == {"brand"}
    assert set(posts.brand) == {"Acme"}
    assert posts.text["telegram:AcmeNews/7"] == "news 7"


@needs_snscrape
def test_the_worker_prints_what_the_importer_reads(fake: Any) -> None:
    fake.answer = preview
    command = [sys.executable, "-P", str(WORKER), "telegram-channel", "AcmeNews", "3", fake.url]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert len(lines) == 3
    assert all('"_type": "snscrape.modules.telegram.TelegramPost"' in line for line in lines)


@needs_snscrape
def test_a_scraper_that_fails_is_given_up_with_its_reason(fake: Any, tmp_path: Path) -> None:
    fake.answer = lambda asked: (404, "<html></html>")
    with pytest.raises(InputError, match="held no post that was asked for"):
        collect("snscrape", ["telegram-channel:AcmeNews"], out=tmp_path / "d", base_url=fake.url)


def test_without_snscrape_the_worker_says_so(tmp_path: Path) -> None:
    # A folder without packages: nothing but the standard library can be imported.
    command = [sys.executable, "-S", "-I", str(WORKER), "telegram-channel", "a", "1"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert (done.returncode, done.stderr.strip()) == (NOT_INSTALLED, "snscrape")


def test_the_import_machinery_gets_back_what_python_took_away(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    if hasattr(FileFinder, "find_module"):
        monkeypatch.delattr(FileFinder, "find_module", raising=False)
    if hasattr(FileFinder, "find_module"):
        pytest.skip("this Python still has it, from a base class")
    mend_imports()
    try:
        finder = FileFinder(str(WORKER.parent), *[])
        assert finder.find_module("nothing_of_that_name") is None
    finally:
        del FileFinder.find_module


def test_carekit_itself_never_imports_it() -> None:
    code = "import carekit.sources.networks.snscrape, sys; assert 'snscrape' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_wrong_targets_are_refused(fake: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        gather(fake, tmp_path / "d", "twitter-user:acme")
    assert str(caught.value) == (
        "`targets` holds 'twitter-user:acme'; expected SCRAPER:NAME, all of one scraper of: "
        "telegram-channel, weibo-user. For items that you have, use `carekit import snscrape`."
    )


ITEM = (
    '{"_type": "snscrape.modules.telegram.TelegramPost", "url": "https://t.me/s/AcmeNews/%d", '
    '"date": "2024-05-01T12:00:00+00:00", "content": "news"}'
)


def worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, code: str) -> None:
    """Another worker in place of that of snscrape."""
    script = tmp_path / "worker.py"
    script.write_text(f"import sys, time\nITEM = {ITEM!r}\n{code}")
    monkeypatch.setattr(live, "WORKER", script)
    monkeypatch.setattr(live.Snscrape, "versions", ("httpx",))


def test_a_worker_that_complains_without_end_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker(monkeypatch, tmp_path, "print('e' * 300_000, file=sys.stderr); print(ITEM % 1)")
    report = collect("snscrape", ["telegram-channel:AcmeNews"], out=tmp_path / "d", max_seconds=20)
    assert (report.n_posts, report.stopped) == (1, None)


def test_a_worker_that_says_nothing_is_stopped_in_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker(monkeypatch, tmp_path, "print(ITEM % 1, flush=True); time.sleep(60)")
    began = time.monotonic()
    with pytest.raises(CarekitError, match="the cap of 1 seconds is reached"):
        collect("snscrape", ["telegram-channel:AcmeNews"], out=tmp_path / "d", max_seconds=1)
    assert time.monotonic() - began < 10


def test_without_snscrape_nothing_is_begun(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live.Snscrape, "versions", ("no-such-package-of-carekit",))
    with pytest.raises(MissingExtraError, match="Collecting from snscrape needs the package"):
        collect("snscrape", ["telegram-channel:AcmeNews"], out=tmp_path / "d")
    assert not (tmp_path / "d").exists()
