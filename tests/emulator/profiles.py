# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each product says about itself, as data.

Facts come from public captures. Values marked ``invented`` are not known publicly and can be overridden in the fleet file.
"""

from __future__ import annotations

from dataclasses import dataclass

GENERATIONS = {"hw02": 1, "hw03": 1, "hw05": 2, "hw06": 2, "hw21": 3}


@dataclass(frozen=True)
class Device:
    """The equipment that hosts a card."""

    model: str
    sku: str | None = None
    firmware: str | None = None
    serial_prefix: str = "3S21"
    hardware_revision: str = "01"
    description: str = ""


@dataclass(frozen=True)
class Profile:
    """One product: a card, its firmware line and its device."""

    hardware_token: str
    application: str
    application_title: str
    object_id: str
    kind: str  # ups, rpdu, ats, ats5g, cooling, environment: which identity objects SNMP answers
    card_model: str
    card_serial_prefix: str
    aos: str
    application_version: str
    boot_monitor: str
    device: Device
    hardware_revision: str = "05"
    manufacture_date: str = "01/15/2019"
    product_text: str = "APC Web/SNMP Management Card"
    embedded: bool = False  # the device names itself where a UPS card names the card
    category: tuple[str, str] = ("power", "ups")

    @property
    def generation(self) -> int:
        return GENERATIONS[self.hardware_token]


_SMART_UPS = Device("Smart-UPS 750", "SMT750IC", "UPS 03.8 (ID1015) ", "3S21")
_OLD_SMART_UPS = Device("Smart-UPS 1500", None, "601.3.I", "AS06")
_RACK_PDU = Device("AP8641", None, None, "3F34", "02", "Metered-by-Outlet with Switching Rack PDU")

PROFILES: dict[str, Profile] = {
    "smart_ups_nmc3": Profile(
        "hw21", "su", "Smart-UPS APP", "1.3.6.1.4.1.318.1.3.27", "ups", "AP9641", "ZA22",
        "2.5.0.8", "2.5.0.6", "1.5.1.1", _SMART_UPS, "5", "04/18/2022",
    ),
    "smart_ups_nmc2": Profile(
        "hw05", "sumx", "Smart-UPS & Matrix-UPS APP", "1.3.6.1.4.1.318.1.3.27", "ups", "AP9631", "5A12",
        "6.9.6", "6.9.6", "1.0.9", _OLD_SMART_UPS, "05", "11/05/2012",
    ),
    "smart_ups_nmc1": Profile(
        "hw02", "sumx", "Smart-UPS & Matrix-UPS APP", "1.3.6.1.4.1.318.1.3.2.7", "ups", "AP9619", "ZA07",
        "3.7.3", "3.7.2", "1.0.2", _OLD_SMART_UPS, "A10", "03/20/2007",
    ),
    "smart_ups_ultra": Profile(  # application token and titles invented: only sysObjectID 39 is public
        "hw21", "suu", "Smart-UPS Ultra APP", "1.3.6.1.4.1.318.1.3.39", "ups", "AP9643", "ZA23",
        "2.5.5.1", "2.5.5.1", "1.5.1.1", Device("Smart-UPS Ultra 3000", "SRTL3KRM2UC", "UPS 02.1 (ID1030) ", "9S22"), "5", "02/06/2023",
    ),
    "symmetra_nmc2": Profile(
        "hw05", "sy", "Symmetra APP", "1.3.6.1.4.1.318.1.3.5.4", "ups", "AP9631", "5A12",
        "6.2.0", "6.2.0", "1.0.2", Device("Symmetra LX 16000", None, "UPS 05.1", "QD12"), "05", "06/12/2012",
    ),
    "symmetra_nmc3": Profile(
        "hw21", "sy", "Symmetra APP", "1.3.6.1.4.1.318.1.3.5.4", "ups", "AP9641", "ZA22",
        "2.5.0.8", "2.5.0.6", "1.5.1.1", Device("Symmetra LX 16000", None, "UPS 05.1", "QD20"), "5", "04/18/2022",
    ),
    "easy_ups_1p": Profile(  # application token and title invented: only sysObjectID 37.1 and AP9544 are public
        "hw21", "eu1p", "Easy UPS 1-Phase APP", "1.3.6.1.4.1.318.1.3.37.1", "ups", "AP9544", "ZA23",
        "2.5.0.8", "2.5.0.1", "1.5.1.1", Device("Easy UPS SRVS 6kVA", "SRVS6KRI", "UPS 01.4", "9E22"), "2", "03/14/2023",
    ),
    "easy_ups_3p": Profile(
        "hw21", "eu3p", "Easy UPS 3-Phase APP", "1.3.6.1.4.1.318.1.3.37.2", "ups", "AP9547", "ZA23",
        "2.5.0.8", "2.5.0.1", "1.5.1.1", Device("Easy UPS 3S 40kVA", "E3SUPS40KH", "UPS 01.9", "9E22"), "2", "03/14/2023",
    ),
    "rack_pdu_nmc3": Profile(
        "hw21", "rpdu2g", "RPDU 2g APP", "1.3.6.1.4.1.318.1.3.4.6", "rpdu", "0N-1570-07K", "2A25",
        "2.5.3.2", "2.5.2.5", "1.5.1.1",
        Device("APDU9959EU3", None, None, "ZA23", "01", "Metered-by-Outlet with Switching Rack PDU"),
        "01", "04/11/2023", embedded=True, category=("power", "pdu"),
    ),
    "rack_pdu_nmc2": Profile(
        "hw05", "rpdu2g", "RPDU 2g APP", "1.3.6.1.4.1.318.1.3.4.6", "rpdu", "AP9538", "5A19",
        "6.7.2", "6.7.2", "1.0.8", _RACK_PDU, "02", "04/16/2019", embedded=True, category=("power", "pdu"),
    ),
    "rack_pdu_nmc1": Profile(
        "hw02", "rpdu", "Rack PDU APP", "1.3.6.1.4.1.318.1.3.4.5", "rpdu1", "AP9617", "ZA09",
        "3.7.3", "3.7.3", "1.0.2", Device("AP7952", None, None, "ZA09", "B2", "Switched Rack PDU"),
        "B2", "04/20/2009", embedded=True, category=("power", "pdu"),
    ),
    "rack_ats_nmc2": Profile(
        "hw05", "ats4g", "ATS 4g APP", "1.3.6.1.4.1.318.1.3.32", "ats", "AP9538", "5A18",
        "6.4.6", "6.4.7", "1.0.8", Device("AP4423", None, None, "5A18", "R01", "Rack Automatic Transfer Switch"),
        "R01", "06/09/2018", embedded=True, category=("power", "ats"),
    ),
    "rack_ats_nmc3": Profile(  # application token invented
        "hw21", "ats5g", "ATS 5g APP", "1.3.6.1.4.1.318.1.3.38", "ats5g", "0N-1570-07K", "2A25",
        "2.5.0.8", "2.5.0.6", "1.5.1.1", Device("AP4423A", None, None, "ZA24", "R01", "Rack Automatic Transfer Switch"),
        "R01", "02/06/2024", embedded=True, category=("power", "ats"),
    ),
    "rack_ats_nmc1": Profile(
        "hw02", "g2ats", "Rack ATS APP", "1.3.6.1.4.1.318.1.3.11", "ats", "AP9617", "ZA08",
        "3.9.0", "3.9.2", "1.0.2", Device("AP7723", None, None, "ZA08", "A1", "Rack Automatic Transfer Switch"),
        "A1", "05/12/2008", embedded=True, category=("power", "ats"),
    ),
    "inrow_acrc2g": Profile(
        "hw06", "acrc2g", "ACRC 2g APP", "1.3.6.1.4.1.318.1.3.14.10", "cooling", "0N-9580AC", "JK19",
        "6.8.8", "6.1.0", "1.0.8", Device("ACRC301S", None, None, "JK19", "06", "InRow Chilled Water"),
        "06", "01/30/2019", "APC InRow RC 300mm", True, ("cooling", "inrow"),
    ),
    "inrow_rd3xx": Profile(
        "hw06", "rd3xx", "InRow DX 300mm APP", "1.3.6.1.4.1.318.1.3.14.23", "cooling", "0N-9580AC", "JK19",
        "6.8.8", "6.6.9.b", "1.0.8", Device("ACRD301", None, None, "JK19", "06", "InRow Direct Expansion"),
        "06", "01/30/2019", "APC InRow DX 300mm", True, ("cooling", "inrow"),
    ),
    "netbotz_nb250": Profile(
        "hw05", "nb250", "NetBotz 250 APP", "1.3.6.1.4.1.318.1.3.8.5", "environment", "NBRK0250", "QA19",
        "6.8.2", "6.8.0", "1.0.8", Device("NBRK0250", None, None, "QA19", "05", "NetBotz Rack Monitor 250"),
        "05", "02/18/2019", "APC Environmental Manager", True, ("environment", "monitor"),
    ),
    "emu2": Profile(
        "hw03", "mem", "Environmental Manager APP", "1.3.6.1.4.1.318.1.3.8.4", "environment", "AP9340", "ZA08",
        "3.7.3", "3.7.2", "1.0.2", Device("AP9340", None, None, "ZA08", "05", "Environmental Manager"),
        "05", "08/11/2008", "APC Environmental Manager", True, ("environment", "monitor"),
    ),
}  # fmt: skip

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
