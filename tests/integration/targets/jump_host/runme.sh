#!/usr/bin/env bash
# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Cards that are reached from a site's jump host: an OpenSSH server on the loopback, with a home directory and a Python of its
# own, which knows no Ansible. Only there are the cards' host keys known, so nobody else can have reached them.
set -eux
source ../setup_emulator/stop_at_exit.sh
export NMC_LEDGER_URL=sqlite:///$TMPDIR/ledger.sqlite

jump=$TMPDIR/jump_host
mkdir -p "$jump/home/.ssh" "$jump/tmp" "$TMPDIR/control"

# The oldest Python that modules may meet, where there is one.
oldest=$(command -v python3.9 || command -v python3)
"$oldest" -m venv "$jump/python"
grep -E '^(paramiko|pysnmp)' "${PWD%%/tests/*}/meta/ee-requirements.txt" >"$TMPDIR/requirements.txt"
"$jump/python/bin/python" -m pip install --quiet --disable-pip-version-check --requirement "$TMPDIR/requirements.txt"

port=$(python -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
ssh-keygen -q -t ed25519 -N '' -f "$TMPDIR/key"
ssh-keygen -q -t ed25519 -N '' -f "$TMPDIR/host_key"
echo "[127.0.0.1]:$port $(<"$TMPDIR/host_key.pub")" >"$TMPDIR/known_hosts"

cat >"$TMPDIR/sshd_config" <<END
ListenAddress 127.0.0.1:$port
HostKey $TMPDIR/host_key
AuthorizedKeysFile $TMPDIR/key.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
StrictModes no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
SetEnv HOME=$jump/home TMPDIR=$jump/tmp
END

# The server of a machine that has not booted it needs this directory, and its own absolute path.
if ((EUID == 0)); then mkdir -p /run/sshd; fi
"$(PATH=$PATH:/usr/sbin command -v sshd)" -D -f "$TMPDIR/sshd_config" -E "$TMPDIR/sshd.log" &
server=$!

stop_jump_host() {
    local control
    for control in "$TMPDIR"/control/*; do
        ssh -O exit -o "ControlPath=$control" jump_host || true
    done
    kill "$server"
    stop_emulator
}
trap stop_jump_host EXIT

ANSIBLE_SSH_CONTROL_PATH_DIR=$TMPDIR/control \
    ansible-playbook playbook.yml -i inventory.yml -e "directory=$TMPDIR jump_port=$port jump_server=$server jump_user=$(id -un)" "$@"
