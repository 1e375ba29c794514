# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A licensing bridge as docs/licensing-api.yml describes it, with the rules of the vendor's FAQ, in memory.

It shares no code with the collection: it is the judge of what the collection asks for.
"""
