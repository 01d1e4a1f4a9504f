"""The settings in force, drawn: groups, sources, and room for long lists."""

from blocks.company.in_force import Group, Line, settings_message
from blocks.mrkdwn import Safe
from tests.blocks.reading import accepted, harmless, words


def test_each_value_stands_with_its_source() -> None:
    message = settings_message(
        [
            Group("Clock", (Line("working days", "3", "baton.toml"), Line("next", "Mon"))),
            Group("Secrets", (Line("TOKEN", "set", "environment"),)),
        ]
    )
    accepted(message)
    shown = words(message)
    assert "*Clock*\nworking days: 3 · _baton.toml_\nnext: Mon" in shown
    assert "TOKEN: set · _environment_" in shown
    assert message.text == "The settings in force."


def test_a_channel_is_a_link_and_foreign_words_are_not() -> None:
    message = settings_message([Group("Channels", (Line("a", Safe("<#C1>")), Line("b", "<!channel> *x*")))])
    assert "a: <#C1>" in words(message)
    assert "b: &lt;!channel&gt;" in words(message)


def test_too_much_is_cut_and_counted() -> None:
    long = Group("<!here>", tuple(Line("<!channel>" * 30, "&" * 2_000, "baton.toml") for _ in range(90)))
    message = settings_message([long] * 9)
    accepted(message)
    harmless(message)
    assert words(message).count("and 90 more") + words(message).count("and 89 more") == 9
    assert words(message).count("&lt;!here&gt;") == 9
