#!/usr/bin/python

# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nmc_license
short_description: Keep the Secure NMC subscription of a network management card as declared
version_added: 0.1.0
description:
  - Reads the card, looks up what is remembered of its subscription, and decides by the rules of the vendor's Secure NMC FAQ what is to be
    done. Every guard is evaluated before anything is activated or recorded.
  - A card whose subscription is valid for more than O(min_days_left) days is left alone.
  - The vendor publishes no interface to its licensing. With O(activator=manual) the result says what a person has to do, and the activation
    is recorded once its day is declared. With O(activator=http) a licensing bridge of your own does the work, once.
  - Nothing is sent to the card but questions. Cards for which no subscription is sold are left alone.
author:
  - The secure_power.nmc contributors (@secure-power)
extends_documentation_fragment:
  - secure_power.nmc.card
options:
  state:
    description:
      - V(active) is a subscription, or a platform, that is valid today.
      - V(forgotten) ends the record of what the card has. At the vendor the subscription goes on.
    type: str
    choices: [active, forgotten]
    default: active
  on_pending:
    description:
      - What becomes of the task when work is left to a person. V(fail) lets it fail, so that C(ok) never means C(not yet).
      - V(report) lets it succeed, and RV(status), RV(next_action) and RV(work_item) say what is left.
    type: str
    choices: [fail, report]
    default: fail
  source:
    description:
      - What gives the card its right to certified firmware. Left out, it follows from the rest, V(platform) from O(platform), V(purchased)
        from O(activation_id) or O(sku), else V(included).
      - Host variable C(nmc_source).
    type: str
    choices: [included, purchased, platform]
  sku:
    description: Part number of the subscription, such as V(SWNMC3SU-1Y-DIGI). Host variable C(nmc_sku).
    type: str
  activation_id:
    description:
      - The Activation ID of a purchased subscription. Only a keyed fingerprint and its last four characters are kept.
      - One that the card does not have yet waits as long as a subscription is valid on it. Host variable C(nmc_activation_id).
    type: str
  seats:
    description:
      - On how many cards the Activation ID can be activated. Left out, what the stock in the ledger says, else 1.
      - Host variable C(nmc_seats).
    type: int
  hold_until:
    description:
      - The day before which the Activation ID shall not be used, as V(2027-03-31). Left out, what the stock in the ledger says.
      - Host variable C(nmc_hold_until).
    type: str
  activated_on:
    description: The day on which a person has activated the subscription. Host variable C(nmc_activated_on).
    type: str
  expires_on:
    description:
      - The last valid day as the License Status column of the Secure NMC System Tool shows it. It wins over the computed one.
      - Host variable C(nmc_expires_on).
    type: str
  purchase_date:
    description:
      - The day on which the device was bought; from 2024-04-01 on a year is included. Host variable C(nmc_purchase_date).
    type: str
  platform:
    description: The product that brings the right to certified firmware along. Host variable C(nmc_platform).
    type: str
    choices: [ecostruxure_it_expert, data_center_expert]
  platform_expires:
    description: The last day of its contract; left out, it has no end. Host variable C(nmc_platform_expires).
    type: str
  voucher:
    description:
      - The Digital Voucher code of a renewal, which has to be redeemed before the subscription ends. Only a fingerprint of it is kept.
      - Host variable C(nmc_voucher).
    type: str
  renewed_until:
    description: The last valid day after a renewal that a person has carried out. Host variable C(nmc_renewed_until).
    type: str
  po_email:
    description: The address in the order, to which the vendor's reminder goes. Host variable C(nmc_po_email).
    type: str
  replaces:
    description:
      - The serial of the card that this one replaces. Its record ends; whether its subscription moves is for the vendor to say.
      - Host variable C(nmc_replaces).
    type: str
  min_days_left:
    description: A subscription with so many days left, or fewer, has to be renewed now. Host variable C(nmc_min_days_left).
    type: int
    default: 0
  warn_days:
    description: A subscription with so many days left, or fewer, is RV(subscription.expiring). Host variable C(nmc_warn_days).
    type: int
    default: 30
  allow_override_included:
    description: Activate a purchased subscription although the included year still runs, whose remaining days are lost.
    type: bool
    default: false
  readings:
    description:
      - How the vendor's FAQ is read where it can be read in two ways. Host variable C(nmc_readings).
    type: dict
    suboptions:
      first_day:
        description: The first day of purchase that brings an included year; V(2024-04-01) when left out.
        type: str
      last_day_renews:
        description: Whether a subscription can be renewed on its last valid day; it can when left out.
        type: bool
      second_subscription:
        description: Whether a second Activation ID may replace a purchased subscription that still runs; it may not when left out.
        type: bool
      renewal_extends:
        description: Whether a renewal begins where the old term ends, and not when it is redeemed; it does when left out.
        type: bool
      voucher_renews_included:
        description: Whether an included year can be renewed like a purchased one; it can when left out.
        type: bool
  activator:
    description:
      - Who activates and renews. V(manual) is a person, V(http) a licensing bridge, whose contract is C(docs/licensing-api.yml).
      - A bridge activates and redeems vouchers; what has to be bought, or asked of the vendor, is left to a person all the same.
      - Host variable C(nmc_activator).
    type: str
    choices: [manual, http]
    default: manual
  licensing_url:
    description: Where the bridge is, as V(https://licensing.example.com). Host variable C(nmc_licensing_url).
    type: str
  licensing_token:
    description: The bearer token for the bridge. Host variable C(nmc_licensing_token).
    type: str
  licensing_ca_path:
    description:
      - File with the certificates of the authorities that are trusted for the bridge instead of the system's.
      - Host variable C(nmc_licensing_ca_path).
    type: path
  licensing_timeout:
    description: Seconds that the bridge may say nothing. Host variable C(nmc_licensing_timeout).
    type: float
    default: 30.0
  serial:
    description: Serial number that the card must have. Host variable C(nmc_serial).
    type: str
  client:
    description:
      - Whose card it is. Clients see nothing of each other in the ledger, and an Activation ID of another client is refused.
      - Host variable C(nmc_client).
    type: str
    default: default
  site:
    description: Where the card is; a hold on the site stops a bridge's work. Host variable C(nmc_site).
    type: str
  ledger_url:
    description:
      - Where subscriptions are remembered, as V(sqlite:///PATH) or V(postgresql+psycopg://USER:PASSWORD@HOST/DATABASE).
      - Host variable C(nmc_ledger_url), then the environment variable E(NMC_LEDGER_URL), then a file below the user's data directory.
    type: str
requirements:
  - SQLAlchemy >= 2 (the ledger), with psycopg >= 3 for PostgreSQL
attributes:
  check_mode:
    description: >-
      Evaluates every guard and shows what would be recorded. A bridge is only asked what an Activation ID is for; what else it would
      refuse shows when it is asked to act.
    support: full
  diff_mode:
    description: The subscription before and after.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
  action_group:
    description: Options can be set for all modules at once with C(module_defaults) for C(group/secure_power.nmc.nmc).
    support: full
    membership: [secure_power.nmc.nmc]
  platform:
    description: Cards of generation 3 in 1-phase UPS and rack PDUs; others are left alone.
    platforms: NMC3
    support: full
notes:
  - Needs the ledger, which is the controller's, so it cannot be delegated to another machine.
  - Days are days in UTC, written as V(2027-03-31).
seealso:
  - module: secure_power.nmc.nmc_firmware
"""

EXAMPLES = r"""
---
- name: Subscriptions by hand
  hosts: nmc3
  gather_facts: false
  tasks:
    - name: Take up the included year; the result says what to do, until nmc_activated_on is declared
      secure_power.nmc.nmc_license:
        source: included
        purchase_date: "{{ nmc_bought_on }}"
        on_pending: report
      register: license

    - name: Show what is left to do
      ansible.builtin.debug:
        var: license.next_action
      when: license.work_item is not none

- name: Subscriptions through a licensing bridge
  hosts: nmc3
  gather_facts: false
  tasks:
    - name: Activate what was bought for the card, when nothing is lost by it
      secure_power.nmc.nmc_license:
        sku: SWNMC3SU-3Y-DIGI
        activation_id: "{{ vault_activation_ids[inventory_hostname] }}"
        activator: http
        licensing_url: https://licensing.example.com
        licensing_token: "{{ vault_licensing_token }}"

- name: Cards that EcoStruxure IT Expert covers
  hosts: monitored
  gather_facts: false
  tasks:
    - name: Record the platform
      secure_power.nmc.nmc_license:
        platform: ecostruxure_it_expert
        platform_expires: "2027-12-31"
"""

RETURN = r"""
msg:
  description: One sentence about this card.
  returned: always
  type: str
  sample: "ups-paris-1: the subscription runs until 2027-11-22."
status:
  description: V(compliant), V(drift), V(not_entitled), V(not_applicable), V(blocked), V(unreachable), V(unknown) or V(failed).
  returned: always
  type: str
  sample: compliant
reason:
  description: Reason code.
  returned: always
  type: str
  sample: subscribed
recovery:
  description: What the reason asks for.
  returned: always
  type: str
  sample: Nothing to do.
subscription:
  description: What the card has, after what was recorded; in check mode as it would be.
  returned: always
  type: dict
  contains:
    state:
      description: >-
        V(not_applicable), V(unsubscribed), V(included_eligible), V(included_active), V(subscribed), V(expired) or V(unknown).
      type: str
    source:
      description: V(included) or V(purchased).
      type: str
    sku:
      description: Part number.
      type: str
    family:
      description: Subscription family, V(SWNMC3SU), V(SWNMC3PDU) or V(FWENMC1P).
      type: str
    activated_on:
      description: First day.
      type: str
    expires_on:
      description: Last valid day.
      type: str
    evidence:
      description: V(computed) from the term, or V(tool) where the vendor's tool or a bridge says it.
      type: str
    days_left:
      description: Days after today, negative when it has ended.
      type: int
    colour:
      description: V(amber) at 30 days, as in the vendor's tool; V(green) and V(red) are this collection's.
      type: str
    expiring:
      description: Whether it ends within O(warn_days).
      type: bool
  sample:
    state: subscribed
    source: purchased
    sku: SWNMC3SU-1Y-DIGI
    family: SWNMC3SU
    activated_on: "2026-11-22"
    expires_on: "2027-11-22"
    evidence: tool
    days_left: 365
    colour: green
    expiring: false
platform:
  description: The product that brings the right along, with the end of its contract; null without one.
  returned: always
  type: dict
  sample: {name: ecostruxure_it_expert, expires_on: "2027-12-31"}
entitled:
  description: Whether the card may be given certified firmware, V(yes), V(no) or V(unknown).
  returned: always
  type: str
  sample: "yes"
next_action:
  description: What to do next, step by step where there is work.
  returned: always
  type: str
  sample: Nothing to do.
work_item:
  description: >-
    What a person has to do, with which program and for which card; null when nothing is left. An Activation ID is named by its last four
    characters.
  returned: always
  type: dict
  sample:
    task: activate
    program: Secure NMC System Tool for Smart-UPS
    part_number: SFNCM3FMTSU
    download_page: www.se.com/secure-nmc
    systems: [Windows, Linux, macOS]
    card_serial: ZA2215342271
    card_mac: "28:29:86:00:00:01"
    device_serial: AS1234567890
    sku: SWNMC3SU-1Y-DIGI
    activation_id: "...0001"
    expected_end: null
    steps: [Open the Secure NMC System Tool for Smart-UPS, Enter the Activation ID ...0001]
activation_fingerprint:
  description: Keyed fingerprint of the declared Activation ID, else of the one that the card has. It says nothing outside of its ledger.
  returned: always
  type: str
  sample: 3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b
waiting:
  description: The declared Activation ID as long as the card does not have it, by its last four characters; null otherwise.
  returned: always
  type: dict
  sample:
    id: "...0001"
    fingerprint: 3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b
    sku: SWNMC3SU-1Y-DIGI
    seats: 1
    hold_until: null
diff:
  description: The subscription before and after, as text.
  returned: always
  type: dict
  sample:
    before: "state: unsubscribed\n"
    after: "state: subscribed\nexpires_on: 2027-11-22\n"
    before_header: subscription
    after_header: subscription
evidence:
  description: How the card was read, who it is, by which rules it was decided, and what a bridge said.
  returned: always
  type: dict
  sample: {source: snmp, serial: ZA2215342271, mac: 28:29:86:00:00:01, subscription_family: SWNMC3SU, rules: [G12]}
"""

from ansible_collections.secure_power.nmc.plugins.module_utils._license_task import LICENSE
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import run_module


def main() -> None:
    run_module(LICENSE)


if __name__ == "__main__":
    main()
