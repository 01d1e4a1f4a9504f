"""Uploaded files: announced, uploaded, completed (https://docs.slack.dev/messaging/working-with-files)."""

import base64
import mimetypes
from urllib.parse import quote

from sandbox.clock import Clock
from sandbox.company import TEAM
from sandbox.shelf import Doc, Shelf
from sandbox.slack.refusal import Refused
from sandbox.slack.state.drawer import Drawer


class Files:
    """File objects, and their bytes on the shelf."""

    def __init__(self, shelf: Shelf, clock: Clock) -> None:
        self._shelf = shelf
        self._clock = clock
        self._files = Drawer(shelf, "slack.file", lambda doc: str(doc["id"]))

    def all(self) -> list[Doc]:
        """The completed files, oldest first."""
        return [doc for doc in self._files.values() if doc["mode"] == "hosted"]

    def announce(self, name: str, length: int, user: str, base_url: str) -> Doc:
        """A file that will be uploaded; not a file for anybody else before it is completed."""
        file_id = f"F{self._shelf.number('slack.file'):09d}"
        now = int(self._clock.time())
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        ending = name.rpartition(".")[2].lower()
        doc = {"id": file_id, "created": now, "timestamp": now, "name": name, "title": name, "mimetype": kind}
        doc |= {"filetype": ending, "pretty_type": ending.upper(), "user": user, "user_team": TEAM, "size": length}
        url = f"{base_url}/slack/files/{file_id}/{quote(name, safe='')}"
        doc |= {"url_private": url, "url_private_download": url, "permalink": url, "mode": "announced"}
        return self._files.put({**doc, "channels": [], "groups": [], "ims": [], "is_external": False})

    def upload(self, file_id: str, content: bytes) -> None:
        """Takes the bytes; refused when nobody announced them or the length differs."""
        doc = self._files.get(file_id)
        if doc is None or doc["size"] != len(content):
            raise Refused("file_not_found" if doc is None else "invalid_length", status=400)
        self._shelf.put("slack.blob", file_id, {"data": base64.b64encode(content).decode()})
        self._files.put({**doc, "mode": "uploaded"})

    def complete(self, file_id: str, title: str) -> Doc:
        """Makes an uploaded file a file of the workspace."""
        doc = self._files.get(file_id)
        if doc is None or doc["mode"] == "announced":
            raise Refused("file_not_found")
        return self._files.put({**doc, "title": title or doc["name"], "mode": "hosted"})

    def get(self, file_id: str) -> Doc:
        """The file, refused with `file_not_found`."""
        doc = self._files.get(file_id)
        if doc is None or doc["mode"] != "hosted":
            raise Refused("file_not_found")
        return doc

    def content(self, file_id: str) -> bytes:
        """The bytes of a completed file."""
        blob = self._shelf.get("slack.blob", self.get(file_id)["id"])
        return base64.b64decode(blob["data"]) if blob else b""
