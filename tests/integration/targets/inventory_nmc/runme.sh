#!/usr/bin/env bash
# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# From a range of addresses to tasks on the cards that are found there.
set -eux
source ../setup_emulator/stop_at_exit.sh
export NMC_LEDGER_URL=sqlite:///$TMPDIR/ledger.sqlite NMC_TEST_COMMUNITY=Read-42! INVENTORY=$TMPDIR/inventory

printf 'Vault-42!' >"$TMPDIR/vault"
export ANSIBLE_VAULT_PASSWORD_FILE=$TMPDIR/vault
printf %s "$NMC_TEST_COMMUNITY" | ansible-vault encrypt_string --stdin-name snmp_community >"$TMPDIR/vaulted.yml"
mkdir "$INVENTORY"
cp static.yml "$INVENTORY/10-static.yml"
ansible-playbook playbook.yml -i "$INVENTORY" "$@"

ansible-inventory -i "$INVENTORY" --graph family_rack_pdu | tee "$TMPDIR/graph"
grep -q -- '--pdu-1$' "$TMPDIR/graph"
ansible-inventory -i "$INVENTORY" --list >"$TMPDIR/list.json"
if grep -r "$NMC_TEST_COMMUNITY" "$TMPDIR/list.json" "$INVENTORY"; then exit 1; fi
ansible-doc -t inventory secure_power.nmc.nmc | grep -q limit_client

# Two clients with the same addresses: nobody can know whose card answers, unless the run is about one of them.
cp overlapping.yml "$INVENTORY/20-cards.nmc.yml"
export ANSIBLE_INVENTORY_ANY_UNPARSED_IS_FAILED=true
if ansible-inventory -i "$INVENTORY" --list 2>"$TMPDIR/refusal"; then exit 1; fi
grep -q '127.85.0.1 is an address of the clients acme and globex' "$TMPDIR/refusal"
NMC_LIMIT_CLIENT=globex ansible-inventory -i "$INVENTORY" --graph nmc | grep -q -- '--127.85.0.1$'
