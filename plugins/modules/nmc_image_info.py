#!/usr/bin/python

# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nmc_image_info
short_description: Say what firmware image files are
version_added: 0.1.0
description:
  - Reads one image file, one of the vendor's packages, or every one in a directory, and returns what their names say and their SHA-256.
  - Reads only. The bytes of an image say nothing, since the vendor's format is not public; a name that says too little proves nothing.
author:
  - The secure_power.nmc contributors (@secure-power)
options:
  path:
    description:
      - An image file, a package (a self-extracting C(.exe) or a C(.zip)), or a directory.
      - Links below a directory are not followed. Archives in it that cannot be read are passed over, unless their names begin with C(apc).
    type: path
    required: true
attributes:
  check_mode:
    description: Reads in check mode as well.
    support: full
  diff_mode:
    description: Changes nothing.
    support: none
  idempotent:
    description: Reading changes nothing.
    support: full
  platform:
    description: The controller, or the host that the task is delegated to.
    platforms: posix
    support: full
notes:
  - Runs on the controller.
seealso:
  - module: secure_power.nmc.nmc_image_store
"""

EXAMPLES = r"""
---
- name: What did we download?
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Read the directory
      secure_power.nmc.nmc_image_info:
        path: ~/Downloads
      register: downloads

    - name: Show the names and checksums
      ansible.builtin.debug:
        msg: "{{ item.name }} {{ item.hardware_token }} {{ item.application }} {{ item.version }} sha256:{{ item.sha256 }}"
      loop: "{{ downloads.images }}"
      loop_control:
        label: "{{ item.name }}"
"""

RETURN = r"""
images:
  description: The images, in the order of their paths. Null is what a name does not say.
  returned: success
  type: list
  elements: dict
  sample:
    - name: apc_hw21_su_2-5-5-1.nmc3
      path: Bins/apc_hw21_su_2-5-5-1.nmc3
      package: /home/ops/Downloads/apc_hw21_su_2-5-5-1.exe
      size: 6795900
      sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      component: application
      hardware_token: hw21
      application: su
      version: 2.5.5.1
      ups_firmware: false
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

from ansible_collections.secure_power.nmc.plugins.module_utils._image_tasks import IMAGE_INFO
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import run_module


def main() -> None:
    run_module(IMAGE_INFO)


if __name__ == "__main__":
    main()
