"""A small web server for the built site: compressed and cached for minutes, as static hosts do."""

import functools
import gzip
import http.server
import re
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

COMPRESSED = {".css", ".html", ".ipynb", ".js", ".json", ".mjs", ".svg", ".webmanifest", ".xml"}


@dataclass
class Sent:
    """What went over the wire for one request, headers included."""

    path: str
    bytes: int


@functools.cache
def _compressed(path: Path, _changed: int) -> bytes:
    return gzip.compress(path.read_bytes(), 6, mtime=0)  # hosts use a middling level


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder  # another one, and a new version has been published
        self.cut = False  # true, and the network is gone
        self.slow = False  # true, and a page's text arrives a packet at a time
        self.sent: list[Sent] = []
        super().__init__(("127.0.0.1", port), Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves before its file has arrived is no error, and not worth a trace."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


class Handler(http.server.SimpleHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    extensions_map = http.server.SimpleHTTPRequestHandler.extensions_map | {
        ".mjs": "text/javascript",
        ".webmanifest": "application/manifest+json",
        ".woff": "font/woff",
        ".woff2": "font/woff2",
    }

    def do_GET(self) -> None:
        if self.server.cut:
            self.close_connection = True
            return
        self.directory = str(self.server.folder)
        path = Path(self.translate_path(self.path))
        if path.is_dir() and self.path.partition("?")[0].endswith("/"):
            path /= "index.html"
        if not path.is_file():
            super().do_GET()  # a redirect, or “not found”
            return
        accepted = "gzip" in self.headers.get("Accept-Encoding", "")
        slow = self.server.slow and path.suffix == ".html"
        packed = accepted and path.suffix in COMPRESSED and not slow
        changed = path.stat().st_mtime_ns
        body = _compressed(path, changed) if packed else path.read_bytes()
        etag = f'"{changed:x}"'
        fresh = self.headers.get("If-None-Match") == etag
        self.send_response(304 if fresh else 200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        self.send_header("Cache-Control", "max-age=600")
        self.send_header("ETag", etag)
        if packed:
            self.send_header("Content-Encoding", "gzip")
            self.send_header("Vary", "Accept-Encoding")
        if not fresh:
            self.send_header("Content-Length", str(len(body)))
        head = len(b"".join(self._headers_buffer))  # type: ignore[attr-defined]
        self.end_headers()
        self.server.sent.append(Sent(self.path, head + 2 + (0 if fresh else len(body))))
        if fresh:
            return
        if slow:
            self.trickle(body)
        else:
            self.wfile.write(body)

    def trickle(self, body: bytes) -> None:
        """All that comes before a page's text; what it needs to be painted has time to arrive.

        Then in packets what a first screen may hold, and the rest at once. They end with a block,
        a row or an item: how the words of a line arrive is not for a page to choose.
        """
        sent = max(body.find(b"<article"), 0)
        screen = sent + 20_000
        self.wfile.write(body[:sent])
        time.sleep(0.5)
        for start in re.finditer(rb"<(?:div|h2|li|p|table|tr)\b", body):
            if sent + 1_400 < (end := start.start()) < screen:
                self.wfile.write(body[sent:end])
                sent = end
                time.sleep(0.04)
        self.wfile.write(body[sent:])

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def serve(folder: Path, port: int = 0) -> Iterator[Server]:
    """Serve a folder; the server's `sent` lists what went out."""
    with Server(folder, port) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()
