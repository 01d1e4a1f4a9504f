"""The reverse proxies of docs/deploy, run as they are written, in front of the real doors.

Only what belongs to a place is changed: ports, the name, the certificate.
"""

import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit

import httpx
import pytest
from httpx import Client  # noqa: TID251 - a proxy's caller, not ours

from connectors.crm.hubspot.signature import sign
from handlers import webhooks
from handlers.clock import Clock
from sandbox import company
from sandbox.slack.wire import http as sandbox
from tests.house.test_docs import read as page
from tests.stories.stage import HUBSPOT_SECRET, SECRET, Stage, free_port, staged

NGINX, CADDY = shutil.which("nginx", path="/usr/sbin:/usr/bin"), shutil.which("caddy")
NAME, ADDRESS = "baton.example.com", "127.0.0.1:3000"
INSIDE = ("/", "/healthz", "/readyz", "/metrics", "/slack/", "/slack/events/more")

pytestmark = pytest.mark.slow


def with_nginx(folder: Path, port: int, baton: str) -> list[str]:
    """The page's server within the frame that Debian gives it, with a certificate for one day."""
    key, certificate = folder / "privkey.pem", folder / "fullchain.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "1", "-subj", f"/CN={NAME}"]
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)  # noqa: S603 - our own
    server = page("docs/deploy/nginx.conf").replace("listen 443 ssl;", f"listen 127.0.0.1:{port} ssl;")
    server = server.replace("/etc/ssl/baton", str(folder)).replace(ADDRESS, baton)
    assert server.count(str(port)) == 1
    own = " ".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    main = f"user root; daemon off; pid {folder}/pid; error_log stderr; events {{}}"
    (folder / "nginx.conf").write_text(f"{main} http {{ access_log off; {own}\n{server}}}")
    return [str(NGINX), "-e", "stderr", "-c", str(folder / "nginx.conf")]


def with_caddy(folder: Path, port: int, baton: str) -> list[str]:
    """The page's site with a certificate of Caddy's own instead of a public one."""
    site = page("docs/deploy/Caddyfile").replace(NAME, f"https://{NAME}:{port}").replace(ADDRESS, baton)
    own = ("admin off", "local_certs", "skip_install_trust", "auto_https disable_redirects", "default_bind 127.0.0.1")
    options = "\n\t".join((*own, f"storage file_system {folder}"))
    (folder / "Caddyfile").write_text(f"{{\n\t{options}\n}}\n{site}")
    return [str(CADDY), "run", "--adapter", "caddyfile", "--config", str(folder / "Caddyfile")]


@contextmanager
def running(command: list[str], url: str) -> Iterator[None]:
    """The proxy as a process, once it answers."""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:  # noqa: S603 - our own
        try:
            until = time.monotonic() + 20
            while not up(url):
                assert process.poll() is None, process.stdout and process.stdout.read().decode()
                assert time.monotonic() < until, "the proxy does not answer"
                time.sleep(0.1)
            yield
        finally:
            process.terminate()


def up(url: str) -> bool:
    """Whether anybody answers there."""
    try:
        return bool(asked("GET", url).status_code)
    except httpx.TransportError:
        return False


def asked(method: str, url: str, body: bytes = b"", headers: dict[str, str] | None = None) -> httpx.Response:
    """An answer through the proxy, by its public name: there is no name server here."""
    parts = urlsplit(url)
    near = f"https://127.0.0.1:{parts.port}{parts.path}"
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with Client(verify=context, trust_env=False, timeout=10) as line:
        request = line.build_request(method, near, content=body, headers={**(headers or {}), "host": parts.netloc})
        request.extensions["sni_hostname"] = parts.hostname
        return line.send(request)


@pytest.fixture(
    params=[
        pytest.param(with_nginx, id="nginx", marks=pytest.mark.skipif(not NGINX, reason="nginx is not installed")),
        pytest.param(with_caddy, id="caddy", marks=pytest.mark.skipif(not CADDY, reason="caddy is not installed")),
    ]
)
def stage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Stage]:
    """A company whose Baton stands behind that proxy and knows its public address."""
    proxied: Callable[[Path, int, str], list[str]] = request.param
    port = free_port()
    with staged(tmp_path) as made:
        made.env["BATON_PUBLIC_URL"] = f"https://{NAME}:{port}"
        made.start()
        folder = tmp_path / "proxy"
        folder.mkdir()
        with running(proxied(folder, port, f"127.0.0.1:{made.env['BATON_PORT']}"), made.env["BATON_PUBLIC_URL"]):
            yield made


def test_the_page_lets_slack_and_the_crm_in_and_nobody_further(stage: Stage) -> None:
    url = stage.env["BATON_PUBLIC_URL"]
    words = {
        "command": "/handover",
        "text": "help",
        "user_id": "U0ANA00001",
        "team_id": company.TEAM,
        "trigger_id": "1.1",
    }
    body, stamp = urlencode(words).encode(), str(int(time.time()))
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": stamp,
        "x-slack-signature": sandbox.sign(SECRET, body, stamp),
    }
    command = asked("POST", f"{url}/slack/events", body, headers)
    assert (command.status_code, "response_type" in command.text) == (200, True)
    forged = asked("POST", f"{url}/slack/events", body + b"1", headers)
    assert forged.status_code == 401
    hook, delivery = f"{url}/webhooks/hubspot", b"[]"
    signature = sign(delivery, url=hook, now=Clock().machine_now(), secret=HUBSPOT_SECRET)
    assert asked("POST", hook, delivery, signature).status_code == 200, "the address that was signed is the public one"
    assert {path: asked("GET", f"{url}{path}").status_code for path in INSIDE} == dict.fromkeys(INSIDE, 404)


def test_the_page_lets_nothing_in_that_is_larger_than_baton_takes(stage: Stage) -> None:
    hook = f"{stage.env['BATON_PUBLIC_URL']}/webhooks/hubspot"
    full, more = b" " * webhooks.LIMIT, b" " * (webhooks.LIMIT + 1)
    assert asked("POST", hook, full).status_code == 401
    # Caddy passes a body on while it counts: where Baton has hung up on it meanwhile, it speaks of a bad gateway.
    assert asked("POST", hook, more).status_code in {413, 502}
    assert stage.deps.store.outbox.waiting() == {}
