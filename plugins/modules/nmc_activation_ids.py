#!/usr/bin/python

# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nmc_activation_ids
short_description: Keep the Activation IDs that a client has bought and not yet used
version_added: 0.1.0
description:
  - Puts Activation IDs of Secure NMC subscriptions into the stock of a client, or takes them out. The stock is in the ledger, which keeps
    a keyed fingerprint and the last four characters of each, never the ID.
  - M(secure_power.nmc.nmc_license) takes from there what an ID is for, how many seats it has, and until when it shall be held.
    M(secure_power.nmc.nmc_subscription_plan) counts it before it says what to buy.
author:
  - The secure_power.nmc contributors (@secure-power)
options:
  state:
    description: Whether the IDs are in the stock. At the vendor nothing changes.
    type: str
    choices: [present, absent]
    default: present
  activation_ids:
    description: The Activation IDs of one order. Give them as a variable, so that they do not show in the task.
    type: list
    elements: str
    required: true
  sku:
    description: The part number that was bought with each of them, such as V(SWNMC3SU-3Y-DIGI). Required with O(state=present).
    type: str
  seats:
    description: On how many cards each of them can be activated.
    type: int
    default: 1
  hold_until:
    description: The day before which they shall not be used, as V(2027-03-31).
    type: str
  client:
    description: Who has bought them. An ID that is another client's already is refused, and then none is taken in.
    type: str
    default: default
  ledger_url:
    description:
      - Where they are remembered, as V(sqlite:///PATH) or V(postgresql+psycopg://USER:PASSWORD@HOST/DATABASE).
      - Else the environment variable E(NMC_LEDGER_URL), then a file below the user's data directory.
    type: str
requirements:
  - SQLAlchemy >= 2 (the ledger), with psycopg >= 3 for PostgreSQL
attributes:
  check_mode:
    description: Checks everything and writes nothing.
    support: full
  diff_mode:
    description: The stock before and after.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
  platform:
    description: The controller.
    platforms: posix
    support: full
notes:
  - Runs on the controller, once for each client; no card is asked. Host variables are not looked at.
  - Do not loop over IDs, because a loop shows its items.
seealso:
  - module: secure_power.nmc.nmc_license
  - module: secure_power.nmc.nmc_subscription_plan
"""

EXAMPLES = r"""
---
- name: Take in what was bought
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Hold three subscriptions of three years until the included years end
      secure_power.nmc.nmc_activation_ids:
        client: acme
        sku: SWNMC3SU-3Y-DIGI
        hold_until: "2027-03-31"
        activation_ids: "{{ vault_order_4711_activation_ids }}"

    - name: Give one back
      secure_power.nmc.nmc_activation_ids:
        client: acme
        state: absent
        activation_ids: ["{{ vault_returned_activation_id }}"]
"""

RETURN = r"""
stock:
  description: Everything that the client holds then. An ID is named by its last four characters.
  returned: success
  type: list
  elements: dict
  sample:
    - id: "...7F3A"
      fingerprint: 3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b3f0a6c2a4f1e7d9b
      sku: SWNMC3SU-3Y-DIGI
      family: SWNMC3SU
      seats: 1
      seats_taken: 0
      hold_until: "2027-03-31"
diff:
  description: The stock before and after, as text.
  returned: success
  type: dict
  sample:
    before: ""
    after: "...7F3A: SWNMC3SU-3Y-DIGI, seats 1, held until 2027-03-31\n"
    before_header: acme stock
    after_header: acme stock
msg:
  description: What went wrong.
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
"""

from ansible_collections.secure_power.nmc.plugins.module_utils._stock_task import ACTIVATION_IDS
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import run_module


def main() -> None:
    run_module(ACTIVATION_IDS)


if __name__ == "__main__":
    main()
