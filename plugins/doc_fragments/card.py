# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  host:
    description:
      - Address or name of the card.
      - Left out, it is taken from the host variables C(nmc_host) and C(ansible_host), then the inventory name.
    type: str
    required: true
  port:
    description:
      - TCP port of SSH. Host variables C(nmc_port), C(ansible_port).
    type: int
    default: 22
  username:
    description:
      - User of the card; an administrator where something is to be changed. Host variables C(nmc_username), C(ansible_user).
    type: str
  password:
    description:
      - The user's password. It is tried once.
      - Host variables C(nmc_password), C(ansible_password), C(ansible_ssh_pass); then what C(--ask-pass) asked for.
      - Give secrets as variables, not as task arguments, which callbacks may see.
    type: str
  transport:
    description:
      - How the card is read. V(auto) takes SNMP when a community or a user is given and falls back to SSH.
      - Images are always sent over SSH (SCP). Host variable C(nmc_transport).
    type: str
    choices: [auto, snmp, ssh]
    default: auto
  snmp_version:
    description:
      - SNMP version. Left out, it is V(v3) when O(snmp_user) is given, else V(v2c). Host variable C(nmc_snmp_version).
    type: str
    choices: [v1, v2c, v3]
  snmp_port:
    description:
      - UDP port of SNMP. Host variable C(nmc_snmp_port).
    type: int
    default: 161
  snmp_community:
    description:
      - Community of SNMP v1 and v2c; reading is enough. There is no default. Host variable C(nmc_snmp_community).
    type: str
  snmp_user:
    description:
      - User profile of SNMPv3. Host variable C(nmc_snmp_user).
    type: str
  snmp_auth_protocol:
    description:
      - Authentication protocol of SNMPv3; NMC2 knows V(md5) and V(sha). Host variable C(nmc_snmp_auth_protocol).
    type: str
    choices: [md5, sha, sha224, sha256, sha384, sha512]
    default: sha
  snmp_auth_password:
    description:
      - Authentication passphrase of SNMPv3; without it messages are not authenticated. Host variable C(nmc_snmp_auth_password).
    type: str
  snmp_privacy_protocol:
    description:
      - Privacy protocol of SNMPv3; NMC2 knows V(des) and V(aes).
      - V(aes192c) and V(aes256c) extend the key as some agents do (Reeder); V(aes192) and V(aes256) as net-snmp does (Blumenthal).
      - Host variable C(nmc_snmp_privacy_protocol).
    type: str
    choices: [des, 3des, aes, aes192, aes256, aes192c, aes256c]
    default: aes
  snmp_privacy_password:
    description:
      - Privacy passphrase of SNMPv3; without it messages are not encrypted. Host variable C(nmc_snmp_privacy_password).
    type: str
  host_key_checking:
    description:
      - V(strict) only talks to a card whose SSH host key is known.
      - V(accept_new) stores the key of a card that was never seen, unverified. A changed key is never accepted.
      - Host variable C(nmc_host_key_checking).
    type: str
    choices: [strict, accept_new]
    default: strict
  host_key_fingerprint:
    description:
      - The fingerprint that the card's host key must have, as C(ssh-keygen -l) prints it, for example C(SHA256:nThbg6kX...).
      - It wins over O(known_hosts). Host variable C(nmc_host_key_fingerprint).
    type: str
  known_hosts:
    description:
      - File with the known host keys. Left out, it is C(~/.ssh/known_hosts). Host variable C(nmc_known_hosts).
    type: path
  allow_legacy_ssh:
    description:
      - Allow SSH algorithms that rest on SHA-1, CBC or 3DES. Every NMC2 needs it, because C(ssh-rsa) is all it offers.
      - Host variable C(nmc_allow_legacy_ssh).
    type: bool
    default: false
  timeout:
    description:
      - Seconds to wait for one exchange with the card; old cards are slow. Host variable C(nmc_timeout).
    type: float
    default: 30.0
  product_family:
    description:
      - The product family, where the card cannot say it or says it wrongly. Host variable C(nmc_product_family).
      - It decides nothing about which image fits; that is the hardware token and the application.
    type: str
    choices:
      - smart_ups
      - smart_ups_ultra
      - symmetra_1p
      - easy_ups_online
      - rack_pdu
      - rack_ats
      - cooling
      - environment
      - three_phase_ups
requirements:
  - paramiko >= 3.5, < 5 (SSH and SCP; version 5 dropped the algorithms that NMC2 needs)
  - pysnmp >= 7.1.6 (SNMP)
  - gufo_snmp >= 0.13 (SNMP, optional, faster)
notes:
  - Runs on the controller, in process; no C(connection), no C(delegate_to) and no Python on the card are needed.
  - Play with C(gather_facts=false); otherwise Ansible itself tries to log on to the card before the first task.
  - Options that a task leaves out are filled from the card's variables, as each option says.
"""
