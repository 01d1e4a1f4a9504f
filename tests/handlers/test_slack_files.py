"""Where files are fetched from: Slack's own host for files, and nothing that only looks like it."""

import pytest

from handlers.slack_files import address

SLACK = "https://slack.com/api/"
STAND_IN = "http://127.0.0.1:8700/slack/api/"
THERE = "https://files.slack.com/files-pri/T01-F01/download/default.toml"


@pytest.mark.parametrize(
    ("link", "api"),
    [
        (THERE, SLACK),
        (THERE.replace("files.slack.com", "FILES.Slack.com:443"), SLACK),
        (THERE.replace("files.slack.com", "files.slack-gov.com"), "https://slack-gov.com/api/"),
        ("http://127.0.0.1:8700/slack/files/F1/default.toml", STAND_IN),
    ],
)
def test_slacks_own_host_for_files(link: str, api: str) -> None:
    assert address(link, api) is not None


@pytest.mark.parametrize(
    ("link", "api"),
    [
        ("", SLACK),
        (THERE.replace("https", "http"), SLACK),
        (THERE.replace("files.slack.com", "files.slack.com:8443"), SLACK),
        (THERE.replace("files.slack.com", "slack.com"), SLACK),
        (THERE.replace("files.slack.com", "files.slack.com.evil.example"), SLACK),
        (THERE.replace("files.slack.com", "files.slack.com@evil.example"), SLACK),
        (THERE.replace("files.slack.com", "ana:secret@files.slack.com"), SLACK),
        (THERE.replace("files.slack.com", "evil.example\\@files.slack.com"), SLACK),
        (THERE.replace("files.slack.com", "xfiles.slack.com"), SLACK),
        (THERE.replace("files.slack.com", "files.slack.com."), SLACK),
        ("//files.slack.com/files-pri/T01-F01/download/default.toml", SLACK),
        ("file:///etc/passwd", SLACK),
        ("https://files.slack.com\n@evil.example/", SLACK),
        ("http://127.0.0.1:8700/slack/files/F1/default.toml", SLACK),
        ("http://127.0.0.1:8701/slack/files/F1/default.toml", STAND_IN),
        ("http://localhost:8700/slack/files/F1/default.toml", STAND_IN),
        (THERE, STAND_IN),
    ],
)
def test_no_other_address_gets_the_token(link: str, api: str) -> None:
    assert address(link, api) is None
