#!/usr/bin/python

# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nmc_facts
short_description: Read a network management card
version_added: 0.1.0
description:
  - Reads one APC or Schneider Electric network management card (NMC2, NMC3) over SNMP or SSH and returns who it is, what it runs
    and what hosts it, as C(ansible_facts['nmc']).
  - Changes nothing. What a card does not say is null; what cannot be understood is kept as text and never guessed.
author:
  - The secure_power.nmc contributors (@secure-power)
extends_documentation_fragment:
  - secure_power.nmc.card
attributes:
  check_mode:
    description: Reads in check mode as well.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
  facts:
    description: Returns C(ansible_facts).
    support: full
  idempotent:
    description: Reading changes nothing.
    support: full
  action_group:
    description: Options can be set for all modules at once with C(module_defaults) for C(group/secure_power.nmc.nmc).
    support: full
    membership: [secure_power.nmc.nmc]
  platform:
    description: Cards of generation 2 and 3; older ones as far as they answer.
    platforms: NMC2, NMC3
    support: full
seealso:
  - module: secure_power.nmc.nmc_firmware
"""

EXAMPLES = r"""
---
- name: What do the cards run?
  hosts: nmc
  gather_facts: false
  tasks:
    - name: Read the card
      secure_power.nmc.nmc_facts:

    - name: Show its firmware
      ansible.builtin.debug:
        var: ansible_facts['nmc'].firmware

- name: Read over SSH only
  hosts: nmc
  gather_facts: false
  tasks:
    - name: Read the card
      secure_power.nmc.nmc_facts:
        transport: ssh
"""

RETURN = r"""
ansible_facts:
  description: The facts. Every key is always there; null is what the card did not say.
  returned: success
  type: dict
  contains:
    nmc:
      description: The card and the device that hosts it.
      type: dict
      sample:
        generation: 3
        hardware_token: hw21
        application: su
        application_missing: false
        product_family: smart_ups
        inferred: []
        model: AP9641
        serial: ZA2215342271
        hardware_revision: "5"
        manufacture_date: "2022-04-18"
        mac: 28:29:86:00:00:01
        name: ups-paris-1
        location: Paris, row 3
        contact: dc-ops
        uptime_seconds: 3628800.0
        firmware:
          aos: {version: 2.5.0.8, file: apc_hw21_aos_2.5.0.8.bin}
          application: {name: su, version: 2.5.0.6, file: apc_hw21_su_2.5.0.6.bin}
          boot_monitor: {version: 1.5.1.1}
        device:
          kind: ups
          model: Smart-UPS 750
          sku: SMT750IC
          serial: 3S2100000001
          firmware: UPS 03.8 (ID1015)
          on_battery: false
          self_test: passed
        services: {ssh: true, snmpv1: true, snmpv3: false}
        secure_nmc: {eligible: true, subscription_family: SWNMC3SU, reason: family_covered}
        features: {snmp: true, bacnet: true, modbus_rtu_4_wire: false}
        linked: []
        unread: []
        source: snmp
        read_at: "2026-11-22T13:00:00+00:00"
      contains:
        generation:
          description: Generation of the card, from the hardware token in its firmware file names; never from the model.
          type: int
        hardware_token:
          description: Hardware token of the firmware, such as V(hw05) or V(hw21).
          type: str
        application:
          description: Code of the firmware application, such as V(su), V(sumx) or V(rpdu2g).
          type: str
        application_missing:
          description: Whether the card has no working application.
          type: bool
        product_family:
          description: Product family, V(unknown) when nothing says it.
          type: str
        inferred:
          description: Names of the facts that rest on a reading of public sources and not on their words.
          type: list
          elements: str
        model:
          description: Model of the card. A card that is built in says its own model over SSH only.
          type: str
        serial:
          description: Serial number of the card; that of the device is in RV(ansible_facts.nmc.device).
          type: str
        hardware_revision:
          description: Hardware revision, as printed.
          type: str
        manufacture_date:
          description: Date of manufacture, ISO 8601.
          type: str
        mac:
          description: MAC address; over SNMP it comes from the SNMP engine ID.
          type: str
        name:
          description: System name.
          type: str
        location:
          description: System location.
          type: str
        contact:
          description: System contact.
          type: str
        uptime_seconds:
          description: Seconds since the management interface started; over SSH in whole minutes.
          type: float
        firmware:
          description: Versions and file names of AOS, application and boot monitor.
          type: dict
        device:
          description: The device that hosts the card, whether a UPS runs on battery, and its last self-test.
          type: dict
        services:
          description: Which services are switched on. Known over SSH only.
          type: dict
        secure_nmc:
          description: Whether the card can have a Secure NMC subscription, of which family, and why.
          type: dict
        features:
          description: What the card's model can do, after the vendor's feature table; null for cards that the table does not cover.
          type: dict
        linked:
          description: Linked cards.
          type: list
          elements: dict
        unread:
          description: Texts that could not be understood, with where they came from.
          type: list
          elements: dict
        source:
          description: The transport that was read.
          type: str
        read_at:
          description: When it was read, UTC.
          type: str
msg:
  description: What was tried on which card and what came back.
  returned: failure
  type: str
status:
  description: V(unreachable), V(failed), V(blocked) or V(unknown).
  returned: failure
  type: str
reason:
  description: Reason code.
  returned: failure
  type: str
recovery:
  description: What to do next.
  returned: failure
  type: str
evidence:
  description: What was seen.
  returned: failure
  type: dict
"""

from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import FACTS, run_module


def main() -> None:
    run_module(FACTS)


if __name__ == "__main__":
    main()
