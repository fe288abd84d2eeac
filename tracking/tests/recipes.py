"""The proxy recipes of the documentation, read out of their page and run: by the program itself where it is there, by
a small proxy that passes on the paths and headers that the recipe names where it is not."""

import json
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings

from config.embedded.probes import free_port
from tracking.containers.syntax import node_program
from tracking.tests.script.website import serve

PAGE = settings.BASE_DIR / "templates" / "docs" / "proxy.md"
UPSTREAM, SITE = "metrics.example.com", "www.example.com"
NGINX = """
daemon off; pid {folder}/pid; error_log {folder}/log; worker_processes 1;
events {{ worker_connections 64; }}
http {{
  access_log off;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/f;
  uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  server {{ listen 127.0.0.1:{port}; {recipe} }}
}}
"""


def recipe(language: str) -> str:
    found = re.search(rf"^```{language}\n(.*?)^```", PAGE.read_text(), re.M | re.S)
    assert found
    return found[1]


def passes_nginx(path: str) -> str | None:
    """The path at MetricPal to which the recipe passes `path` on, or None."""
    found = re.search(r"location ~ (\S+) \{", recipe("nginx"))
    assert found
    return path.removeprefix("/w") if re.match(found[1], path) else None


def passes_caddy(path: str) -> str | None:
    found = re.search(r"@metricpal path (.*)", recipe("caddy"))
    assert found
    fits = any(path.startswith(each[:-1]) if each.endswith("*") else path == each for each in found[1].split())
    return path.removeprefix("/w") if fits else None


def passes_next(path: str) -> str | None:
    show = "module.exports.rewrites().then((found) => console.log(JSON.stringify(found)))"
    done = subprocess.run([node_program(), "-e", recipe("js") + show], capture_output=True, text=True, check=True)
    for each in json.loads(done.stdout):
        start, star, _ = each["source"].partition(":path*")
        if path.startswith(start) if star else path == start:
            return path.replace(start, urlsplit(each["destination"]).path.partition(":path*")[0], 1)
    return None


PASSES: dict[str, Callable[[str], str | None]] = {"nginx": passes_nginx, "caddy": passes_caddy, "js": passes_next}


@contextmanager
def running(language: str, upstream: str, folder: Path) -> Iterator[str]:
    """The address of a website that follows the recipe, before a MetricPal at `upstream`."""
    program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") if language == "nginx" else None
    program = shutil.which("caddy") if language == "caddy" else program
    if program is None:
        with serve(_stand_in(language, upstream)) as address:
            yield address
        return
    port = free_port()
    command = (
        _nginx(program, upstream, folder, port) if language == "nginx" else _caddy(program, upstream, folder, port)
    )
    running = subprocess.Popen(command, env={**os.environ, "HOME": str(folder)}, stderr=subprocess.DEVNULL)
    try:
        _wait_for(port)
        yield f"http://127.0.0.1:{port}"
    finally:
        running.terminate()
        running.wait(10)


def _nginx(program: str, upstream: str, folder: Path, port: int) -> list[str]:
    text = recipe("nginx").replace(f"https://{UPSTREAM}", upstream).replace(UPSTREAM, urlsplit(upstream).netloc)
    path = folder / "nginx.conf"
    path.write_text(NGINX.format(folder=folder, port=port, recipe=text))
    command = [program, "-c", str(path), "-e", str(folder / "log")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    return command


def _caddy(program: str, upstream: str, folder: Path, port: int) -> list[str]:
    text = recipe("caddy").replace(f"https://{UPSTREAM}", upstream).replace(SITE, f"http://127.0.0.1:{port}")
    path = folder / "Caddyfile"
    path.write_text("{\n\tadmin off\n}\n" + text)
    return [program, "run", "--config", str(path), "--adapter", "caddyfile"]


def _wait_for(port: int) -> None:
    for _ in range(100):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise AssertionError("The proxy did not start.")


def _stand_in(language: str, upstream: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path, mark, query = self.path.partition("?")
            target = PASSES[language](path)
            if target is None:
                self.send_error(404)
                return
            sent = self.rfile.read(int(self.headers.get("Content-Length", 0))) or None
            headers = {
                name: self.headers[name] for name in ("Content-Type", "User-Agent", "Origin") if self.headers[name]
            }
            before = (
                [self.headers["X-Forwarded-For"]] if self.headers["X-Forwarded-For"] and language == "nginx" else []
            )
            headers["X-Forwarded-For"] = ", ".join([*before, self.client_address[0]])
            request = urllib.request.Request(upstream + target + mark + query, sent, headers)
            with urllib.request.urlopen(request, timeout=10) as answer:
                body = answer.read()
                self.send_response(answer.status)
                for name in ("Content-Type", "Cache-Control", "ETag"):
                    if answer.headers[name]:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

        do_POST = do_GET

        def log_message(self, format: str, *args: object) -> None:
            """Tests have no use for an access log."""

    return Handler
