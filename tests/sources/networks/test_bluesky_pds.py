"""A bare Bluesky PDS (arroba, in this process): an account's own records, page by page."""

from __future__ import annotations

import logging
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from carekit.dataset.folder import open_dataset
from carekit.dataset.privacy import load_key
from carekit.errors import CarekitError
from carekit.sources.collecting.collect import collect
from carekit.sources.identities import safe_id

DID, HANDLE = "did:plc:acmexxxxxxxxxxxxxxxxxxxx", "acme.test"
COLLECTION = "app.bsky.feed.post"
pytestmark = pytest.mark.filterwarnings("ignore")


class Pds:
    """The server, and what an account writes on it."""

    def __init__(self) -> None:
        import arroba.server
        import flask
        from arroba.repo import Repo, Write
        from arroba.storage import Action, MemoryStorage
        from arroba.util import new_key, next_tid
        from lexrpc.flask_server import init_flask
        from werkzeug.serving import make_server

        self._write, self._action, self._tid = Write, Action, next_tid
        self.storage = MemoryStorage()
        arroba.server.storage = self.storage
        self._key = new_key(seed=1)
        self.repo = Repo.create(
            self.storage, DID, handle=HANDLE, signing_key=self._key, rotation_key=self._key
        )
        import arroba.xrpc_repo
        import arroba.xrpc_sync

        app = flask.Flask("pds")
        init_flask(arroba.server.server, app)
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = make_server("127.0.0.1", 0, app)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def post(self, text: str, *, at: str) -> str:
        key = self._tid()
        record = {"$type": COLLECTION, "text": text, "createdAt": at, "langs": ["en-GB"]}
        write = self._write(
            action=self._action.CREATE, collection=COLLECTION, rkey=key, record=record
        )
        self.storage.commit(self.repo, [write])
        return key

    def delete(self, key: str) -> None:
        write = self._write(action=self._action.DELETE, collection=COLLECTION, rkey=key)
        self.storage.commit(self.repo, [write])

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def pds() -> Iterator[Pds]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = Pds()
    yield server
    server.close()


def gather(pds: Pds, out: Path, target: str = f"repo:{DID}", **options: Any) -> Any:
    return collect("bluesky", [target], out=out, base_url=pds.url, pace=0, **options)


def named(key: str) -> str:
    """The post_id of a record, whose address holds its author: a pseudonym."""
    return f"bluesky:{safe_id(load_key(), 'bluesky', f'at://{DID}/{COLLECTION}/{key}')}"


def test_records_come_page_by_page_until_one_is_empty(pds: Pds, tmp_path: Path) -> None:
    keys = [pds.post(f"notice {n}", at=f"2026-03-02T08:{n:02d}:00.000Z") for n in range(60)]
    keys += [pds.post(f"notice {n}", at=f"2026-03-02T09:{n:02d}:00.000Z") for n in range(50)]
    report = gather(pds, tmp_path / "d")
    assert report.n_posts == len(keys) == 110
    posts = open_dataset(tmp_path / "d").read("posts")
    assert set(posts["post_id"]) == {named(k) for k in keys}
    assert set(posts["lang"]) == {"en"}
    # A list of records does not show replies: nobody watched these posts for answers.
    assert (posts["observed_at"] == posts["created_at"]).all()
    assert open_dataset(tmp_path / "d").selection.kind == "brand_threads"

    pds.delete(keys[3])
    gather(pds, tmp_path / "d", refresh=True)
    posts = open_dataset(tmp_path / "d").read("posts").set_index("post_id")
    gone = posts.index[posts["deleted_at"].notna()]
    assert list(gone) == [named(keys[3])]


def test_a_server_that_cannot_resolve_handles_is_named(pds: Pds, tmp_path: Path) -> None:
    with pytest.raises(CarekitError, match=r"resolveHandle with status 501\. Expected pages"):
        gather(pds, tmp_path / "d", "repo:elsewhere.test")
    assert not (tmp_path / "d").exists()
