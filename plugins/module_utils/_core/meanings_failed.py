# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the reasons mean that tell what went wrong: on the way to a card or a bridge, and after a card was written to."""

from __future__ import annotations

import typing as t

from ansible_collections.secure_power.nmc.plugins.module_utils._core.reason_codes import UNTOUCHED, Meaning, Reason, Status

FAILED: t.Mapping[Reason, Meaning] = {
    # the card cannot be reached or read
    Reason.NAME_UNRESOLVED: Meaning(
        Status.UNREACHABLE,
        "The name of the card has no address.",
        "Correct the host name, or set ansible_host to the card's address.",
    ),
    Reason.CONNECTION_FAILED: Meaning(
        Status.UNREACHABLE,
        "Nothing answers, or the connection is refused.",
        "Check address, port, cabling and firewall; the card may be restarting, which takes minutes.",
    ),
    Reason.NO_SSH_BANNER: Meaning(
        Status.UNREACHABLE,
        "Something accepts the connection but does not speak SSH.",
        "Check port; the card may be restarting behind an address translation; SSH may be switched off on the card.",
    ),
    Reason.CARD_RESTARTING: Meaning(
        Status.UNREACHABLE,
        "The card says that it is restarting, or that its application is.",
        "Wait some minutes, then run again. The device's output is not affected.",
    ),
    Reason.SNMP_SILENT: Meaning(
        Status.UNREACHABLE,
        "The card does not answer over SNMP.",
        "SNMP is off by default on new firmware. Check that it is on, its access list, community or user, version and port; "
        "or give SSH credentials.",
    ),
    Reason.SWEEP_ENDED: Meaning(
        Status.UNREACHABLE,
        "The time that was given for reading all cards was over before this one was read.",
        "Give the sweep more time, or read fewer cards at once; then run again.",
    ),
    Reason.NO_CREDENTIALS: Meaning(
        Status.FAILED,
        "No credentials were given for any way to the card.",
        "Set nmc_snmp_community or nmc_snmp_user, or ansible_user and ansible_password.",
    ),
    Reason.SNMP_REFUSED: Meaning(
        Status.FAILED,
        "The card answers over SNMP but refuses the user or the request.",
        "Check snmp_user, its protocols and passwords, and the access control entries of the card.",
    ),
    Reason.LOGIN_REFUSED: Meaning(
        Status.FAILED,
        "The card refuses the user name or password.",
        "Correct username or password. The login was tried once, so that nobody is locked out.",
    ),
    Reason.CREDENTIAL_SUSPECTED: Meaning(
        Status.BLOCKED,
        "Cards refused this user name and password several times in a row, so no other card is tried with them.",
        f"{UNTOUCHED} Correct username or password. If they are right after all, set retry_failed.",
    ),
    Reason.PASSWORD_CHANGE_REQUIRED: Meaning(
        Status.BLOCKED,
        "The card wants its default password changed before it does anything else.",
        "Log on once by hand (SSH or web) and set a new password, then run again with it.",
    ),
    Reason.SESSION_LIMIT: Meaning(
        Status.FAILED,
        "The card has no free session.",
        "Somebody is logged on, or an old session has not timed out yet (3 minutes by default). Run again later.",
    ),
    Reason.HOST_KEY_UNKNOWN: Meaning(
        Status.FAILED,
        "The card's host key is not known.",
        "Compare the fingerprint with the card's own, then add it to known_hosts or set host_key_fingerprint; "
        "host_key_checking: accept_new stores it unseen.",
    ),
    Reason.HOST_KEY_CHANGED: Meaning(
        Status.FAILED,
        "The card's host key is not the known one.",
        "Find out what it is before you replace the known key: an upgrade that made a new one, a replaced card, another device, "
        "or somebody in between.",
    ),
    Reason.LEGACY_SSH_REQUIRED: Meaning(
        Status.FAILED,
        "The card only offers SSH algorithms based on SHA-1 or other retired ones, as every NMC2 does.",
        "Set allow_legacy_ssh: true for this card if its network is trusted.",
    ),
    Reason.SSH_FAILED: Meaning(
        Status.FAILED,
        "The SSH session broke down.",
        "Run again; if it stays, restart the card's management interface (the output is not affected).",
    ),
    Reason.SCP_REFUSED: Meaning(
        Status.FAILED,
        "The card lets the user in and refuses SCP.",
        "Log on by hand and see whether SCP is enabled (Network, Console) and the user an administrator; "
        "or set upload_protocol: ftp and backup: false, where FTP is allowed.",
    ),
    Reason.UNEXPECTED_PROMPT: Meaning(
        Status.FAILED,
        "After the login the card shows something that is not its prompt.",
        "Log on by hand and see what the card asks for.",
    ),
    Reason.UNEXPECTED_REPLY: Meaning(
        Status.UNKNOWN,
        "The card's answer cannot be understood.",
        "Please report the text in the evidence, so that it can be read in future.",
    ),
    Reason.NOT_A_CARD: Meaning(
        Status.UNKNOWN,
        "What answers is not a network management card.",
        "Check the address; take the host out of the group.",
    ),
    Reason.MASKED_BY_SECRET: Meaning(
        Status.FAILED,
        "A secret is so short or so common that Ansible masked a part of the answer.",
        "Use a password and a community that occur in no name, such as none of the vendor's defaults; or do not delegate the task.",
    ),
    Reason.DELEGATE_UNREACHABLE: Meaning(
        Status.UNREACHABLE,
        "The jump host from which the card is reached does not answer.",
        f"{UNTOUCHED} Check the way to the jump host and its ansible_ variables; Ansible's ping module must reach it.",
    ),
    # the licensing bridge
    Reason.LICENSING_UNREACHABLE: Meaning(
        Status.FAILED,
        "The licensing bridge does not answer, or cannot work at the moment.",
        "Check licensing_url, the network, the proxy and licensing_ca_path, then run again.",
    ),
    Reason.LICENSING_DENIED: Meaning(
        Status.FAILED,
        "The licensing bridge does not accept the token for this.",
        "Correct licensing_token, or have it allowed for this card and this Activation ID.",
    ),
    Reason.LICENSING_REFUSED: Meaning(
        Status.BLOCKED,
        "The licensing bridge refuses the activation or renewal.",
        "Nothing was activated. The message, and the code in the evidence, say why.",
    ),
    Reason.LICENSING_UNEXPECTED: Meaning(
        Status.FAILED,
        "The answer of the licensing bridge is not what its contract says.",
        "Check that licensing_url is that of the bridge, and show the message to who runs it.",
    ),
    Reason.LICENSING_UNCERTAIN: Meaning(
        Status.FAILED,
        "Whether something was activated is not known: the licensing bridge did not say so, or is not done yet.",
        "Run again when the bridge answers: what was done is recognised and never done twice.",
    ),
    # the card was written to
    Reason.TRANSFER_INTERRUPTED: Meaning(
        Status.FAILED,
        "The transfer broke off.",
        "The card keeps its old firmware until a whole image has arrived; its slot may be half written, so do not restart it before. "
        "Check the link, then run again with retry_failed.",
    ),
    Reason.TRANSFER_TIMEOUT: Meaning(
        Status.FAILED,
        "The transfer took longer than upload_timeout.",
        "Read the card with nmc_facts, check the link, raise upload_timeout, and run again with retry_failed.",
    ),
    Reason.IMAGE_REJECTED: Meaning(
        Status.FAILED,
        "The card refused the image.",
        "The card keeps its old firmware. Compare image, checksum and the card's application with the vendor's release notes.",
    ),
    Reason.NOT_RESTARTED: Meaning(
        Status.FAILED,
        "The card took the image but did not restart.",
        "Look at the card's event log, then restart its management interface by hand (the output is not affected) "
        "and read it with nmc_facts.",
    ),
    Reason.NEVER_CAME_BACK: Meaning(
        Status.FAILED,
        "The card went away after the transfer and did not come back in reboot_timeout.",
        "Give it 15 minutes. If its status LED blinks amber twice a second it waits in its boot monitor: recover it with a serial cable "
        "and XMODEM. The device's output is not affected.",
    ),
    Reason.STILL_OLD_VERSION: Meaning(
        Status.FAILED,
        "The card restarted but still runs the old version.",
        "Look at the card's event log; check that the image is for this very card; then run again with retry_failed.",
    ),
    Reason.UNEXPECTED_VERSION: Meaning(
        Status.FAILED,
        "The card restarted with a version that is neither the old one nor the target.",
        "Compare the image with what was declared about it. Read the card with nmc_facts before anything else is sent.",
    ),
    Reason.APPLICATION_BROKEN: Meaning(
        Status.FAILED,
        "The card restarted without a working application: its slot is empty, broken or holds the boot monitor.",
        "Check that the image is for this very card, set expected_application to what it ran before, and run again with "
        "retry_failed: the application is then sent anew. The device's output is not affected.",
    ),
    Reason.WRONG_APPLICATION_LOADED: Meaning(
        Status.FAILED,
        "The card restarted with another application than the image was for.",
        "Send nothing more. Find out with the vendor's release notes which application belongs to the device, and give the card that one.",
    ),
    Reason.IDENTITY_CHANGED: Meaning(
        Status.FAILED,
        "The card that came back is not the one that went away.",
        "Check for duplicate addresses and address translation; find the card by its serial.",
    ),
    Reason.NOT_READABLE_AFTER: Meaning(
        Status.FAILED,
        "The card came back but cannot be read.",
        "Log on by hand with the same credentials; an upgrade can switch SNMP off or ask for a new password. Then read it with nmc_facts.",
    ),
    Reason.LOGIN_LOST: Meaning(
        Status.FAILED,
        "The card came back and refuses the login that it took before.",
        "An upgrade from a very old version can reset users. Log on by hand, with the factory login if need be, set the user up again, "
        "and read the card with nmc_facts.",
    ),
    Reason.SNMP_LOST: Meaning(
        Status.FAILED,
        "The card runs its target and no longer answers over SNMP as it did before.",
        "Newer firmware starts with SNMP off. Log on over SSH and switch it on again (snmp, snmpv3), then read the card with nmc_facts.",
    ),
    Reason.CERTIFICATE_CHANGED: Meaning(
        Status.COMPLIANT,
        "The card was brought to its target; its web server now shows another certificate.",
        "Check the new fingerprint in the evidence on the card itself, and tell what trusts the old one.",
    ),
    Reason.CONFIG_CHANGED: Meaning(
        Status.FAILED,
        "The card runs its target, and settings changed or vanished on the way.",
        "Compare the settings in the evidence with the config.ini that was kept before, and put them back where they are wanted.",
    ),
    Reason.GUEST_NOT_UPDATED: Meaning(
        Status.FAILED,
        "The rack PDU runs its target, and a PDU linked to it does not.",
        "Check the link cable; the host updates its guests by itself, which takes ten minutes and more. Then run again.",
    ),
    Reason.EXTERNAL_NOT_DONE: Meaning(
        Status.FAILED,
        "The card did not reach the release in external_timeout.",
        "See in the vendor's program what became of the update, then run again.",
    ),
    Reason.DELEGATE_LOST: Meaning(
        Status.FAILED,
        "The jump host gave no result, so that nobody knows what the card holds.",
        "Correct what the message names. An upgrade that had begun may still be running: wait for reboot_timeout, then run again.",
    ),
}
