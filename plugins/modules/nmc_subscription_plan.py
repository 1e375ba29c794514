#!/usr/bin/python

# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nmc_subscription_plan
short_description: Say which subscriptions end, what has to be bought, and what is to be activated when
version_added: 0.1.0
description:
  - Runs once for the play, over what M(secure_power.nmc.nmc_license) has found out of each host before, and writes a plan for each client,
    as text and as JSON. No card is asked, and nothing is bought or activated.
  - For each card it looks at what runs, at an included year that was not activated, at the Activation ID that is declared for it, and at
    the stock of its client in the ledger (M(secure_power.nmc.nmc_activation_ids)). What then still lacks until C(nmc_contract_end) is to be
    bought, in the shortest term that reaches that day, or the longest and again.
  - Each activation is planned for the last valid day of what runs before it, as the vendor advises to hold an Activation ID until the
    included year ends. So no day is lost, and none is without right.
  - C(nmc_client), C(nmc_contract_end) and C(nmc_ledger_url) come from the variables of each host. Variables of the play are not seen
    there; extra variables are.
  - The play must have the linear strategy and no C(serial).
author:
  - The secure_power.nmc contributors (@secure-power)
options:
  days:
    description: What has ended, or ends within so many days, is listed; without C(nmc_contract_end) only such a card gets a new term.
    type: int
    default: 90
  result_variable:
    description: The name under which the result of M(secure_power.nmc.nmc_license) was registered.
    type: str
    default: subscriptions_result
  report_directory:
    description:
      - Where C(CLIENT.json) and C(CLIENT.txt) are written, for their owner only. Relative to the playbook. A run with C(--limit) writes
        into the directory C(limited) below it.
    type: path
    default: ~/.local/state/secure_power.nmc/subscriptions
  ledger_url:
    description:
      - The ledger for all hosts, as V(sqlite:///PATH) or V(postgresql+psycopg://USER:PASSWORD@HOST/DATABASE).
      - Else that of each host, C(nmc_ledger_url), then the environment variable E(NMC_LEDGER_URL), then a file below the user's data
        directory.
    type: str
requirements:
  - SQLAlchemy >= 2 (the ledger), with psycopg >= 3 for PostgreSQL
attributes:
  check_mode:
    description: Makes the plan and writes nothing.
    support: full
  diff_mode:
    description: The plans are files of their own.
    support: none
  idempotent:
    description: A plan that is the same but for its time is no change.
    support: full
  platform:
    description: The controller.
    platforms: posix
    support: full
seealso:
  - module: secure_power.nmc.nmc_license
  - module: secure_power.nmc.nmc_activation_ids
"""

EXAMPLES = r"""
---
- name: What the subscriptions of all cards want
  hosts: nmc
  gather_facts: false
  tasks:
    - name: Read the subscription
      secure_power.nmc.nmc_license:
        on_pending: report
      register: license

    - name: Plan
      secure_power.nmc.nmc_subscription_plan:
        result_variable: license
        days: 60
        report_directory: reports
      register: plan

    - name: Show it
      ansible.builtin.debug:
        msg: "{{ plan.text.splitlines() }}"
      run_once: true
"""

RETURN = r"""
msg:
  description: The counts of each client in a sentence, or what went wrong.
  returned: always
  type: str
  sample: "acme: 2 end soon, 3 to buy, 1 to activate, 1 seats in stock, 0 undecided."
clients:
  description: For each client where its plan is, and how much is in it.
  returned: success
  type: dict
  sample:
    acme:
      report: /home/ops/.local/state/secure_power.nmc/subscriptions/acme.json
      text: /home/ops/.local/state/secure_power.nmc/subscriptions/acme.txt
      ending: 2
      buy: {SWNMC3SU-3Y-DIGI: 3}
      activate: 1
      in_stock: 1
      undecided: 0
text:
  description: The plans of all clients, one after the other, for people.
  returned: success
  type: str
  sample: |
    Subscriptions of acme on 2026-11-22

    To buy: 1
      1 x SWNMC3SU-3Y-DIGI, the first needed on 2026-12-01
        2026-12-01 to 2029-12-01  ups-paris-1: the shortest term that reaches the end of the contract on 2029-11-30
reason:
  description: Reason code.
  returned: failure
  type: str
recovery:
  description: What to do next.
  returned: failure
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import subscription_plan_spec


def main() -> None:
    module = AnsibleModule(argument_spec=subscription_plan_spec(), supports_check_mode=True)
    module.fail_json(msg="nmc_subscription_plan needs the variables of all hosts, which only Ansible's controller has.")


if __name__ == "__main__":
    main()
