#!/usr/bin/python

# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nmc_compliance
short_description: Judge all network management cards of a play by their baselines
version_added: 0.1.0
description:
  - Runs once for the play, judges every card of it by the baseline of its host, and writes one report for each client. Nothing is sent to
    a card but questions.
  - It takes what is known of a card from the inventory plugin (C(nmc_discovered)) or from the facts of M(secure_power.nmc.nmc_facts),
    also out of Ansible's fact cache, and reads the cards of which too little is known, many at once.
  - A finding is the very one on which M(secure_power.nmc.nmc_firmware) acts. A card that cannot be read, and a host that was removed from
    the play, has one as well.
  - There are no options for connections, because the arguments of a task that runs once are templated with the variables of the first
    host. How a card is reached, C(nmc_client), C(nmc_site), C(nmc_serial), C(nmc_expected_application), C(nmc_purchase_date),
    C(nmc_ledger_url), and what it is judged by (C(nmc_baseline), C(nmc_baseline_file), C(nmc_image_store), C(nmc_image_store_ca_path))
    come from the variables of each host. Variables of the play are not seen there; extra variables are. A password that was asked for with
    C(-k) is not used.
  - The play must have the linear strategy and no C(serial).
author:
  - The secure_power.nmc contributors (@secure-power)
options:
  baseline:
    description:
      - The baseline for all hosts, whatever their variables say. See M(secure_power.nmc.nmc_firmware).
    type: dict
  baseline_file:
    description:
      - A YAML or JSON file with the baseline for all hosts, looked up like the files of M(ansible.builtin.copy), and decrypted if it is
        vaulted. The document may stand below a key C(baseline).
      - Without it and O(baseline), each host has its own, C(nmc_baseline) or C(nmc_baseline_file).
    type: path
  image_store:
    description:
      - An image store for all hosts, a directory relative to the playbook or an C(https://) URL. With a store a finding also says whether
        the release can be installed from it, or what a person has to do.
    type: str
  image_store_ca_path:
    description:
      - File with the certificates of the authorities that are trusted for image stores instead of the system's; without it
        C(nmc_image_store_ca_path) of each host.
    type: path
  gather:
    description:
      - Which cards are read. V(missing) reads those of which nothing is known, or nothing newer than O(max_age).
      - V(never) judges by what is known and reports the others as V(unknown); V(always) trusts nothing that was read before.
    type: str
    choices: [missing, always, never]
    default: missing
  max_age:
    description: Seconds after which facts are too old to judge by.
    type: float
    default: 86400.0
  deadline:
    description:
      - Seconds after which no more cards are read. Those that were not read by then are reported as V(unreachable).
      - Sessions of SSH and SNMPv3 that are open then are waited for.
    type: float
  allow_downgrade:
    description: Judge as M(secure_power.nmc.nmc_firmware) would with this option.
    type: bool
    default: false
  allow_version_jump:
    description: Judge as M(secure_power.nmc.nmc_firmware) would with this option.
    type: bool
    default: false
  allow_rack_ats:
    description: Judge as M(secure_power.nmc.nmc_firmware) would with this option.
    type: bool
    default: false
  allow_unverified_image:
    description: Judge as M(secure_power.nmc.nmc_firmware) would with this option.
    type: bool
    default: false
  ledger_url:
    description:
      - Where subscriptions and upgrades are remembered, for all hosts; without it C(nmc_ledger_url) of each host, the environment variable
        E(NMC_LEDGER_URL), or a file below the user's data directory.
      - What was seen of each card is added to it.
    type: str
  report_directory:
    description:
      - Directory of the reports, relative to the playbook, which for C(secure_power.nmc.audit) lies in the collection. Each client has a
        file there, named after it, which only its owner can read. A run with C(--limit) sees a part only, and writes into the directory
        C(limited) below it.
      - A report holds nothing of another client. It has a line for each finding, sorted by host, and two audits that find the same write
        the same but for the lines with times.
    type: path
    default: ~/.local/state/secure_power.nmc/reports
  fail_on:
    description: Fail, after everything is written, when a card has one of these statuses.
    type: list
    elements: str
    choices:
      - compliant
      - drift
      - ahead
      - waived
      - not_entitled
      - blocked
      - not_applicable
      - no_rule
      - unreachable
      - unknown
      - failed
      - needs_site_visit
  return_findings:
    description: Return the findings of all clients as well. Of thousands of cards they make a result of many megabytes.
    type: bool
    default: false
requirements:
  - jmespath (baselines)
  - SQLAlchemy >= 2 (the ledger), with psycopg >= 3 for PostgreSQL
  - pysnmp >= 7.1.6 (SNMP, where cards are read)
  - gufo_snmp >= 0.13 (SNMP, optional, faster)
  - paramiko >= 3.5, < 5 (SSH, where cards are read that have no SNMP)
attributes:
  check_mode:
    description: Judges, and writes neither reports nor into the ledger.
    support: full
  diff_mode:
    description: The reports are what differs.
    support: none
  idempotent:
    description: It is changed when a report says something else than before, apart from times.
    support: full
  platform:
    description: Cards of generation 2 and 3; older ones as far as they answer.
    platforms: NMC2, NMC3
    support: full
  bypass_host_loop:
    description: Runs once, for all hosts of the play.
    support: full
notes:
  - A pull request that is tested in check mode wants its reports nevertheless; set C(check_mode) to V(false) on the task.
  - To register the result for all hosts, set C(run_once) to V(true) on the task.
  - What differs between clients must not come through the arguments of the task, since all of them would get that of the first host.
seealso:
  - module: secure_power.nmc.nmc_facts
  - module: secure_power.nmc.nmc_firmware
"""

EXAMPLES = r"""
---
- name: What is out of line?
  hosts: nmc
  gather_facts: false
  tasks:
    - name: Judge all cards
      secure_power.nmc.nmc_compliance:
        baseline_file: baseline.yml
        report_directory: reports

- name: Fail a scheduled job when something has drifted; each client has its own nmc_baseline_file
  hosts: nmc
  gather_facts: false
  tasks:
    - name: Judge all cards by what they say now
      secure_power.nmc.nmc_compliance:
        gather: always
        fail_on: [drift, unknown, unreachable]
"""

RETURN = r"""
msg:
  description: How many cards have which status, or how many are what O(fail_on) names, and the first of them.
  returned: always
  type: str
summary:
  description: Counts over all clients.
  returned: success, and when O(fail_on) fails
  type: dict
  sample:
    hosts: 3
    statuses: {compliant: 2, drift: 1, unknown: 0}
    reasons: {at_target: 2, behind_baseline: 1}
    exposures: {SEVD-2021-313-03: {affected: 1, unknown: 0}}
    cards_with_expired_waivers: 0
  contains:
    hosts:
      description: How many hosts were judged.
      type: int
    statuses:
      description: How many have which status; every status is there.
      type: dict
    reasons:
      description: How many have which reason.
      type: dict
    exposures:
      description: How many cards each security advisory concerns, or may concern.
      type: dict
    cards_with_expired_waivers:
      description: How many cards a waiver covered that has expired.
      type: int
clients:
  description: The same counts for each client, and the path of its report.
  returned: success, and when O(fail_on) fails
  type: dict
removed:
  description: Hosts that a task before removed from the play, because it failed or did not reach them. What was known of them is not used.
  returned: success, and when O(fail_on) fails
  type: list
  elements: str
findings:
  description: With O(return_findings) the findings, sorted by host, as M(secure_power.nmc.nmc_firmware) returns one; else empty.
  returned: success, and when O(fail_on) fails
  type: list
  elements: dict
reason:
  description: Why the audit could not be made.
  returned: when it could not
  type: str
recovery:
  description: What to do next.
  returned: when it could not
  type: str
"""

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.secure_power.nmc.plugins.module_utils._argspec import compliance_spec


def main() -> None:
    module = AnsibleModule(argument_spec=compliance_spec(), supports_check_mode=True)
    module.fail_json(msg="nmc_compliance needs the variables of all hosts, which only Ansible's controller has; it cannot run as a module.")


if __name__ == "__main__":
    main()
