#!/usr/bin/python

# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: nmc_firmware
short_description: Bring a network management card to a firmware release and prove it
version_added: 0.1.0
description:
  - Reads the card, plans what is missing, checks the images, sends them over SCP in the vendor's order, waits for the restart after each
    one, and reads the card again. Only what the card says afterwards counts as success.
  - A card that already runs the target is left alone.
  - An image is judged by its file name, by what is declared about it and by its SHA-256. The card's hardware token and application must be
    those of the image. UPS firmware and the application V(g2ats) are refused whatever the options.
  - The output of the UPS, PDU or transfer switch is not switched by an update of its card.
author:
  - The secure_power.nmc contributors (@secure-power)
extends_documentation_fragment:
  - secure_power.nmc.card
options:
  version:
    description:
      - Version of the application, in quotes, for example V("2.5.5.1").
      - On NMC2 the versions of AOS and boot monitor come from O(components) or from the names of their O(images).
    type: raw
  components:
    description:
      - Versions by component. A component that is neither here nor among the images is left as it is.
    type: dict
    suboptions: &components
      aos:
        description: Version of the operating system, in quotes.
        type: raw
      application:
        description: Version of the application, in quotes; the same as O(version).
        type: raw
      boot_monitor:
        description: Version of the boot monitor, in quotes.
        type: raw
  image:
    description:
      - The image file on the controller, looked up like the files of M(ansible.builtin.copy). NMC3 needs one image only.
    type: path
  checksum:
    description:
      - SHA-256 of O(image), as V(sha256:<hex>).
    type: str
  images:
    description:
      - Image files by component. NMC2 needs one for each component that is not at its target.
      - Beside the path, declare what the file's name does not say.
    type: dict
    suboptions: &images
      aos: &image
        description: The image of this component.
        type: dict
        suboptions:
          path:
            description: The file on the controller.
            type: path
            required: true
          checksum:
            description: SHA-256 of the file, as V(sha256:<hex>).
            type: str
          hardware_token:
            description: Hardware token of the cards that the image is for, such as V(hw21).
            type: str
          application:
            description: Application code of the cards that the image is for, such as V(su).
            type: str
          version:
            description: Version that the image holds, in quotes.
            type: raw
      application: *image
      boot_monitor: *image
  baseline:
    description:
      - The baseline that says what the card shall run, in the place of O(version) and O(components). Its schema is
        C(plugins/plugin_utils/baseline.schema.json).
      - The first rule that matches the card counts. A waived card, and one that is to be left alone or that no rule matches, is not
        touched. A card that is not entitled to the release of its rule gets what the rule says under C(otherwise), or is refused.
      - Not with O(force), and not from a delegate that is another machine. Host variable C(nmc_baseline).
    type: dict
  baseline_file:
    description:
      - A YAML or JSON file with the baseline, looked up like the files of M(ansible.builtin.copy), and decrypted if it is vaulted.
        The document may stand below a key C(baseline).
      - O(baseline) wins over it. Host variable C(nmc_baseline_file).
    type: path
  stepping_stones:
    description:
      - Releases that may have to be installed on the way, because a major version must not be skipped.
      - Only those that the way needs are used.
    type: list
    elements: dict
    suboptions:
      version:
        description: As O(version).
        type: raw
      components:
        description: As O(components).
        type: dict
        suboptions: *components
      image:
        description: As O(image).
        type: path
      checksum:
        description: As O(checksum).
        type: str
      images:
        description: As O(images).
        type: dict
        suboptions: *images
  image_store:
    description:
      - Where images are taken from that O(image) and O(images) do not give. A directory on the controller, relative to the playbook, or
        an C(https://) URL below which the same files lie. M(secure_power.nmc.nmc_image_store) makes one.
      - Credentials for the URL come from C(~/.netrc), or the file that the environment variable E(NETRC) names.
      - Its manifest also says which AOS and boot monitor ship with an application, and offers stepping stones. What the task declares wins.
      - Host variable C(nmc_image_store).
    type: str
  image_store_ca_path:
    description:
      - File with the certificates of the authorities that are trusted for O(image_store) instead of the system's.
      - Host variable C(nmc_image_store_ca_path).
    type: path
  image_cache:
    description:
      - Directory for images from an C(https://) store; each is kept under its SHA-256. Host variable C(nmc_image_cache).
    type: path
    default: ~/.cache/secure_power.nmc/images
  wait_for_external:
    description:
      - Where the manifest says that the release is delivered by a program of the vendor, wait until the card runs it.
      - Without it the task fails at once and RV(work_item) says what a person has to do.
    type: bool
    default: false
  external_timeout:
    description: Seconds to wait for it.
    type: float
    default: 3600.0
  serial:
    description:
      - Serial number that the card must have before anything is sent. Host variable C(nmc_serial).
    type: str
  allow_downgrade:
    description: Install a version that is older than the installed one.
    type: bool
    default: false
  allow_version_jump:
    description: Go to the target without the releases in between.
    type: bool
    default: false
  allow_rack_ats:
    description: Update the card of a rack transfer switch.
    type: bool
    default: false
  allow_unverified_image:
    description: Send an image for which no checksum is declared.
    type: bool
    default: false
  allow_on_battery:
    description: Update the card of a UPS that runs on battery.
    type: bool
    default: false
  allow_self_test:
    description: Update the card of a UPS that is testing itself.
    type: bool
    default: false
  force:
    description: Send the images even when the card is at its target.
    type: bool
    default: false
  upload_protocol:
    description:
      - How images are sent. V(ftp) is for cards whose SCP does not work; it shows the password to the network, and has to be on.
      - Host variable C(nmc_upload_protocol).
    type: str
    choices: [scp, ftp]
    default: scp
  ftp_port:
    description: Port of FTP. Host variable C(nmc_ftp_port).
    type: int
    default: 21
  upload_timeout:
    description:
      - Seconds that the transfer of one image may take. Left out, it follows from the size of the image and O(min_rate).
      - Host variable C(nmc_upload_timeout).
    type: float
  min_rate:
    description: The slowest transfer that is waited for, in bytes a second. Host variable C(nmc_min_rate).
    type: int
    default: 4096
  rate_limit:
    description: The fastest transfer, in bytes a second, to spare a thin link. Host variable C(nmc_rate_limit).
    type: int
  stall_timeout:
    description: Seconds without a byte moving after which a transfer counts as broken. Host variable C(nmc_stall_timeout).
    type: float
    default: 60.0
  reboot_timeout:
    description: Seconds to wait for the card after each image. Host variable C(nmc_reboot_timeout).
    type: float
    default: 900.0
  guest_timeout:
    description:
      - Seconds to wait until a rack PDU has updated the PDUs that are linked to it, which it does by itself.
      - Host variable C(nmc_guest_timeout).
    type: float
    default: 1800.0
  expected_application:
    description:
      - Application code of a card that lost its application in a broken upgrade, so that the right image can be sent.
      - A card that names its application is not overruled. Host variable C(nmc_expected_application).
    type: str
  retry_failed:
    description:
      - Send an image again that this card has failed with before, and use credentials again that cards have refused several times.
      - Without it a scheduled run neither wears out the card's flash memory nor locks accounts out.
    type: bool
    default: false
  site_limit:
    description:
      - At most so many cards of the O(site) are upgraded at once, whoever upgrades them; the O(ledger_url) counts them.
      - One that comes too late is V(blocked) with the reason V(limit_reached), and nothing was sent to it. Nobody waits inside of a task,
        because that would keep a fork busy; use C(until), or run again.
      - Host variable C(nmc_site_limit). It cannot be used from a delegate that is another machine.
    type: int
  client_limit:
    description: The same for all cards of the O(client). Host variable C(nmc_client_limit).
    type: int
  change_reference:
    description:
      - The number of the change under which the work is done, for the ledger. Host variable C(nmc_change_reference).
    type: str
  ledger_url:
    description:
      - Where attempts and subscriptions are remembered between runs, as V(sqlite:///PATH) or
        V(postgresql+psycopg://USER:PASSWORD@HOST/DATABASE).
      - Host variable C(nmc_ledger_url), then the environment variable E(NMC_LEDGER_URL), then a file below the user's data directory.
      - What runs on a delegate that is another machine is not remembered.
    type: str
  purchase_date:
    description:
      - The day on which the device was bought, as V(2026-11-30). From 2024-04-01 on a year of certified firmware came with it, and the
        finding of a O(baseline) says so when it was not activated. Host variable C(nmc_purchase_date).
    type: str
  client:
    description:
      - Whose card it is. Clients see nothing of each other in the ledger, and it is the name of a directory below O(backup_directory).
      - Host variable C(nmc_client).
    type: str
    default: default
  site:
    description: Where the card is, for the rules of a O(baseline), for holds and for O(site_limit). Host variable C(nmc_site).
    type: str
  backup:
    description:
      - Keep the card's C(config.ini) before an upgrade, and compare it afterwards. Host variable C(nmc_backup).
    type: bool
    default: true
  backup_directory:
    description: Where it is kept, readable by nobody else. Host variable C(nmc_backup_directory).
    type: path
    default: ~/.local/state/secure_power.nmc/config
  allow_config_changes:
    description:
      - Settings that changed or vanished during an upgrade are noted in the evidence and are no failure.
      - Settings that were added never are one.
      - Host variable C(nmc_allow_config_changes).
    type: bool
    default: false
  https_port:
    description: Port of the card's web server, of which only the certificate is looked at. Host variable C(nmc_https_port).
    type: int
    default: 443
attributes:
  check_mode:
    description: Reads the card, checks the images and returns the very plan.
    support: full
  diff_mode:
    description: The versions before and after.
    support: full
  idempotent:
    description: The second run changes nothing.
    support: full
  action_group:
    description: Options can be set for all modules at once with C(module_defaults) for C(group/secure_power.nmc.nmc).
    support: full
    membership: [secure_power.nmc.nmc]
  platform:
    description: Cards of generation 2 and 3.
    platforms: NMC2, NMC3
    support: full
seealso:
  - module: secure_power.nmc.nmc_facts
"""

EXAMPLES = r"""
---
- name: Smart-UPS cards of generation 3
  hosts: nmc3_smart_ups
  gather_facts: false
  tasks:
    - name: Bring the card to 2.5.5.1
      secure_power.nmc.nmc_firmware:
        version: "2.5.5.1"
        image: apc_hw21_su_2-5-5-1.nmc3
        checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

- name: Rack PDUs of generation 2, which take three files
  hosts: nmc2_rack_pdu
  gather_facts: false
  tasks:
    - name: Bring the card to 7.2.6
      secure_power.nmc.nmc_firmware:
        components:
          boot_monitor: "1.0.9"
          aos: "7.2.2"
          application: "7.2.6"
        images:
          boot_monitor:
            path: apc_hw05_bootmon_109.bin
            checksum: sha256:60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752
          aos:
            path: apc_hw05_aos_722.bin
            checksum: sha256:fd61a03af4f77d870fc21e05e7e80678095c92d808cfb3b5c279ee04c74aca13
          application:
            path: apc_hw05_rpdu2g_726.bin
            checksum: sha256:a4e624d686e03ed2767c0abd85c14426b0b1157d2ce81d27bb4fe4f6f01d688a

- name: From 1.4 over 2.5 to 3.4; the name of the last image does not say for which card it is
  hosts: nmc3_smart_ups
  gather_facts: false
  tasks:
    - name: Bring the card to 3.4.0.8
      secure_power.nmc.nmc_firmware:
        images:
          application:
            path: apcfwapp_v3.4.0.8.nmc3
            checksum: sha256:3fc4ccfe745870e2c0d99f71f30ff0656c8dedd41cc1d7d3d376b0dbe685e2f3
            hardware_token: hw21
            application: su
        stepping_stones:
          - version: "2.5.5.1"
            image: apc_hw21_su_2-5-5-1.nmc3
            checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""

RETURN = r"""
msg:
  description: One sentence about this card.
  returned: always
  type: str
  sample: "ups-paris-1: now at application 2.5.5.1."
status:
  description: V(compliant), V(drift) (check mode only), V(ahead), V(blocked), V(unreachable), V(unknown) or V(failed).
  returned: always
  type: str
  sample: compliant
reason:
  description: Reason code.
  returned: always
  type: str
  sample: upgraded
recovery:
  description: What to do next.
  returned: always
  type: str
  sample: Nothing to do.
plan:
  description: The transfers, in order.
  returned: always
  type: list
  elements: dict
  sample:
    - component: application
      image: apc_hw21_su_2-5-5-1.nmc3
      sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
      changes:
        - {component: application, from: 2.5.0.6, to: 2.5.5.1}
finding:
  description: The judgement of the O(baseline) on the card, as an audit reports it; null without one.
  returned: always
  type: dict
  sample:
    status: not_entitled
    reason: not_subscribed
    sentence: runs application 2.5.5.1, wanted is application 3.4.0.8; the card has no subscription
    rule: Smart-UPS on the certified line
work_item:
  description: What a person has to do, where a program of the vendor delivers the release; null otherwise.
  returned: always
  type: dict
  sample:
    program: the Secure NMC System Tool
    part_number: SFNCM3FMTSU
    card_serial: ZA2215342271
    release: application 3.4.0.8
before:
  description: Versions by component before; null is what the card does not say.
  returned: always
  type: dict
  sample: {aos: 2.5.0.8, application: 2.5.0.6, boot_monitor: 1.5.1.1}
after:
  description: Versions by component as the card said them last; in check mode as they would be. Null when it could not be read again.
  returned: always
  type: dict
  sample: {aos: 2.5.5.1, application: 2.5.5.1, boot_monitor: 1.5.1.1}
diff:
  description: Versions before and after, as text.
  returned: always
  type: dict
  sample: {before: "application: 2.5.0.6\n", after: "application: 2.5.5.1\n", before_header: firmware, after_header: firmware}
evidence:
  description: What was seen; how the card was read, transfers with sizes and seconds, restarts.
  returned: always
  type: dict
  sample: {source: ssh, serial: ZA2215342271, mac: 28:29:86:00:00:01}
duration_seconds:
  description: How long it took.
  returned: always
  type: float
  sample: 271.4
"""

from ansible_collections.secure_power.nmc.plugins.module_utils._tasks import FIRMWARE, run_module


def main() -> None:
    run_module(FIRMWARE)


if __name__ == "__main__":
    main()
