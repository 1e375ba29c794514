# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reasons mean that say where a card stands: against its target, its baseline and its subscription."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reason_codes import NOTHING, UNTOUCHED, Meaning, Reason, Status

JUDGED: t.Mapping[Reason, Meaning] = {
    # the card is where it shall be, or will be
    Reason.AT_TARGET: Meaning(Status.COMPLIANT, "Every component is at its target.", NOTHING),
    Reason.UPGRADED: Meaning(Status.COMPLIANT, "The card was brought to its target and says so itself.", NOTHING),
    Reason.UPGRADE_PLANNED: Meaning(Status.DRIFT, "The card would be changed.", "Run without check mode in a maintenance window."),
    Reason.DOWNGRADE_REFUSED: Meaning(
        Status.AHEAD,
        "The card runs something newer than the target.",
        f"{UNTOUCHED} Raise the target, or set allow_downgrade if the older release is really wanted.",
    ),
    # what a baseline says of the card
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
        f"{NOTHING} A subscription would open the way to the newer release.",
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
    Reason.LEFT_ALONE: Meaning(Status.NOT_APPLICABLE, "The baseline leaves this card alone on purpose.", NOTHING),
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
        f"{UNTOUCHED} Correct the key that the message names.",
    ),
    # what is known of the card's subscription
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
        Status.NOT_ENTITLED,
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
}
