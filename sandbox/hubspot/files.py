"""Files: what an attachment is called, how big it is, and a short-lived address to read it.

The bytes are a small PDF that this stand-in writes itself. Page: developers.hubspot.com/docs/api-reference/files/guide.
"""

import hashlib
import hmac

from sandbox.ground import Ground
from sandbox.hubspot.errors import Refusal, bad_request, not_found
from sandbox.shelf import Doc
from sandbox.stamps import iso

KIND = "hubspot.file"
LONGEST_LIFE = 86_400
DEFAULT_LIFE = 3_600


def pdf(title: str) -> bytes:
    """A one-page PDF that shows its title; valid without a cross-reference table in every reader that repairs."""
    text = title.encode("ascii", "replace").decode().replace("(", "[").replace(")", "]")
    stream = f"BT /F1 18 Tf 60 760 Td ({text}) Tj ET"
    parts = [
        "1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj",
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj",
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>endobj",
        f"4 0 obj<</Length {len(stream)}>>stream\n{stream}\nendstream endobj",
        "5 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj",
    ]
    return ("%PDF-1.4\n" + "\n".join(parts) + "\ntrailer<</Root 1 0 R>>\n%%EOF\n").encode()


class Files:
    """The file manager of the account."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def add(self, key: str, full_name: str, *, access: str = "PRIVATE") -> Doc:
        """Keeps a file under an id; `full_name` with its extension, which HubSpot shows apart."""
        name, _, extension = full_name.rpartition(".")
        content = pdf(full_name)
        now = iso(self._ground.clock.time())
        doc = {
            "id": key,
            "name": name,
            "extension": extension,
            "type": "DOCUMENT",
            "path": f"/{full_name}",
            "size": len(content),
            "fileMd5": hashlib.md5(content, usedforsecurity=False).hexdigest(),
            "access": access,
            "createdAt": now,
            "updatedAt": now,
            "archived": False,
        }
        return self._ground.shelf.put(KIND, key, doc)

    def one(self, key: str) -> Doc:
        """A file's record; 404 for an unknown id. A private file's url opens nothing without a signature."""
        doc = self._ground.shelf.get(KIND, key)
        if doc is None:
            raise not_found("File not found")
        return doc | {"url": f"{self._ground.base_url}/hubspot/filestore/{key}"}

    def signed_url(self, key: str, life: str) -> Doc:
        """A readable address for `life` seconds (default one hour, at most a day)."""
        seconds = int(life) if life.isdigit() else DEFAULT_LIFE
        if not 1 <= seconds <= LONGEST_LIFE:
            raise bad_request(f"expirationSeconds must be between 1 and {LONGEST_LIFE}")
        doc = self.one(key)
        until = int(self._ground.clock.time()) + seconds
        url = f"{doc['url']}?expires={until}&signature={self._seal(key, until)}"
        kept = {name: doc[name] for name in ("name", "extension", "type", "size")}
        return kept | {"url": url, "expiresAt": iso(until)}

    def content(self, key: str, expires: str, seal: str) -> bytes:
        """The file's bytes; 403 when the address is wrong or has expired."""
        doc = self.one(key)
        until = int(expires) if expires.isdigit() else 0
        if until < self._ground.clock.time() or not hmac.compare_digest(seal, self._seal(key, until)):
            raise Refusal(403, "The link to this file has expired.", category="FORBIDDEN")
        return pdf(f"{doc['name']}.{doc['extension']}")

    def _seal(self, key: str, until: int) -> str:
        secret = self._ground.hubspot_secret.encode()
        return hmac.new(secret, f"{key}:{until}".encode(), hashlib.sha256).hexdigest()
