"""The page of bad days is under test: each of its lines has tests that are there and are run."""

import ast
import re
from pathlib import Path

import pytest

from bot.errors import ConfigError
from bot.settings import read
from bot.settings.tables import TABLES
from connectors.http import DELIVERY_SECONDS
from handlers.deliver.ledger import PATIENCE
from handlers.deliver.loop import LANDING
from handlers.slack_app import HAND_TIMEOUT
from handlers.webhooks import LIMIT
from tests.bot.builders import ENV

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/bad-days.md").read_text(encoding="utf-8")
AWAY, STORE, JUMPS = "handlers/test_database_away.py", "store/test_away.py", "handlers/test_clock_jumps.py"
WORKER, TROUBLE, PULSE = "handlers/test_worker.py", "stories/test_trouble.py", "handlers/test_pulse.py"
PROOFS = {
    "The database is gone or silent": (
        f"{AWAY}::test_with_postgresql_gone_nothing_is_lost_and_people_hear_it",
        f"{AWAY}::test_with_postgresql_silent_people_are_answered_in_time_all_the_same",
        f"{AWAY}::test_a_database_that_hangs_makes_no_line_deaf",
        "handlers/test_envelopes.py::test_a_person_hears_that_it_is_slow_and_an_event_is_left_to_slack",
        f"{PULSE}::test_when_the_database_can_be_written_again_the_admin_hears_it_once",
    ),
    "SQLite is locked by another program": (
        f"{AWAY}::test_while_sqlite_is_locked_for_long_nothing_is_lost_and_people_hear_it",
        f"{STORE}::test_who_is_waited_for_waits_no_longer_than_that",
    ),
    "The disk is full": (
        f"{AWAY}::test_with_the_disk_full_nothing_is_lost_and_people_hear_it",
        f"{AWAY}::test_with_postgresqls_disk_full_nothing_is_lost_and_people_hear_it",
        "handlers/test_full_disk.py::test_a_disk_without_room_loses_nothing_and_is_gone_on_from",
        f"{STORE}::test_a_file_that_may_not_grow_is_told_though_the_disk_has_room",
        "handlers/test_logs.py::test_a_full_disk_below_the_log_stops_nobody",
    ),
    "The database is read-only, or its file is damaged": (
        f"{STORE}::test_a_read_only_file_is_told_as_such_and_can_be_read",
        f"{STORE}::test_a_server_that_cannot_be_written_any_more_is_told_as_such",
        f"{STORE}::test_a_damaged_file_is_told_as_such",
    ),
    "The machine's clock is wrong, and is set right": (
        f"{JUMPS}::test_what_waits_comes_at_its_time",
        f"{JUMPS}::test_what_waits_comes_at_its_time_after_a_restart_with_the_clock_set_back",
        f"{JUMPS}::test_a_lease_holds_as_long_as_it_should",
        f"{JUMPS}::test_no_reminder_comes_twice_when_the_clock_goes_ahead_and_is_set_back",
        f"{JUMPS}::test_replicas_agree_whatever_their_machines_say",
        "connectors/crm/hubspot/test_signature.py::test_the_window_is_five_minutes_back_and_one_ahead",
    ),
    'Slack is away, slow or says "slow down"': (
        f"{TROUBLE}::test_whatever_slack_does_each_message_is_there_once",
        "handlers/test_burst.py::test_with_slack_away_for_an_hour_nothing_is_lost_and_no_storm_follows",
        f"{WORKER}::test_a_post_that_slack_carries_out_after_we_gave_it_up_is_not_made_again",
        f"{WORKER}::test_slacks_retry_after_holds_for_every_post_to_that_channel",
        f"{WORKER}::test_an_outage_is_waited_out_however_often_it_fails",
    ),
    "An answer comes half, or is nonsense": (
        "handlers/test_slack_answers.py::test_an_answer_that_is_none_is_one_of_our_errors",
        "handlers/test_start.py::test_with_every_vendor_away_it_is_up_and_goes_on_when_they_are_back",
        f"{TROUBLE}::test_whatever_slack_does_each_message_is_there_once",
        f"{TROUBLE}::test_whatever_asana_does_there_is_one_project_with_each_task_once",
        f"{WORKER}::test_an_answer_as_nobody_documents_it_is_tried_six_times_then_parked_and_told",
        "connectors/contract/test_bad_days.py::test_a_read_survives_one_cut_line",
    ),
    "Slack does not hand over an uploaded checklist": (
        "stories/test_template_file.py::test_what_is_no_checklist_at_all_is_told_kindly",
        "stories/test_template_file.py::test_a_file_that_drips_is_not_waited_for",
    ),
    "Socket Mode falls silent": (
        "handlers/test_sockets.py::test_a_silent_socket_is_replaced_and_what_is_offered_afterwards_arrives",
        "handlers/test_sockets.py::test_as_set_silence_lasts_less_than_two_minutes",
    ),
    "The CRM is away, or webhooks are lost": (
        f"{WORKER}::test_an_outage_is_waited_out_however_often_it_fails",
        "handlers/test_schedule.py::test_the_scheduled_look_at_the_crm_finds_what_webhooks_lost",
        f"{PULSE}::test_an_outage_is_told_after_a_quarter_of_an_hour_and_once_when_it_ends",
    ),
    "Webhooks stopped for good": (
        "handlers/test_hooks.py::test_webhooks_that_stopped_are_told_once_and_when_one_comes_again",
        "handlers/test_hooks.py::test_a_webhook_in_between_begins_anew",
        "bot/test_silence.py::test_webhooks_stopped_or_never_came",
    ),
    "Webhooks never came": (
        "handlers/test_hooks.py::test_webhooks_that_never_came_are_told_once_with_the_next_step_and_when_the_first_one_comes",
        "handlers/test_hooks.py::test_who_lives_by_the_poll_hears_nothing_until_webhooks_are_set_up",
        "bot/test_silence.py::test_webhooks_stopped_or_never_came",
    ),
    "The project tool is away": (f"{TROUBLE}::test_with_asana_down_slack_goes_on_and_the_rest_follows_by_itself",),
    "A credential is refused": (
        f"{WORKER}::test_a_refused_credential_waits_and_the_admin_is_told_once",
        f"{PULSE}::test_a_refused_credential_is_told_at_once_and_mended_once",
    ),
    "One thing cannot be done": (
        f"{WORKER}::test_what_a_vendor_refuses_for_good_is_parked_and_told_once",
        "stories/test_seams.py::test_a_parked_job_is_tried_again_by_the_command_that_the_admin_was_told_of",
    ),
    "Slack lets nobody edit, or a channel is archived": (
        "stories/test_seams.py::test_edits_that_slack_refuses_for_ever_are_told_once_and_keep_no_word_from_anybody",
        f"{WORKER}::test_parked_work_whose_message_may_not_be_edited_rings_once_an_hour",
    ),
    "A list in pages leads in a circle": (
        "connectors/test_pages.py::test_pages_that_lead_back_are_an_error_and_no_endless_loop",
        "connectors/test_pages.py::test_pages_that_never_end_are_given_up",
    ),
    "Baton makes a mistake of its own in a step of the workspace": (
        f"{TROUBLE}::test_a_step_at_which_we_fail_ourselves_asks_for_a_hand_and_retry_makes_it",
        "handlers/test_gave_up.py::test_an_invitation_at_which_we_fail_ourselves_waits_for_a_hand",
    ),
    "Nobody who should be told is in Slack any more": (
        "stories/test_seams.py::test_with_no_admin_left_in_slack_it_is_said_where_people_look",
    ),
    "The key of what is sealed is lost, or another one": (
        "handlers/test_sealed_answers.py::test_an_address_that_no_key_opens_is_let_go_quietly",
    ),
    "Baton is killed, or a machine loses power": (
        "stories/test_kill.py::test_nothing_is_lost_and_nothing_is_doubled",
        f"{STORE}::test_a_replica_that_vanished_holds_nobody_up_for_long",
    ),
    "Five hundred messages at once": (
        "handlers/test_burst.py::test_a_burst_keeps_every_rate_rule_and_each_post_is_there_once",
        "handlers/test_burst.py::test_a_burst_of_wins_in_one_channel_fills_each_thread_once_at_one_post_a_second",
    ),
    "A caller sends slowly, endlessly or too much": (
        "handlers/test_slow_callers.py::test_a_head_that_drips_is_hung_up_on",
        "handlers/test_slow_callers.py::test_a_body_that_drips_is_cut_off_while_others_are_served",
        "handlers/test_slow_callers.py::test_what_is_too_large_is_refused_without_being_kept",
    ),
    "Somebody sends noise or forgeries": (
        "handlers/test_fuzz.py::test_noise_breaks_no_door_and_writes_nothing",
        "handlers/test_fuzz.py::test_every_route_is_fuzzed",
        "handlers/test_doors.py::test_refusals_are_counted",
    ),
}


