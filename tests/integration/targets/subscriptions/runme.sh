#!/usr/bin/env bash
# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# The role over the cards of two clients: what is declared is applied once, and each client gets a plan of its own.
set -euo pipefail
source ../setup_emulator/stop_at_exit.sh
export NMC_LEDGER_URL=sqlite:///$TMPDIR/ledger.sqlite PLANS=$TMPDIR/plans

ansible-playbook playbook.yml -i inventory.yml -v --diff "$@" | tee "$TMPDIR/output"

# What the bridge was told is the bridge's; everything after that is looked at.
sed -n '/BEGIN OF WHAT IS SEARCHED/,$p' "$TMPDIR/output" >"$TMPDIR/searched"
for secret in ACT-OF-THE-TESTS token-of-the-tests; do
    if grep --recursive --fixed-strings -- "$secret" "$TMPDIR/searched" "$TMPDIR/ledger.sqlite"* "$PLANS"; then
        echo "$secret is in the output, in the ledger or in a plan"
        exit 1
    fi
done
