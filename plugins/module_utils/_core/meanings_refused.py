# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reasons mean for which nothing was tried: what was asked cannot be, or this card must not be touched."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reason_codes import UNTOUCHED, Meaning, Reason, Status

REFUSED: t.Mapping[Reason, Meaning] = {
    # what was asked cannot be
    Reason.INVALID_OPTION: Meaning(
        Status.FAILED,
        "An option, or a combination of options, makes no sense.",
        f"{UNTOUCHED} Correct the option that the message names.",
    ),
    Reason.AMBIGUOUS_ADDRESS: Meaning(
        Status.FAILED,
        "Two clients claim one address, and nobody can know whose card answers there.",
        f"{UNTOUCHED} Limit the run to one client whose network you reach, with limit_client.",
    ),
    Reason.MISSING_LIBRARY: Meaning(
        Status.FAILED,
        "A Python library that this way to the card needs is not installed.",
        f"{UNTOUCHED} Install the library that the message names into the Python that runs Ansible.",
    ),
    Reason.IMAGE_MISSING: Meaning(
        Status.BLOCKED,
        "A component is off its target and no image was given for it.",
        f"{UNTOUCHED} Give the image file of that component, or take the component out of the target.",
    ),
    Reason.IMAGE_UNREADABLE: Meaning(
        Status.BLOCKED,
        "The image file cannot be read.",
        f"{UNTOUCHED} Check the path and its permissions on the controller.",
    ),
    Reason.IMAGE_FACTS_MISSING: Meaning(
        Status.BLOCKED,
        "The name of the image does not say for which card it is.",
        f"{UNTOUCHED} Keep the vendor's file name, or declare hardware_token, application and version beside its path.",
    ),
    Reason.IMAGE_WRONG_HARDWARE: Meaning(
        Status.BLOCKED,
        "The image is for another hardware generation.",
        f"{UNTOUCHED} Take the image whose hwNN token is that of the card.",
    ),
    Reason.IMAGE_WRONG_APPLICATION: Meaning(
        Status.BLOCKED,
        "The image is for another application.",
        f"{UNTOUCHED} Take the image of the application that the card runs; cards that look alike need different images.",
    ),
    Reason.IMAGE_WRONG_COMPONENT: Meaning(
        Status.BLOCKED,
        "The image is another component than it was given for.",
        f"{UNTOUCHED} Put each image under its own component.",
    ),
    Reason.IMAGE_WRONG_VERSION: Meaning(
        Status.BLOCKED,
        "The image holds another version than the target.",
        f"{UNTOUCHED} Make target and image agree.",
    ),
    Reason.IMAGE_UNVERIFIED: Meaning(
        Status.BLOCKED,
        "No checksum was declared for the image.",
        f"{UNTOUCHED} Declare checksum: sha256:<hex> of the file you trust, or set allow_unverified_image.",
    ),
    Reason.CHECKSUM_MISMATCH: Meaning(
        Status.BLOCKED,
        "The image is not the file whose checksum was declared.",
        f"{UNTOUCHED} Fetch the image again from a source you trust; do not adapt the checksum to the file.",
    ),
    Reason.UPS_FIRMWARE: Meaning(
        Status.BLOCKED,
        "The file is UPS firmware, which can switch the outputs; this collection only handles the card's firmware.",
        f"{UNTOUCHED} Update UPS firmware with the vendor's own tool and a maintenance window for the load.",
    ),
    Reason.PACKAGE_UNREADABLE: Meaning(
        Status.BLOCKED,
        "The package cannot be read, or is not what it seems.",
        "Nothing was taken from it. Fetch it again from the vendor, or give its image files instead.",
    ),
    Reason.STORE_UNREADABLE: Meaning(
        Status.BLOCKED,
        "The image store cannot be read or fetched from.",
        f"{UNTOUCHED} Check the path or URL of the store, who may read it, and over HTTPS the network and the certificate.",
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
        f"{UNTOUCHED} Check ledger_url, and whether the file or the server can be reached and read by who runs Ansible. "
        "A ledger of a newer schema needs a newer version of this collection.",
    ),
    Reason.LEDGER_UNWRITABLE: Meaning(
        Status.FAILED,
        "The ledger cannot be written, and what is not written down is not done.",
        f"{UNTOUCHED} Check the permissions of the ledger and the free space where it lies.",
    ),
    Reason.REPORT_UNWRITABLE: Meaning(
        Status.FAILED,
        "The report of an audit cannot be written.",
        "Check report_directory, its permissions and the free space on the controller, then run the audit again.",
    ),
    # this card must not be touched
    Reason.APPLICATION_REFUSED: Meaning(
        Status.BLOCKED,
        "Updating this application can damage the equipment and drop the load.",
        f"{UNTOUCHED} Ask the vendor's support; no option of this collection allows it.",
    ),
    Reason.RACK_ATS_NEEDS_CONSENT: Meaning(
        Status.BLOCKED,
        "The card sits in a rack transfer switch, which feeds everything behind it.",
        f"{UNTOUCHED} Read the release notes of the switch, then set allow_rack_ats.",
    ),
    Reason.GENERATION_UNSUPPORTED: Meaning(
        Status.BLOCKED,
        "Firmware of this card generation is not handled.",
        f"{UNTOUCHED} Only NMC2 (hw05, hw06) and NMC3 (hw21) are upgraded.",
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
        f"{UNTOUCHED} Read it over the other transport; an image is only valid for one application.",
    ),
    Reason.APPLICATION_MISSING: Meaning(
        Status.BLOCKED,
        "The card has no working application: its application slot is empty, broken or holds the boot monitor.",
        f"{UNTOUCHED} Set expected_application to what the card ran before, and run again with the image of that application.",
    ),
    Reason.VERSION_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "The card does not say which version a component of the target has.",
        f"{UNTOUCHED} Read it over SSH (transport: ssh), or take the component out of the target.",
    ),
    Reason.WRONG_CARD: Meaning(
        Status.BLOCKED,
        "Another card answers at this address.",
        f"{UNTOUCHED} Correct the address, or nmc_serial if the card was replaced.",
    ),
    Reason.STEPPING_STONE_NEEDED: Meaning(
        Status.BLOCKED,
        "The way to the target leads over a release that was not given.",
        f"{UNTOUCHED} Add that release under stepping_stones, or set allow_version_jump if you know better.",
    ),
    Reason.EXTERNAL_DELIVERY: Meaning(
        Status.BLOCKED,
        "The release reaches cards by a program of the vendor only.",
        f"{UNTOUCHED} Do what work_item says, then run again; or set wait_for_external and do it while the task waits.",
    ),
    Reason.APPLICATION_DIFFERS: Meaning(
        Status.BLOCKED,
        "The card runs another application than the expected one.",
        f"{UNTOUCHED} Correct expected_application, or leave it out: the card names its application itself.",
    ),
    Reason.NOT_ADMINISTRATOR: Meaning(
        Status.BLOCKED,
        "The user may not change firmware.",
        f"{UNTOUCHED} Use an account of the type Administrator or Super User.",
    ),
    Reason.NO_UPLOAD_PATH: Meaning(
        Status.BLOCKED,
        "Images are sent over SSH, and no credentials for it are given.",
        f"{UNTOUCHED} Set username and password of an administrator of the card.",
    ),
    Reason.BACKUP_FAILED: Meaning(
        Status.BLOCKED,
        "The card's config.ini cannot be kept on the controller.",
        f"{UNTOUCHED} Check backup_directory and the free space, or set backup: false.",
    ),
    Reason.ON_BATTERY: Meaning(
        Status.BLOCKED,
        "The UPS runs on battery.",
        f"{UNTOUCHED} Wait for mains, or set allow_on_battery.",
    ),
    Reason.SELF_TEST_RUNNING: Meaning(
        Status.BLOCKED,
        "The UPS is testing itself.",
        f"{UNTOUCHED} Run again when the self-test is over, or set allow_self_test.",
    ),
    Reason.IDENTITY_UNKNOWN: Meaning(
        Status.UNKNOWN,
        "The card says neither its serial nor its MAC address, so nothing can be remembered of it.",
        f"{UNTOUCHED} Read it over the other transport.",
    ),
    Reason.QUARANTINED: Meaning(
        Status.BLOCKED,
        "The card failed with this very image before.",
        f"{UNTOUCHED} Find out why it failed, then set retry_failed for this card.",
    ),
    Reason.KEEPS_REVERTING: Meaning(
        Status.BLOCKED,
        "The card was proven to run this image more than once, and each time it went back by itself to what it ran before.",
        f"{UNTOUCHED} Find out why it does not keep it (flash memory that fails, another program that manages the card), then set "
        "retry_failed for this card.",
    ),
    Reason.LEASE_HELD: Meaning(
        Status.BLOCKED,
        "Another run works on this card.",
        f"{UNTOUCHED} Run again when that run is over; a run that was killed gives way at the time that the message names.",
    ),
    Reason.LIMIT_REACHED: Meaning(
        Status.BLOCKED,
        "As many cards of its site or its client are being upgraded as may be at once.",
        f"{UNTOUCHED} Run again; a task does so by itself with until, retries and delay.",
    ),
    Reason.ON_HOLD: Meaning(
        Status.BLOCKED,
        "Somebody has stopped all work at this site or for this client.",
        f"{UNTOUCHED} Ask the owner of the hold; run again when it is lifted or over.",
    ),
}
