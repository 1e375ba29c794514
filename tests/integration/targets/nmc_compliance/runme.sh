#!/usr/bin/env bash
# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# One audit for all hosts of a play, with a baseline and a report for each client, by module and by role.
set -eux
source ../setup_emulator/stop_at_exit.sh
export NMC_LEDGER_URL=sqlite:///$TMPDIR/ledger.sqlite

ansible-playbook playbook.yml -i inventory.yml "$@"
