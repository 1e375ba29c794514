#!/usr/bin/env bash
# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Where the options of a task come from: host variables, Ansible's own variables, -k, vault, the card behind a delegate.
set -eux
source ../setup_emulator/stop_at_exit.sh
export NMC_LEDGER_URL=sqlite:///$TMPDIR/ledger.sqlite

printf 'Vault-42!' >"$TMPDIR/vault"
printf 'Asked-42!' >"$TMPDIR/asked"
printf 'Vaulted-42!' |
    ansible-vault encrypt_string --vault-password-file "$TMPDIR/vault" --stdin-name vaulted_password >"$TMPDIR/vaulted.yml"

ansible-playbook playbook.yml -i inventory.yml -e "@$TMPDIR/vaulted.yml" \
    --vault-password-file "$TMPDIR/vault" --connection-password-file "$TMPDIR/asked" "$@"
