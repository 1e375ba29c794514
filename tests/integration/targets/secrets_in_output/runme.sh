#!/usr/bin/env bash
# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# No secret may be in what ansible-playbook prints at its most talkative, in what `ps` shows, or in the ledger.
set -eu
source ../setup_emulator/stop_at_exit.sh
ledger=$TMPDIR/ledger.sqlite
export NMC_LEDGER_URL=sqlite:///$ledger

output=$TMPDIR/output arguments=$TMPDIR/arguments

# The arguments of every process that descends from this script: all have its TMPDIR.
show_arguments() {
    local environment
    for environment in $(grep --files-with-matches --null-data --no-messages "^TMPDIR=$TMPDIR" /proc/[0-9]*/environ); do
        tr '\0' ' ' <"${environment%environ}cmdline" || true
        echo
    done 2>/dev/null
}

ansible-playbook playbook.yml -i inventory.yml -vvvvv --diff "$@" >"$output" 2>&1 &
playbook=$!
while kill -0 "$playbook" 2>/dev/null; do
    show_arguments >>"$arguments"
done
wait "$playbook" || { cat "$output"; exit 1; }

# What the emulator was told is the emulator's; everything the modules and their tasks print is looked at.
sed -n '/BEGIN OF WHAT IS SEARCHED/,$p' "$output" >"$TMPDIR/searched"
grep -q 'END OF WHAT IS SEARCHED' "$TMPDIR/searched"
grep -q 'ansible-playbook' "$arguments"

found=0
for secret in Sesame-42! Mistaken-42! Authentic-42! Private-42! Activation-42! Voucher-42! Voucher-43! Token-of-42! apc public; do
    if grep --word-regexp --fixed-strings -- "$secret" "$TMPDIR/searched" "$arguments" "$ledger"*; then
        echo "$secret is in the output, in the arguments of a process or in the ledger"
        found=1
    fi
done
exit "$found"
