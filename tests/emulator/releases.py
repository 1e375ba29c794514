# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Releases seen on cards: which AOS came with which application, when a module was built."""

from __future__ import annotations

# An NMC3 image carries its AOS; pairs seen on cards (others: the AOS has the application's version).
AOS_OF_APPLICATION = {
    ("su", "1.4.0.19"): "1.4.0.23",
    ("su", "2.5.0.6"): "2.5.0.8",
    ("sy", "2.5.0.6"): "2.5.0.8",
    ("eu3p", "2.5.0.1"): "2.5.0.8",
    ("eu1p", "2.5.0.1"): "2.5.0.8",
    ("rpdu2g", "2.5.0.6"): "2.5.0.8",
    ("rpdu2g", "2.5.2.5"): "2.5.3.2",
    ("rpdu2g", "3.0.0.5"): "3.0.0.12",
}

# Build date, build time and size where a capture shows them.
BUILDS: dict[tuple[str, str], tuple[str, str, int]] = {
    ("aos", "6.9.6"): ("Nov  5 2020", "08:31:17", 3137536),
    ("sumx", "6.9.6"): ("Nov  6 2020", "11:08:39", 3018116),
    ("bootmon", "1.0.9"): ("Mar 27 2019", "16:23:06", 262144),
    ("bootmon", "1.0.8"): ("Apr  8 2014", "10:34:27", 262144),
    ("aos", "6.7.2"): ("Jan 24 2019", "09:12:31", 3100672),
    ("rpdu2g", "6.7.2"): ("Mar 20 2019", "15:40:02", 2790400),
    ("aos", "7.2.2"): ("May 21 2025", "10:20:30", 3134720),
    ("rpdu2g", "7.2.6"): ("Jun 18 2025", "09:15:00", 2813764),
    ("aos", "2.5.0.8"): ("May 12 2023", "19:08:29", 1024),
    ("su", "2.5.0.6"): ("May 12 2023", "19:08:29", 6795900),
    ("su", "1.4.2.1"): ("Dec 15 2020", "13:22:41", 5242880),
    ("aos", "1.4.2.1"): ("Dec 15 2020", "13:22:41", 1024),
    ("boot", "1.5.1.1"): ("Mar 27 2023", "12:10:09", 262144),
    ("boot", "1.3.6.1"): ("May 11 2021", "11:02:54", 262144),
}
UNKNOWN_BUILD = ("Jan 15 2024", "10:00:00")
