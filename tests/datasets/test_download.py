"""Official files from a real server, a mirror folder, and all the ways in which that fails."""

import dataclasses
import hashlib
import http.server
import threading
from pathlib import Path
from typing import ClassVar

import pytest

from ganforge.datasets.fetching.download import fetch_file
from ganforge.datasets.fetching.remote import RemoteFile
from ganforge.errors import UserError

CONTENT = bytes(range(256)) * 5000


class Handler(http.server.SimpleHTTPRequestHandler):
    """Serves a folder, with ranges; remembers the ranges that it was asked for."""

    ranges: ClassVar[list[str | None]] = []
    supports_ranges = True

    def log_message(self, *args):
        pass

    def do_GET(self):
        path = Path(self.directory) / self.path.lstrip("/")
        wanted = self.headers.get("Range")
        self.ranges.append(wanted)
        if not path.exists():
            self.send_error(404)
            return
        content = path.read_bytes()
        start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and self.supports_ranges else 0
        if start >= len(content):
            self.send_error(416)
            return
        self.send_response(206 if start else 200)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        self.wfile.write(content[start:])


@pytest.fixture
def server(tmp_path):
    folder = tmp_path / "served"
    (folder / "things").mkdir(parents=True)
    Handler.ranges = []
    Handler.supports_ranges = True
    httpd = http.server.ThreadingHTTPServer(
        ("127.0.0.1", 0), lambda *arguments: Handler(*arguments, directory=str(folder))
    )
    threading.Thread(target=httpd.serve_forever, daemon=True).start()
    yield folder, f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


def remote(*urls: str) -> RemoteFile:
    return RemoteFile("data.bin", urls, hashlib.md5(CONTENT).hexdigest())


@pytest.fixture
def fetch(tmp_path):
    (tmp_path / "raw").mkdir()
    seen = []

    def run(file, mirror=None):
        return fetch_file(
            file, "things", tmp_path / "raw", tmp_path / "partial", mirror, lambda *progress: seen.append(progress)
        )

    run.seen = seen
    run.raw, run.partial = tmp_path / "raw", tmp_path / "partial"
    return run


def test_a_file_is_downloaded_and_its_progress_is_told(server, fetch):
    folder, url = server
    (folder / "data.bin").write_bytes(CONTENT)
    assert fetch(remote(f"{url}/data.bin")).read_bytes() == CONTENT
    assert fetch.seen[-1] == ("data.bin", len(CONTENT), len(CONTENT))
    assert not any(fetch.partial.iterdir())


def test_an_address_that_fails_leads_to_the_next(server, fetch):
    folder, url = server
    (folder / "data.bin").write_bytes(CONTENT)
    assert fetch(remote(f"{url}/nothing", f"{url}/data.bin")).read_bytes() == CONTENT


def test_a_wrong_content_leads_to_the_next_address_too(server, fetch):
    folder, url = server
    (folder / "portal").write_bytes(b"<html>please log in</html>")
    (folder / "data.bin").write_bytes(CONTENT)
    assert fetch(remote(f"{url}/portal", f"{url}/data.bin")).read_bytes() == CONTENT


@pytest.mark.parametrize("supports_ranges", [True, False])
def test_an_interrupted_download_goes_on_or_begins_again(server, fetch, supports_ranges):
    folder, url = server
    (folder / "data.bin").write_bytes(CONTENT)
    Handler.supports_ranges = supports_ranges
    file = remote(f"{url}/data.bin")
    fetch.partial.mkdir()
    (fetch.partial / f"{file.md5}-data.bin").write_bytes(CONTENT[:1000])
    assert fetch(file).read_bytes() == CONTENT
    assert Handler.ranges == ["bytes=1000-"]


def test_a_download_that_was_whole_but_not_yet_moved_is_taken(server, fetch):
    folder, url = server
    (folder / "data.bin").write_bytes(CONTENT)
    file = remote(f"{url}/data.bin")
    fetch.partial.mkdir()
    (fetch.partial / f"{file.md5}-data.bin").write_bytes(CONTENT)
    assert fetch(file).read_bytes() == CONTENT


def test_another_content_is_refused_and_not_kept(server, fetch):
    folder, url = server
    (folder / "data.bin").write_bytes(b"<html>please log in</html>")
    with pytest.raises(UserError, match=r"MD5 .* but the official data\.bin has .* rejected"):
        fetch(remote(f"{url}/data.bin"))
    assert not any(fetch.partial.iterdir())
    assert not any(fetch.raw.iterdir())


def test_without_network_and_mirror_both_ways_out_are_named(fetch):
    with pytest.raises(UserError, match=r"could not be downloaded .*connect to the network.*GANFORGE_MIRROR"):
        fetch(remote("http://127.0.0.1:9/data.bin"))


def test_a_mirror_may_be_a_url(server, fetch):
    folder, url = server
    (folder / "things" / "data.bin").write_bytes(CONTENT)
    assert fetch(remote("http://127.0.0.1:9/unreachable"), mirror=url).read_bytes() == CONTENT


def test_a_mirror_may_be_a_folder(fetch, tmp_path):
    (tmp_path / "mirror" / "things").mkdir(parents=True)
    with pytest.raises(UserError, match=r"GANFORGE_MIRROR: .*data\.bin does not exist"):
        fetch(remote(), mirror=str(tmp_path / "mirror"))
    (tmp_path / "mirror" / "things" / "data.bin").write_bytes(CONTENT)
    assert fetch(remote(), mirror=str(tmp_path / "mirror")).read_bytes() == CONTENT


def test_a_file_of_another_data_set_lies_in_that_one_s_folder_of_a_mirror(server, fetch, tmp_path):
    file = dataclasses.replace(remote("http://127.0.0.1:9/unreachable"), dataset="others")
    with pytest.raises(UserError, match=r"things: .* a folder or URL that holds others/data\.bin"):
        fetch(file)
    folder, url = server
    (folder / "others").mkdir()
    (folder / "others" / "data.bin").write_bytes(CONTENT)
    for mirror in (url, str(folder)):
        fetch(file, mirror=mirror).unlink()


def test_a_wrong_file_in_a_mirror_stays_there_and_is_not_taken(fetch, tmp_path):
    wrong = tmp_path / "mirror" / "things" / "data.bin"
    wrong.parent.mkdir(parents=True)
    wrong.write_bytes(CONTENT[:-1])
    with pytest.raises(UserError, match="it is damaged or another file"):
        fetch(remote(), mirror=str(tmp_path / "mirror"))
    assert wrong.exists()
    assert not any(fetch.raw.iterdir())
