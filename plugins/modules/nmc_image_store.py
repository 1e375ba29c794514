#!/usr/bin/python

# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nmc_image_store
short_description: Keep firmware images and what is known of them in one directory
version_added: 0.1.0
description:
  - Brings image files, and the images out of the vendor's packages, into a directory and keeps its C(manifest.yml).
  - The manifest says of each image for which card it is, and its SHA-256; and of each release what ships together and how it is delivered.
  - M(secure_power.nmc.nmc_firmware) takes its images from there.
author:
  - The secure_power.nmc contributors (@secure-power)
options:
  path:
    description:
      - The directory of the store. It is made if it does not exist.
    type: path
    required: true
  source:
    description:
      - Image files, packages (self-extracting C(.exe), C(.zip)) or directories of them. Files that lie together make releases.
      - A release that is taken in again keeps the versions that are not said anew.
      - Without it, a release is only written down, as one that a program of the vendor delivers.
    type: list
    elements: path
  state:
    description: The images and releases are in the store. Nothing is ever removed.
    type: str
    choices: [present]
    default: present
  hardware_token:
    description: Hardware token of the cards that the images are for, such as V(hw21), where names do not say it.
    type: str
  application:
    description: Application code of the cards that application images are for, where names do not say it.
    type: str
  version:
    description: Version of the application, in quotes, where names do not say it.
    type: raw
  aos:
    description: Version of the AOS that ships with the application, in quotes, where no AOS image comes along or its name does not say it.
    type: raw
  boot_monitor:
    description: Version of the boot monitor that ships with the application, in quotes, likewise.
    type: raw
  delivery:
    description:
      - How the release reaches cards. V(direct) is sent by M(secure_power.nmc.nmc_firmware).
      - V(sns_tool) is the Secure NMC System Tool; V(it_expert) and V(data_center_expert) are the vendor's platforms.
    type: str
    choices: [direct, sns_tool, it_expert, data_center_expert]
    default: direct
attributes:
  check_mode:
    description: Reads the sources and the store and writes nothing.
    support: full
  diff_mode:
    description: The manifest before and after.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
  platform:
    description: The controller, or the host that the task is delegated to.
    platforms: posix
    support: full
notes:
  - Runs on the controller. Two runs at once wait for each other.
requirements:
  - PyYAML
seealso:
  - module: secure_power.nmc.nmc_image_info
  - module: secure_power.nmc.nmc_firmware
"""

EXAMPLES = r"""
---
- name: Fill the image store
  hosts: localhost
  gather_facts: false
  tasks:
    - name: Take in the vendor's package
      secure_power.nmc.nmc_image_store:
        path: /srv/nmc-images
        source:
          - ~/Downloads/apc_hw05_aos722_rpdu2g726_bootmon109.exe

    - name: Take in an image whose name does not say for which card it is
      secure_power.nmc.nmc_image_store:
        path: /srv/nmc-images
        source:
          - ~/Downloads/smart-ups/apcfwapp_v3.4.0.8.nmc3
        hardware_token: hw21
        application: su

    - name: Write down a release that only the Secure NMC System Tool delivers
      secure_power.nmc.nmc_image_store:
        path: /srv/nmc-images
        hardware_token: hw21
        application: rpdu2g
        version: "3.0.0.5"
        aos: "3.0.0.12"
        delivery: sns_tool
"""

RETURN = r"""
manifest:
  description: The manifest file.
  returned: success
  type: str
  sample: /srv/nmc-images/manifest.yml
images:
  description: Every image of the store by its path below it.
  returned: success
  type: dict
  sample:
    hw05/aos/apc_hw05_aos_722.bin:
      sha256: fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13
      size: 3134720
      component: aos
      hardware_token: hw05
      application: null
      version: 7.2.2
releases:
  description: Every release of the store.
  returned: success
  type: list
  elements: dict
  sample:
    - {hardware_token: hw05, application: rpdu2g, version: 7.2.6, aos: 7.2.2, boot_monitor: 1.0.9, delivery: direct}
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

from ansible_collections.secure_power.nmc.plugins.module_utils._image_tasks import IMAGE_STORE
from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import run_module


def main() -> None:
    run_module(IMAGE_STORE)


if __name__ == "__main__":
    main()
