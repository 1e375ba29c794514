# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every status and reason code that a result can carry, with the sentence that says what to do next.

The table is the only place where a reason gets its status and its recovery text; documents are written from it.
"""

from __future__ import annotations

import enum
import typing as t
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


_NOTHING = "Nothing to do."
_UNTOUCHED = "Nothing was sent to the card."

MEANINGS: t.Mapping[Reason, Meaning] = {
    Reason.AT_TARGET: Meaning(Status.COMPLIANT, "Every component is at its target.", _NOTHING),
    Reason.UPGRADED: Meaning(Status.COMPLIANT, "The card was brought to its target and says so itself.", _NOTHING),
    Reason.UPGRADE_PLANNED: Meaning(Status.DRIFT, "The card would be changed.", "Run without check mode in a maintenance window."),
    Reason.DOWNGRADE_REFUSED: Meaning(
        Status.AHEAD,
        "The card runs something newer than the target.",
        f"{_UNTOUCHED} Raise the target, or set allow_downgrade if the older release is really wanted.",
    ),
    Reason.BEHIND_BASELINE: Meaning(
        Status.DRIFT,
        "The card runs something older than its rule wants.",
        "Enforce the baseline in a maintenance window.",
    ),
    Reason.AHEAD_OF_BASELINE: Meaning(
        Status.AHEAD,
        "The card runs something newer than its rule wants.",
        "Raise the rule, or write downgrade: allow into it if the older release is really wanted.",
    ),
    Reason.DOWNGRADE_WANTED: Meaning(
        Status.DRIFT,
        "The card runs something newer than its rule wants, and the rule allows to bring it back.",
        "Enforce the baseline in a maintenance window, if the older release is really wanted.",
    ),
    Reason.AT_OTHERWISE: Meaning(
        Status.COMPLIANT,
        "The card is not entitled to the release of its rule, and runs what the rule wants of such a card.",
        f"{_NOTHING} A subscription would open the way to the newer release.",
    ),
    Reason.BEHIND_OTHERWISE: Meaning(
        Status.DRIFT,
        "The card is not entitled to the release of its rule, and runs something older than the rule wants of such a card.",
        "Enforce the baseline in a maintenance window: the card is brought to the release that is free for it.",
    ),
    Reason.STAYS_ON_CURRENT: Meaning(
        Status.NOT_ENTITLED,
        "The card is not entitled to the release of its rule, and runs something newer than what is free for it.",
        "It keeps what it runs and gets no updates until it has a subscription; nothing is ever downgraded for want of one.",
    ),
    Reason.WAIVED: Meaning(
        Status.WAIVED,
        "The card is off its rule, and a waiver exempts it.",
        "Nothing to do until the waiver expires.",
    ),
    Reason.LEFT_ALONE: Meaning(Status.NOT_APPLICABLE, "The baseline leaves this card alone on purpose.", _NOTHING),
    Reason.NO_RULE: Meaning(
        Status.NO_RULE,
        "No rule of the baseline matches the card.",
        "Add a rule for cards like this one, or one that leaves them alone.",
    ),
    Reason.MATCH_FAILED: Meaning(
        Status.UNKNOWN,
        "The match of a rule or a waiver cannot be applied to this card.",
        "Correct the expression that the message names; it must give true or false for every card.",
    ),
    Reason.NOT_READ: Meaning(
        Status.UNKNOWN,
        "No facts of the card are at hand.",
        "Read it with nmc_facts, or let the audit read what is missing.",
    ),
    Reason.SITE_VISIT_NEEDED: Meaning(
        Status.NEEDS_SITE_VISIT,
        "The card has not answered since an upgrade that it did not come back from.",
        "Somebody has to go there: if its status LED blinks amber twice a second it waits in its boot monitor, and is recovered with "
        "a serial cable and XMODEM. The device's output is not affected.",
    ),
    Reason.BASELINE_INVALID: Meaning(
        Status.FAILED,
        "The baseline cannot be understood.",
        f"{_UNTOUCHED} Correct the key that the message names.",
    ),
    Reason.UNKNOWN_SKU: Meaning(
        Status.BLOCKED,
        "The part number is that of no Secure NMC subscription.",
        "Correct sku: SWNMC3SU-nY-DIGI, SWNMC3PDU-nY-DIGI or FWENMC1P-STnY-DIGI, with 1 to 6 for n.",
    ),
    Reason.SUBSCRIBED: Meaning(Status.COMPLIANT, "A subscription of the right family runs on the card.", "Nothing to do."),
    Reason.NMC2_FREE: Meaning(
        Status.NOT_APPLICABLE,
        "The card is an NMC2, for which no subscription is sold: its firmware is free.",
        "Take its firmware from the APC web site, without a subscription.",
    ),
    Reason.FREE_LINE: Meaning(
        Status.COMPLIANT, "The release belongs to the line that is free for every NMC3.", "Take it from www.se.com/secure-nmc."
    ),
    Reason.PLATFORM_COVERED: Meaning(
        Status.COMPLIANT,
        "EcoStruxure IT Expert or Data Center Expert brings the right to certified firmware along.",
        "Bring the release to the card with that product.",
    ),
    Reason.PLATFORM_EXPIRED: Meaning(
        Status.NOT_ENTITLED,
        "The product that brought the right to certified firmware along is no longer under contract.",
        "Correct platform_expires when the contract was renewed; otherwise subscribe the card, or leave it on the free line.",
    ),
    Reason.NOT_SUBSCRIBED: Meaning(
        Status.NOT_ENTITLED,
        "The card has no subscription, without which only the free line may be installed.",
        "Buy a subscription of the card's family and activate it in the Secure NMC System Tool; or let the card run the free line.",
    ),
    Reason.NOT_ACTIVATED: Meaning(
        Status.NOT_ENTITLED,
        "A subscription is there for the card, and was not activated.",
        "Activate it in the Secure NMC System Tool as the work item says, then declare the day with activated_on.",
    ),
    Reason.EXPIRED_CANNOT_RENEW: Meaning(
        Status.NOT_ENTITLED,
        "The subscription has ended, and what has ended cannot be renewed.",
        "Buy a new subscription, which brings a new Activation ID. Until then the card works on as it is, without new certified firmware. "
        "If the tool shows a later end, declare it with expires_on.",
    ),
    Reason.FREE_BASELINE_ONLY: Meaning(
        Status.NOT_ENTITLED,
        "Without a subscription nothing but the free line may be installed, and the release is outside of it.",
        "Aim at a release of the free line; a line that the vendor opens too can be declared.",
    ),
    Reason.FAMILY_MISMATCH: Meaning(
        Status.BLOCKED,
        "The subscription is for another product family than the card.",
        "Take a subscription of the card's family; one of another family is void on it.",
    ),
    Reason.FAMILY_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "The card does not say to which product family it belongs, so neither which subscription fits.",
        "Read it over the other transport, or declare product_family.",
    ),
    Reason.CERTIFICATION_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "No subscription is sold for this product, and nobody says who may have its certified firmware.",
        "Ask the vendor. When the release is free for you, say so in the rule with entitlement: free.",
    ),
    Reason.SUBSCRIPTION_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "Whether the card has a subscription today cannot be said.",
        "Look at the License Status column of the Secure NMC System Tool, and declare what it shows with activated_on and expires_on.",
    ),
    Reason.SUBSCRIPTION_NOT_APPLICABLE: Meaning(
        Status.NOT_APPLICABLE,
        "No Secure NMC subscription is sold for this product.",
        "Leave subscriptions out for this card: there are none for cooling, rack ATS, three-phase products and cards of other generations.",
    ),
    Reason.SUBSCRIPTION_EXPIRING: Meaning(
        Status.COMPLIANT,
        "The subscription is valid, and ends soon.",
        "Renew it before its last day, as the work item says; afterwards only a new one helps.",
    ),
    Reason.RENEWAL_DUE: Meaning(
        Status.DRIFT,
        "The subscription is valid, and has to be renewed now.",
        "Renew it as the work item says, then declare the new end with renewed_until.",
    ),
    Reason.RENEWAL_LOST: Meaning(
        Status.NOT_ENTITLED,
        "The subscription ended before its voucher was redeemed.",
        "Ask the vendor what the voucher is still good for. A new subscription brings a new Activation ID.",
    ),
    Reason.WOULD_OVERRIDE_INCLUDED: Meaning(
        Status.BLOCKED,
        "The included year still runs, and a purchased subscription would end it: its remaining days would be lost.",
        "Keep the Activation ID until the included year ends; set allow_override_included if the days may be lost.",
    ),
    Reason.SECOND_SUBSCRIPTION: Meaning(
        Status.BLOCKED,
        "A subscription is still valid on the card, and the vendor does not say what a second one does to it.",
        "Renew the present one, or keep the Activation ID until it ends.",
    ),
    Reason.ACTIVATION_WAITS: Meaning(
        Status.COMPLIANT,
        "A subscription is valid, and an Activation ID waits until it ends: its term begins with the activation, so nothing is lost.",
        "Nothing to do before that day. The next run on it or later asks for the activation.",
    ),
    Reason.HELD_UNTIL: Meaning(
        Status.NOT_ENTITLED, "The Activation ID is held for a later day.", "Wait for that day, or change hold_until in the stock."
    ),
    Reason.ACTIVATION_RECORDED: Meaning(
        Status.BLOCKED,
        "The activation is recorded with another day than the declared one.",
        "Correct activated_on. If the record is wrong, declare expires_on as the License Status column of the tool shows it.",
    ),
    Reason.NEEDS_ACTIVATION_ID: Meaning(
        Status.BLOCKED,
        "The subscription is not renewed, but followed by a purchased one.",
        "Buy a subscription and activate it when the present one ends.",
    ),
    Reason.SEATS_EXHAUSTED: Meaning(
        Status.BLOCKED,
        "Every seat of the Activation ID is taken.",
        "Take another Activation ID, or correct seats in the stock if it is for more cards.",
    ),
    Reason.OTHER_CLIENT: Meaning(
        Status.BLOCKED, "The Activation ID was bought for another client.", "Take an Activation ID of the client whose card this is."
    ),
    Reason.CLIENT_CHANGED: Meaning(
        Status.UNKNOWN,
        "The card was another client's before; what it had then stays hidden.",
        "Look at the License Status column of the Secure NMC System Tool. Declare what it shows with activated_on and expires_on; "
        "if it shows nothing, run once with state: forgotten.",
    ),
    Reason.TRANSFER_NEEDS_VENDOR: Meaning(
        Status.UNKNOWN,
        "The card replaces another one, and only the vendor can move the subscription to it.",
        "Ask the Customer Care Center, then declare what the tool shows for the new card with activated_on and expires_on.",
    ),
    Reason.INCLUDED_NOT_ELIGIBLE: Meaning(
        Status.BLOCKED, "The device did not come with a year, or its year was used.", "Correct purchase_date, or buy a subscription."
    ),
    Reason.INCLUDED_NOT_RETRIEVED: Meaning(
        Status.NOT_ENTITLED,
        "The device should have come with a year, and the vendor has none for it.",
        "Ask the Customer Care Center, with the proof of purchase.",
    ),
    Reason.PURCHASE_DATE_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "Nobody says when the device was bought, so whether a year came with it is unknown.",
        "Declare purchase_date; or look whether the Secure NMC System Tool retrieves a year, and declare activated_on.",
    ),
    Reason.SUBSCRIPTION_FORGOTTEN: Meaning(
        Status.COMPLIANT,
        "Nothing is recorded of the card's subscription any more.",
        "Nothing to do. At the vendor the subscription goes on.",
    ),
    Reason.INVALID_OPTION: Meaning(
        Status.FAILED,
        "An option, or a combination of options, makes no sense.",
        f"{_UNTOUCHED} Correct the option that the message names.",
    ),
    Reason.MISSING_LIBRARY: Meaning(
        Status.FAILED,
        "A Python library that this way to the card needs is not installed.",
        f"{_UNTOUCHED} Install the library that the message names into the Python that runs Ansible.",
    ),
    Reason.IMAGE_MISSING: Meaning(
        Status.BLOCKED,
        "A component is off its target and no image was given for it.",
        f"{_UNTOUCHED} Give the image file of that component, or take the component out of the target.",
    ),
    Reason.IMAGE_UNREADABLE: Meaning(
        Status.BLOCKED,
        "The image file cannot be read.",
        f"{_UNTOUCHED} Check the path and its permissions on the controller.",
    ),
    Reason.IMAGE_FACTS_MISSING: Meaning(
        Status.BLOCKED,
        "The name of the image does not say for which card it is.",
        f"{_UNTOUCHED} Keep the vendor's file name, or declare hardware_token, application and version beside its path.",
    ),
    Reason.IMAGE_WRONG_HARDWARE: Meaning(
        Status.BLOCKED,
        "The image is for another hardware generation.",
        f"{_UNTOUCHED} Take the image whose hwNN token is that of the card.",
    ),
    Reason.IMAGE_WRONG_APPLICATION: Meaning(
        Status.BLOCKED,
        "The image is for another application.",
        f"{_UNTOUCHED} Take the image of the application that the card runs; cards that look alike need different images.",
    ),
    Reason.IMAGE_WRONG_COMPONENT: Meaning(
        Status.BLOCKED,
        "The image is another component than it was given for.",
        f"{_UNTOUCHED} Put each image under its own component.",
    ),
    Reason.IMAGE_WRONG_VERSION: Meaning(
        Status.BLOCKED,
        "The image holds another version than the target.",
        f"{_UNTOUCHED} Make target and image agree.",
    ),
    Reason.IMAGE_UNVERIFIED: Meaning(
        Status.BLOCKED,
        "No checksum was declared for the image.",
        f"{_UNTOUCHED} Declare checksum: sha256:<hex> of the file you trust, or set allow_unverified_image.",
    ),
    Reason.CHECKSUM_MISMATCH: Meaning(
        Status.BLOCKED,
        "The image is not the file whose checksum was declared.",
        f"{_UNTOUCHED} Fetch the image again from a source you trust; do not adapt the checksum to the file.",
    ),
    Reason.UPS_FIRMWARE: Meaning(
        Status.BLOCKED,
        "The file is UPS firmware, which can switch the outputs; this collection only handles the card's firmware.",
        f"{_UNTOUCHED} Update UPS firmware with the vendor's own tool and a maintenance window for the load.",
    ),
    Reason.PACKAGE_UNREADABLE: Meaning(
        Status.BLOCKED,
        "The package cannot be read, or is not what it seems.",
        "Nothing was taken from it. Fetch it again from the vendor, or give its image files instead.",
    ),
    Reason.STORE_UNREADABLE: Meaning(
        Status.BLOCKED,
        "The image store cannot be read or fetched from.",
        f"{_UNTOUCHED} Check the path or URL of the store, who may read it, and over HTTPS the network and the certificate.",
    ),
    Reason.STORE_UNWRITABLE: Meaning(
        Status.BLOCKED, "The image store cannot be written.", "Check the path, its permissions and the free space on the controller."
    ),
    Reason.IMAGE_CONFLICT: Meaning(
        Status.BLOCKED,
        "The store already holds another file for the same card and version.",
        "Find out which of the two is the vendor's; remove the other one from the store and its manifest.",
    ),
    Reason.MANIFEST_INVALID: Meaning(
        Status.BLOCKED, "The manifest of the image store cannot be understood.", "Correct the entry that the message names."
    ),
    Reason.LEDGER_UNREADABLE: Meaning(
        Status.FAILED,
        "The ledger cannot be opened or read.",
        f"{_UNTOUCHED} Check ledger_url, and whether the file or the server can be reached and read by who runs Ansible. "
        "A ledger of a newer schema needs a newer version of this collection.",
    ),
    Reason.LEDGER_UNWRITABLE: Meaning(
        Status.FAILED,
        "The ledger cannot be written, and what is not written down is not done.",
        f"{_UNTOUCHED} Check the permissions of the ledger and the free space where it lies.",
    ),
    Reason.REPORT_UNWRITABLE: Meaning(
        Status.FAILED,
        "The report of an audit cannot be written.",
        "Check report_directory, its permissions and the free space on the controller, then run the audit again.",
    ),
    Reason.APPLICATION_REFUSED: Meaning(
        Status.BLOCKED,
        "Updating this application can damage the equipment and drop the load.",
        f"{_UNTOUCHED} Ask the vendor's support; no option of this collection allows it.",
    ),
    Reason.RACK_ATS_NEEDS_CONSENT: Meaning(
        Status.BLOCKED,
        "The card sits in a rack transfer switch, which feeds everything behind it.",
        f"{_UNTOUCHED} Read the release notes of the switch, then set allow_rack_ats.",
    ),
    Reason.GENERATION_UNSUPPORTED: Meaning(
        Status.BLOCKED,
        "Firmware of this card generation is not handled.",
        f"{_UNTOUCHED} Only NMC2 (hw05, hw06) and NMC3 (hw21) are upgraded.",
    ),
    Reason.GENERATION_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "The card does not say which generation it is.",
        "Log on to its web page: above the menu, beside the logo, it says Network Management Card 2 or 3. "
        "Or read it over the other transport.",
    ),
    Reason.APPLICATION_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "The card does not say which application it runs.",
        f"{_UNTOUCHED} Read it over the other transport; an image is only valid for one application.",
    ),
    Reason.APPLICATION_MISSING: Meaning(
        Status.BLOCKED,
        "The card has no working application: its application slot is empty, broken or holds the boot monitor.",
        f"{_UNTOUCHED} Set expected_application to what the card ran before, and run again with the image of that application.",
    ),
    Reason.VERSION_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "The card does not say which version a component of the target has.",
        f"{_UNTOUCHED} Read it over SSH (transport: ssh), or take the component out of the target.",
    ),
    Reason.WRONG_CARD: Meaning(
        Status.BLOCKED,
        "Another card answers at this address.",
        f"{_UNTOUCHED} Correct the address, or nmc_serial if the card was replaced.",
    ),
    Reason.STEPPING_STONE_NEEDED: Meaning(
        Status.BLOCKED,
        "The way to the target leads over a release that was not given.",
        f"{_UNTOUCHED} Add that release under stepping_stones, or set allow_version_jump if you know better.",
    ),
    Reason.EXTERNAL_DELIVERY: Meaning(
        Status.BLOCKED,
        "The release reaches cards by a program of the vendor only.",
        f"{_UNTOUCHED} Do what work_item says, then run again; or set wait_for_external and do it while the task waits.",
    ),
    Reason.APPLICATION_DIFFERS: Meaning(
        Status.BLOCKED,
        "The card runs another application than the expected one.",
        f"{_UNTOUCHED} Correct expected_application, or leave it out: the card names its application itself.",
    ),
    Reason.NOT_ADMINISTRATOR: Meaning(
        Status.BLOCKED,
        "The user may not change firmware.",
        f"{_UNTOUCHED} Use an account of the type Administrator or Super User.",
    ),
    Reason.NO_UPLOAD_PATH: Meaning(
        Status.BLOCKED,
        "Images are sent over SSH, and no credentials for it are given.",
        f"{_UNTOUCHED} Set username and password of an administrator of the card.",
    ),
    Reason.BACKUP_FAILED: Meaning(
        Status.BLOCKED,
        "The card's config.ini cannot be kept on the controller.",
        f"{_UNTOUCHED} Check backup_directory and the free space, or set backup: false.",
    ),
    Reason.ON_BATTERY: Meaning(
        Status.BLOCKED,
        "The UPS runs on battery.",
        f"{_UNTOUCHED} Wait for mains, or set allow_on_battery.",
    ),
    Reason.SELF_TEST_RUNNING: Meaning(
        Status.BLOCKED,
        "The UPS is testing itself.",
        f"{_UNTOUCHED} Run again when the self-test is over, or set allow_self_test.",
    ),
    Reason.IDENTITY_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "The card says neither its serial nor its MAC address, so nothing can be remembered of it.",
        f"{_UNTOUCHED} Read it over the other transport.",
    ),
    Reason.QUARANTINED: Meaning(
        Status.BLOCKED,
        "The card failed with this very image before.",
        f"{_UNTOUCHED} Find out why it failed, then set retry_failed for this card.",
    ),
    Reason.KEEPS_REVERTING: Meaning(
        Status.BLOCKED,
        "The card was proven to run this image more than once, and each time it went back by itself to what it ran before.",
        f"{_UNTOUCHED} Find out why it does not keep it (flash memory that fails, another program that manages the card), then set "
        "retry_failed for this card.",
    ),
    Reason.LEASE_HELD: Meaning(
        Status.BLOCKED,
        "Another run works on this card.",
        f"{_UNTOUCHED} Run again when that run is over; a run that was killed gives way at the time that the message names.",
    ),
    Reason.LIMIT_REACHED: Meaning(
        Status.BLOCKED,
        "As many cards of its site or its client are being upgraded as may be at once.",
        f"{_UNTOUCHED} Run again; a task does so by itself with until, retries and delay.",
    ),
    Reason.ON_HOLD: Meaning(
        Status.BLOCKED,
        "Somebody has stopped all work at this site or for this client.",
        f"{_UNTOUCHED} Ask the owner of the hold; run again when it is lifted or over.",
    ),
    Reason.NAME_UNRESOLVED: Meaning(
        Status.UNREACHABLE,
        "The name of the card has no address.",
        "Correct the host name, or set ansible_host to the card's address.",
    ),
    Reason.CONNECTION_FAILED: Meaning(
        Status.UNREACHABLE,
        "Nothing answers, or the connection is refused.",
        "Check address, port, cabling and firewall; the card may be restarting, which takes minutes.",
    ),
    Reason.NO_SSH_BANNER: Meaning(
        Status.UNREACHABLE,
        "Something accepts the connection but does not speak SSH.",
        "Check port; the card may be restarting behind an address translation; SSH may be switched off on the card.",
    ),
    Reason.CARD_RESTARTING: Meaning(
        Status.UNREACHABLE,
        "The card says that it is restarting.",
        "Wait some minutes, then run again. The device's output is not affected.",
    ),
    Reason.SNMP_SILENT: Meaning(
        Status.UNREACHABLE,
        "The card does not answer over SNMP.",
        "SNMP is off by default on new firmware. Check that it is on, its access list, community or user, version and port; "
        "or give SSH credentials.",
    ),
    Reason.NO_CREDENTIALS: Meaning(
        Status.FAILED,
        "No credentials were given for any way to the card.",
        "Set nmc_snmp_community or nmc_snmp_user, or ansible_user and ansible_password.",
    ),
    Reason.SNMP_REFUSED: Meaning(
        Status.FAILED,
        "The card answers over SNMP but refuses the user or the request.",
        "Check snmp_user, its protocols and passwords, and the access control entries of the card.",
    ),
    Reason.LOGIN_REFUSED: Meaning(
        Status.FAILED,
        "The card refuses the user name or password.",
        "Correct username or password. The login was tried once, so that nobody is locked out.",
    ),
    Reason.CREDENTIAL_SUSPECTED: Meaning(
        Status.BLOCKED,
        "Cards refused this user name and password several times in a row, so no other card is tried with them.",
        f"{_UNTOUCHED} Correct username or password. If they are right after all, set retry_failed.",
    ),
    Reason.PASSWORD_CHANGE_REQUIRED: Meaning(
        Status.BLOCKED,
        "The card wants its default password changed before it does anything else.",
        "Log on once by hand (SSH or web) and set a new password, then run again with it.",
    ),
    Reason.SESSION_LIMIT: Meaning(
        Status.FAILED,
        "The card has no free session.",
        "Somebody is logged on, or an old session has not timed out yet (3 minutes by default). Run again later.",
    ),
    Reason.HOST_KEY_UNKNOWN: Meaning(
        Status.FAILED,
        "The card's host key is not known.",
        "Compare the fingerprint with the card's own, then add it to known_hosts or set host_key_fingerprint; "
        "host_key_checking: accept_new stores it unseen.",
    ),
    Reason.HOST_KEY_CHANGED: Meaning(
        Status.FAILED,
        "The card's host key is not the known one.",
        "Find out what it is before you replace the known key: an upgrade that made a new one, a replaced card, another device, "
        "or somebody in between.",
    ),
    Reason.LEGACY_SSH_REQUIRED: Meaning(
        Status.FAILED,
        "The card only offers SSH algorithms based on SHA-1 or other retired ones, as every NMC2 does.",
        "Set allow_legacy_ssh: true for this card if its network is trusted.",
    ),
    Reason.SSH_FAILED: Meaning(
        Status.FAILED,
        "The SSH session broke down.",
        "Run again; if it stays, restart the card's management interface (the output is not affected).",
    ),
    Reason.SCP_REFUSED: Meaning(
        Status.FAILED,
        "The card lets the user in and refuses SCP.",
        "Log on by hand and see whether SCP is enabled (Network, Console) and the user an administrator; "
        "or set upload_protocol: ftp and backup: false, where FTP is allowed.",
    ),
    Reason.UNEXPECTED_PROMPT: Meaning(
        Status.FAILED,
        "After the login the card shows something that is not its prompt.",
        "Log on by hand and see what the card asks for.",
    ),
    Reason.UNEXPECTED_REPLY: Meaning(
        Status.UNKNOWN,
        "The card's answer cannot be understood.",
        "Please report the text in the evidence, so that it can be read in future.",
    ),
    Reason.NOT_A_CARD: Meaning(
        Status.UNKNOWN,
        "What answers is not a network management card.",
        "Check the address; take the host out of the group.",
    ),
    Reason.MASKED_BY_SECRET: Meaning(
        Status.FAILED,
        "A secret is so short or so common that Ansible masked a part of the answer.",
        "Use a password and a community that occur in no name, such as none of the vendor's defaults; or do not delegate the task.",
    ),
    Reason.DELEGATE_UNREACHABLE: Meaning(
        Status.UNREACHABLE,
        "The jump host from which the card is reached does not answer.",
        f"{_UNTOUCHED} Check the way to the jump host and its ansible_ variables; Ansible's ping module must reach it.",
    ),
    Reason.LICENSING_UNREACHABLE: Meaning(
        Status.FAILED,
        "The licensing bridge does not answer, or cannot work at the moment.",
        "Check licensing_url, the network, the proxy and licensing_ca_path, then run again.",
    ),
    Reason.LICENSING_DENIED: Meaning(
        Status.FAILED,
        "The licensing bridge does not accept the token for this.",
        "Correct licensing_token, or have it allowed for this card and this Activation ID.",
    ),
    Reason.LICENSING_REFUSED: Meaning(
        Status.BLOCKED,
        "The licensing bridge refuses the activation or renewal.",
        "Nothing was activated. The message, and the code in the evidence, say why.",
    ),
    Reason.LICENSING_UNEXPECTED: Meaning(
        Status.FAILED,
        "The answer of the licensing bridge is not what its contract says.",
        "Check that licensing_url is that of the bridge, and show the message to who runs it.",
    ),
    Reason.LICENSING_UNCERTAIN: Meaning(
        Status.FAILED,
        "Whether something was activated is not known: the licensing bridge did not say so, or is not done yet.",
        "Run again when the bridge answers: what was done is recognised and never done twice.",
    ),
    Reason.TRANSFER_INTERRUPTED: Meaning(
        Status.FAILED,
        "The transfer broke off.",
        "The card keeps its old firmware until a whole image has arrived; its slot may be half written, so do not restart it before. "
        "Check the link, then run again with retry_failed.",
    ),
    Reason.TRANSFER_TIMEOUT: Meaning(
        Status.FAILED,
        "The transfer took longer than upload_timeout.",
        "Read the card with nmc_facts, check the link, raise upload_timeout, and run again with retry_failed.",
    ),
    Reason.IMAGE_REJECTED: Meaning(
        Status.FAILED,
        "The card refused the image.",
        "The card keeps its old firmware. Compare image, checksum and the card's application with the vendor's release notes.",
    ),
    Reason.NOT_RESTARTED: Meaning(
        Status.FAILED,
        "The card took the image but did not restart.",
        "Look at the card's event log, then restart its management interface by hand (the output is not affected) "
        "and read it with nmc_facts.",
    ),
    Reason.NEVER_CAME_BACK: Meaning(
        Status.FAILED,
        "The card went away after the transfer and did not come back in reboot_timeout.",
        "Give it 15 minutes. If its status LED blinks amber twice a second it waits in its boot monitor: recover it with a serial cable "
        "and XMODEM. The device's output is not affected.",
    ),
    Reason.STILL_OLD_VERSION: Meaning(
        Status.FAILED,
        "The card restarted but still runs the old version.",
        "Look at the card's event log; check that the image is for this very card; then run again with retry_failed.",
    ),
    Reason.UNEXPECTED_VERSION: Meaning(
        Status.FAILED,
        "The card restarted with a version that is neither the old one nor the target.",
        "Compare the image with what was declared about it. Read the card with nmc_facts before anything else is sent.",
    ),
    Reason.APPLICATION_BROKEN: Meaning(
        Status.FAILED,
        "The card restarted without a working application: its slot is empty, broken or holds the boot monitor.",
        "Check that the image is for this very card, set expected_application to what it ran before, and run again with "
        "retry_failed: the application is then sent anew. The device's output is not affected.",
    ),
    Reason.WRONG_APPLICATION_LOADED: Meaning(
        Status.FAILED,
        "The card restarted with another application than the image was for.",
        "Send nothing more. Find out with the vendor's release notes which application belongs to the device, and give the card that one.",
    ),
    Reason.IDENTITY_CHANGED: Meaning(
        Status.FAILED,
        "The card that came back is not the one that went away.",
        "Check for duplicate addresses and address translation; find the card by its serial.",
    ),
    Reason.NOT_READABLE_AFTER: Meaning(
        Status.FAILED,
        "The card came back but cannot be read.",
        "Log on by hand with the same credentials; an upgrade can switch SNMP off or ask for a new password. Then read it with nmc_facts.",
    ),
    Reason.LOGIN_LOST: Meaning(
        Status.FAILED,
        "The card came back and refuses the login that it took before.",
        "An upgrade from a very old version can reset users. Log on by hand, with the factory login if need be, set the user up again, "
        "and read the card with nmc_facts.",
    ),
    Reason.SNMP_LOST: Meaning(
        Status.FAILED,
        "The card runs its target and no longer answers over SNMP as it did before.",
        "Newer firmware starts with SNMP off. Log on over SSH and switch it on again (snmp, snmpv3), then read the card with nmc_facts.",
    ),
    Reason.CERTIFICATE_CHANGED: Meaning(
        Status.COMPLIANT,
        "The card was brought to its target; its web server now shows another certificate.",
        "Check the new fingerprint in the evidence on the card itself, and tell what trusts the old one.",
    ),
    Reason.CONFIG_CHANGED: Meaning(
        Status.FAILED,
        "The card runs its target, and settings changed or vanished on the way.",
        "Compare the settings in the evidence with the config.ini that was kept before, and put them back where they are wanted.",
    ),
    Reason.GUEST_NOT_UPDATED: Meaning(
        Status.FAILED,
        "The rack PDU runs its target, and a PDU linked to it does not.",
        "Check the link cable; the host updates its guests by itself, which takes ten minutes and more. Then run again.",
    ),
    Reason.EXTERNAL_NOT_DONE: Meaning(
        Status.FAILED,
        "The card did not reach the release in external_timeout.",
        "See in the vendor's program what became of the update, then run again.",
    ),
    Reason.DELEGATE_LOST: Meaning(
        Status.FAILED,
        "The jump host gave no result, so that nobody knows what the card holds.",
        "Correct what the message names. An upgrade that had begun may still be running: wait for reboot_timeout, then run again.",
    ),
}


def advice(reason: Reason, *, untouched: bool) -> str:
    """What to do next. That nothing was sent to the card is only said where something could have been, and was not."""
    recovery = MEANINGS[reason].recovery
    return recovery if untouched else recovery.removeprefix(f"{_UNTOUCHED} ")
