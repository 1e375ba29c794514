#!/usr/bin/env bash
# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# For runme.sh of a target whose playbook includes this role: what the playbook starts, the script ends, whatever happens.
export ANSIBLE_ROLES_PATH=../ TMPDIR
TMPDIR=$(mktemp -d)

stop_emulator() {
    local pid
    for pid in $(find "$TMPDIR" -name ready.json -exec sed -n 's/.*"pid": \([0-9]*\).*/\1/p' {} +); do
        kill "$pid"
    done
    rm -rf "$TMPDIR"
}
trap stop_emulator EXIT