def rows() -> list[list[str]]:
    """The lines of the table, without its head."""
    lines = [line for line in PAGE.splitlines() if line.startswith("|")][2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def test_every_line_has_its_tests_and_says_what_is_left_to_do() -> None:
    assert [row[0] for row in rows()] == list(PROOFS)
    assert all(len(row) == 3 and all(row) for row in rows())


@pytest.mark.parametrize("proof", sorted({proof for proofs in PROOFS.values() for proof in proofs}))
def test_the_test_is_there_and_never_skipped(proof: str) -> None:
    file, _, name = proof.partition("::")
    tree = ast.parse((ROOT / "tests" / file).read_text(encoding="utf-8"))
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == name]
    assert len(found) == 1, proof
    assert "skip" not in " ".join(ast.unparse(each) for each in found[0].decorator_list)


def test_the_figures_of_the_page_are_those_in_force() -> None:
    seconds = re.search(r"after (\d+) seconds \(`request_seconds`\)", PAGE)
    assert seconds
    assert int(seconds[1]) == TABLES["delivery"]["request_seconds"][0]
    assert f", {LANDING:.0f} seconds later" in PAGE
    assert LIMIT == 1_000_000
    assert "a million bytes" in PAGE
    assert TABLES["delivery"]["lease_seconds"][0] == 60
    assert "the lease (a minute)" in PAGE


def test_no_lease_ends_before_what_was_sent_has_landed_or_will_not() -> None:
    call = max(HAND_TIMEOUT, DELIVERY_SECONDS)
    with pytest.raises(ConfigError) as refused:
        read(ENV, {"delivery": {"lease_seconds": PATIENCE + call + LANDING}})
    assert refused.value.problems == ("[delivery] lease_seconds = 58.0: write a number not below 60.",)
