# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every status and reason code that a result can carry."""

from __future__ import annotations

import enum
from dataclasses import dataclass


class Status(str, enum.Enum):
    """The judgement on one card."""

    COMPLIANT = "compliant"
    DRIFT = "drift"
    AHEAD = "ahead"
    WAIVED = "waived"
    NOT_ENTITLED = "not_entitled"
    BLOCKED = "blocked"
    NOT_APPLICABLE = "not_applicable"
    NO_RULE = "no_rule"
    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    FAILED = "failed"
    NEEDS_SITE_VISIT = "needs_site_visit"


class Reason(str, enum.Enum):
    """Why a card has its status."""

    # the card is where it shall be, or will be
    AT_TARGET = "at_target"
    UPGRADED = "upgraded"
    UPGRADE_PLANNED = "upgrade_planned"
    DOWNGRADE_REFUSED = "downgrade_refused"

    # what a baseline says of the card
    BEHIND_BASELINE = "behind_baseline"
    AHEAD_OF_BASELINE = "ahead_of_baseline"
    DOWNGRADE_WANTED = "downgrade_wanted"
    AT_OTHERWISE = "at_otherwise"
    BEHIND_OTHERWISE = "behind_otherwise"
    STAYS_ON_CURRENT = "stays_on_current"
    WAIVED = "waived"
    LEFT_ALONE = "left_alone"
    NO_RULE = "no_rule"
    MATCH_FAILED = "match_failed"
    NOT_READ = "not_read"
    SITE_VISIT_NEEDED = "site_visit_needed"
    BASELINE_INVALID = "baseline_invalid"

    # what is known of the card's subscription
    UNKNOWN_SKU = "unknown_sku"
    SUBSCRIBED = "subscribed"
    NMC2_FREE = "nmc2_free"
    FREE_LINE = "free_line"
    PLATFORM_COVERED = "platform_covered"
    PLATFORM_EXPIRED = "platform_expired"
    NOT_SUBSCRIBED = "not_subscribed"
    NOT_ACTIVATED = "not_activated"
    EXPIRED_CANNOT_RENEW = "expired_cannot_renew"
    FREE_BASELINE_ONLY = "free_baseline_only"
    FAMILY_MISMATCH = "family_mismatch"
    FAMILY_UNKNOWN = "family_unknown"
    CERTIFICATION_UNKNOWN = "certification_unknown"
    SUBSCRIPTION_UNKNOWN = "subscription_unknown"
    SUBSCRIPTION_NOT_APPLICABLE = "subscription_not_applicable"
    SUBSCRIPTION_EXPIRING = "subscription_expiring"
    RENEWAL_DUE = "renewal_due"
    RENEWAL_LOST = "renewal_lost"
    WOULD_OVERRIDE_INCLUDED = "would_override_included"
    SECOND_SUBSCRIPTION = "second_subscription"
    ACTIVATION_WAITS = "activation_waits"
    HELD_UNTIL = "held_until"
    ACTIVATION_RECORDED = "activation_recorded"
    NEEDS_ACTIVATION_ID = "needs_activation_id"
    SEATS_EXHAUSTED = "seats_exhausted"
    OTHER_CLIENT = "other_client"
    CLIENT_CHANGED = "client_changed"
    TRANSFER_NEEDS_VENDOR = "transfer_needs_vendor"
    INCLUDED_NOT_ELIGIBLE = "included_not_eligible"
    INCLUDED_NOT_RETRIEVED = "included_not_retrieved"
    PURCHASE_DATE_UNKNOWN = "purchase_date_unknown"
    SUBSCRIPTION_FORGOTTEN = "subscription_forgotten"

    # what was asked cannot be
    INVALID_OPTION = "invalid_option"
    AMBIGUOUS_ADDRESS = "ambiguous_address"
    MISSING_LIBRARY = "missing_library"
    IMAGE_MISSING = "image_missing"
    IMAGE_UNREADABLE = "image_unreadable"
    IMAGE_FACTS_MISSING = "image_facts_missing"
    IMAGE_WRONG_HARDWARE = "image_wrong_hardware"
    IMAGE_WRONG_APPLICATION = "image_wrong_application"
    IMAGE_WRONG_COMPONENT = "image_wrong_component"
    IMAGE_WRONG_VERSION = "image_wrong_version"
    IMAGE_UNVERIFIED = "image_unverified"
    CHECKSUM_MISMATCH = "checksum_mismatch"
    UPS_FIRMWARE = "ups_firmware"
    PACKAGE_UNREADABLE = "package_unreadable"
    STORE_UNREADABLE = "store_unreadable"
    STORE_UNWRITABLE = "store_unwritable"
    IMAGE_CONFLICT = "image_conflict"
    MANIFEST_INVALID = "manifest_invalid"
    LEDGER_UNREADABLE = "ledger_unreadable"
    LEDGER_UNWRITABLE = "ledger_unwritable"
    REPORT_UNWRITABLE = "report_unwritable"

    # this card must not be touched
    APPLICATION_REFUSED = "application_refused"
    RACK_ATS_NEEDS_CONSENT = "rack_ats_needs_consent"
    GENERATION_UNSUPPORTED = "generation_unsupported"
    GENERATION_UNKNOWN = "generation_unknown"
    APPLICATION_UNKNOWN = "application_unknown"
    APPLICATION_MISSING = "application_missing"
    VERSION_UNKNOWN = "version_unknown"
    WRONG_CARD = "wrong_card"
    STEPPING_STONE_NEEDED = "stepping_stone_needed"
    EXTERNAL_DELIVERY = "external_delivery"
    APPLICATION_DIFFERS = "application_differs"
    NOT_ADMINISTRATOR = "not_administrator"
    NO_UPLOAD_PATH = "no_upload_path"
    BACKUP_FAILED = "backup_failed"
    ON_BATTERY = "on_battery"
    SELF_TEST_RUNNING = "self_test_running"
    IDENTITY_UNKNOWN = "identity_unknown"
    QUARANTINED = "quarantined"
    KEEPS_REVERTING = "keeps_reverting"
    LEASE_HELD = "lease_held"
    LIMIT_REACHED = "limit_reached"
    ON_HOLD = "on_hold"

    # the card cannot be reached or read
    NAME_UNRESOLVED = "name_unresolved"
    CONNECTION_FAILED = "connection_failed"
    NO_SSH_BANNER = "no_ssh_banner"
    CARD_RESTARTING = "card_restarting"
    SNMP_SILENT = "snmp_silent"
    SWEEP_ENDED = "sweep_ended"
    NO_CREDENTIALS = "no_credentials"
    SNMP_REFUSED = "snmp_refused"
    LOGIN_REFUSED = "login_refused"
    CREDENTIAL_SUSPECTED = "credential_suspected"
    PASSWORD_CHANGE_REQUIRED = "password_change_required"
    SESSION_LIMIT = "session_limit"
    HOST_KEY_UNKNOWN = "host_key_unknown"
    HOST_KEY_CHANGED = "host_key_changed"
    LEGACY_SSH_REQUIRED = "legacy_ssh_required"
    SSH_FAILED = "ssh_failed"
    SCP_REFUSED = "scp_refused"
    UNEXPECTED_PROMPT = "unexpected_prompt"
    UNEXPECTED_REPLY = "unexpected_reply"
    NOT_A_CARD = "not_a_card"
    MASKED_BY_SECRET = "masked_by_secret"
    DELEGATE_UNREACHABLE = "delegate_unreachable"

    # the licensing bridge
    LICENSING_UNREACHABLE = "licensing_unreachable"
    LICENSING_DENIED = "licensing_denied"
    LICENSING_REFUSED = "licensing_refused"
    LICENSING_UNEXPECTED = "licensing_unexpected"
    LICENSING_UNCERTAIN = "licensing_uncertain"

    # the card was written to
    TRANSFER_INTERRUPTED = "transfer_interrupted"
    TRANSFER_TIMEOUT = "transfer_timeout"
    IMAGE_REJECTED = "image_rejected"
    NOT_RESTARTED = "not_restarted"
    NEVER_CAME_BACK = "never_came_back"
    STILL_OLD_VERSION = "still_old_version"
    UNEXPECTED_VERSION = "unexpected_version"
    APPLICATION_BROKEN = "application_broken"
    WRONG_APPLICATION_LOADED = "wrong_application_loaded"
    IDENTITY_CHANGED = "identity_changed"
    NOT_READABLE_AFTER = "not_readable_after"
    LOGIN_LOST = "login_lost"
    SNMP_LOST = "snmp_lost"
    CERTIFICATE_CHANGED = "certificate_changed"
    CONFIG_CHANGED = "config_changed"
    GUEST_NOT_UPDATED = "guest_not_updated"
    EXTERNAL_NOT_DONE = "external_not_done"
    DELEGATE_LOST = "delegate_lost"


@dataclass(frozen=True)
class Meaning:
    """What a reason says: the status it gives a card, a sentence, and what a person does next."""

    status: Status
    sentence: str
    recovery: str


NOTHING = "Nothing to do."
UNTOUCHED = "Nothing was sent to the card."
