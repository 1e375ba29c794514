# Copyright (c) 2026, The secure_power.nmc contributors
# GNU General Public License v3.0+ (see LICENSES/GPL-3.0-or-later.txt or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each product says about itself, as data.

Facts come from public captures. Values marked ``invented`` are not known publicly; the fleet file can override them.
"""

from __future__ import annotations

from dataclasses import dataclass

GENERATIONS = {"hw02": 1, "hw03": 1, "hw05": 2, "hw06": 2, "hw21": 3}


@dataclass(frozen=True, kw_only=True)
class Device:
    """The equipment that hosts a card."""

    model: str
    sku: str | None = None
    firmware: str | None = None
    serial_prefix: str = "3S21"
    hardware_revision: str = "01"
    description: str = ""


@dataclass(frozen=True, kw_only=True)
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


PROFILES: dict[str, Profile] = {
    "smart_ups_nmc3": Profile(
        hardware_token="hw21",
        application="su",
        application_title="Smart-UPS APP",
        object_id="1.3.6.1.4.1.318.1.3.27",
        kind="ups",
        card_model="AP9641",
        card_serial_prefix="ZA22",
        aos="2.5.0.8",
        application_version="2.5.0.6",
        boot_monitor="1.5.1.1",
        device=Device(model="Smart-UPS 750", sku="SMT750IC", firmware="UPS 03.8 (ID1015) ", serial_prefix="3S21"),
        hardware_revision="5",
        manufacture_date="04/18/2022",
    ),
    "smart_ups_nmc2": Profile(
        hardware_token="hw05",
        application="sumx",
        application_title="Smart-UPS & Matrix-UPS APP",
        object_id="1.3.6.1.4.1.318.1.3.27",
        kind="ups",
        card_model="AP9631",
        card_serial_prefix="5A12",
        aos="6.9.6",
        application_version="6.9.6",
        boot_monitor="1.0.9",
        device=Device(model="Smart-UPS 1500", firmware="601.3.I", serial_prefix="AS06"),
        hardware_revision="05",
        manufacture_date="11/05/2012",
    ),
    "smart_ups_nmc1": Profile(
        hardware_token="hw02",
        application="sumx",
        application_title="Smart-UPS & Matrix-UPS APP",
        object_id="1.3.6.1.4.1.318.1.3.2.7",
        kind="ups",
        card_model="AP9619",
        card_serial_prefix="ZA07",
        aos="3.7.3",
        application_version="3.7.2",
        boot_monitor="1.0.2",
        device=Device(model="Smart-UPS 1500", firmware="601.3.I", serial_prefix="AS06"),
        hardware_revision="A10",
        manufacture_date="03/20/2007",
    ),
    # application token and title invented: only sysObjectID 39 is public
    "smart_ups_ultra": Profile(
        hardware_token="hw21",
        application="suu",
        application_title="Smart-UPS Ultra APP",
        object_id="1.3.6.1.4.1.318.1.3.39",
        kind="ups",
        card_model="AP9643",
        card_serial_prefix="ZA23",
        aos="2.5.5.1",
        application_version="2.5.5.1",
        boot_monitor="1.5.1.1",
        device=Device(model="Smart-UPS Ultra 3000", sku="SRTL3KRM2UC", firmware="UPS 02.1 (ID1030) ", serial_prefix="9S22"),
        hardware_revision="5",
        manufacture_date="02/06/2023",
    ),
    "symmetra_nmc2": Profile(
        hardware_token="hw05",
        application="sy",
        application_title="Symmetra APP",
        object_id="1.3.6.1.4.1.318.1.3.5.4",
        kind="ups",
        card_model="AP9631",
        card_serial_prefix="5A12",
        aos="6.2.0",
        application_version="6.2.0",
        boot_monitor="1.0.2",
        device=Device(model="Symmetra LX 16000", firmware="UPS 05.1", serial_prefix="QD12"),
        hardware_revision="05",
        manufacture_date="06/12/2012",
    ),
    "symmetra_nmc3": Profile(
        hardware_token="hw21",
        application="sy",
        application_title="Symmetra APP",
        object_id="1.3.6.1.4.1.318.1.3.5.4",
        kind="ups",
        card_model="AP9641",
        card_serial_prefix="ZA22",
        aos="2.5.0.8",
        application_version="2.5.0.6",
        boot_monitor="1.5.1.1",
        device=Device(model="Symmetra LX 16000", firmware="UPS 05.1", serial_prefix="QD20"),
        hardware_revision="5",
        manufacture_date="04/18/2022",
    ),
    # application token and title invented: only sysObjectID 37.1 and AP9544 are public
    "easy_ups_1p": Profile(
        hardware_token="hw21",
        application="eu1p",
        application_title="Easy UPS 1-Phase APP",
        object_id="1.3.6.1.4.1.318.1.3.37.1",
        kind="ups",
        card_model="AP9544",
        card_serial_prefix="ZA23",
        aos="2.5.0.8",
        application_version="2.5.0.1",
        boot_monitor="1.5.1.1",
        device=Device(model="Easy UPS SRVS 6kVA", sku="SRVS6KRI", firmware="UPS 01.4", serial_prefix="9E22"),
        hardware_revision="2",
        manufacture_date="03/14/2023",
    ),
    "easy_ups_3p": Profile(
        hardware_token="hw21",
        application="eu3p",
        application_title="Easy UPS 3-Phase APP",
        object_id="1.3.6.1.4.1.318.1.3.37.2",
        kind="ups",
        card_model="AP9547",
        card_serial_prefix="ZA23",
        aos="2.5.0.8",
        application_version="2.5.0.1",
        boot_monitor="1.5.1.1",
        device=Device(model="Easy UPS 3S 40kVA", sku="E3SUPS40KH", firmware="UPS 01.9", serial_prefix="9E22"),
        hardware_revision="2",
        manufacture_date="03/14/2023",
    ),
    "rack_pdu_nmc3": Profile(
        hardware_token="hw21",
        application="rpdu2g",
        application_title="RPDU 2g APP",
        object_id="1.3.6.1.4.1.318.1.3.4.6",
        kind="rpdu",
        card_model="0N-1570-07K",
        card_serial_prefix="ZA23",
        aos="2.5.3.2",
        application_version="2.5.2.5",
        boot_monitor="1.5.1.1",
        device=Device(
            model="APDU9959EU3",
            serial_prefix="2A25",
            hardware_revision="01",
            description="Metered-by-Outlet with Switching Rack PDU",
        ),
        hardware_revision="01",
        manufacture_date="04/11/2023",
        embedded=True,
        category=("power", "pdu"),
    ),
    "rack_pdu_nmc2": Profile(
        hardware_token="hw05",
        application="rpdu2g",
        application_title="RPDU 2g APP",
        object_id="1.3.6.1.4.1.318.1.3.4.6",
        kind="rpdu",
        card_model="AP9538",
        card_serial_prefix="5A19",
        aos="6.7.2",
        application_version="6.7.2",
        boot_monitor="1.0.8",
        device=Device(
            model="AP8641",
            serial_prefix="3F34",
            hardware_revision="02",
            description="Metered-by-Outlet with Switching Rack PDU",
        ),
        hardware_revision="02",
        manufacture_date="04/16/2019",
        embedded=True,
        category=("power", "pdu"),
    ),
    "rack_pdu_nmc1": Profile(
        hardware_token="hw02",
        application="rpdu",
        application_title="Rack PDU APP",
        object_id="1.3.6.1.4.1.318.1.3.4.5",
        kind="rpdu1",
        card_model="AP9617",
        card_serial_prefix="ZA09",
        aos="3.7.3",
        application_version="3.7.3",
        boot_monitor="1.0.2",
        device=Device(model="AP7952", serial_prefix="ZA09", hardware_revision="B2", description="Switched Rack PDU"),
        hardware_revision="B2",
        manufacture_date="04/20/2009",
        embedded=True,
        category=("power", "pdu"),
    ),
    "rack_ats_nmc2": Profile(
        hardware_token="hw05",
        application="ats4g",
        application_title="ATS 4g APP",
        object_id="1.3.6.1.4.1.318.1.3.32",
        kind="ats",
        card_model="AP9538",
        card_serial_prefix="5A18",
        aos="6.4.6",
        application_version="6.4.7",
        boot_monitor="1.0.8",
        device=Device(model="AP4423", serial_prefix="5A18", hardware_revision="R01", description="Rack Automatic Transfer Switch"),
        hardware_revision="R01",
        manufacture_date="06/09/2018",
        embedded=True,
        category=("power", "ats"),
    ),
    # application token invented
    "rack_ats_nmc3": Profile(
        hardware_token="hw21",
        application="ats5g",
        application_title="ATS 5g APP",
        object_id="1.3.6.1.4.1.318.1.3.38",
        kind="ats5g",
        card_model="0N-1570-07K",
        card_serial_prefix="2A25",
        aos="2.5.0.8",
        application_version="2.5.0.6",
        boot_monitor="1.5.1.1",
        device=Device(model="AP4423A", serial_prefix="ZA24", hardware_revision="R01", description="Rack Automatic Transfer Switch"),
        hardware_revision="R01",
        manufacture_date="02/06/2024",
        embedded=True,
        category=("power", "ats"),
    ),
    "rack_ats_nmc1": Profile(
        hardware_token="hw02",
        application="g2ats",
        application_title="Rack ATS APP",
        object_id="1.3.6.1.4.1.318.1.3.11",
        kind="ats",
        card_model="AP9617",
        card_serial_prefix="ZA08",
        aos="3.9.0",
        application_version="3.9.2",
        boot_monitor="1.0.2",
        device=Device(model="AP7723", serial_prefix="ZA08", hardware_revision="A1", description="Rack Automatic Transfer Switch"),
        hardware_revision="A1",
        manufacture_date="05/12/2008",
        embedded=True,
        category=("power", "ats"),
    ),
    "inrow_acrc2g": Profile(
        hardware_token="hw06",
        application="acrc2g",
        application_title="ACRC 2g APP",
        object_id="1.3.6.1.4.1.318.1.3.14.10",
        kind="cooling",
        card_model="0N-9580AC",
        card_serial_prefix="JK19",
        aos="6.8.8",
        application_version="6.1.0",
        boot_monitor="1.0.8",
        device=Device(model="ACRC301S", serial_prefix="JK19", hardware_revision="06", description="InRow Chilled Water"),
        hardware_revision="06",
        manufacture_date="01/30/2019",
        product_text="APC InRow RC 300mm",
        embedded=True,
        category=("cooling", "inrow"),
    ),
    "inrow_rd3xx": Profile(
        hardware_token="hw06",
        application="rd3xx",
        application_title="InRow DX 300mm APP",
        object_id="1.3.6.1.4.1.318.1.3.14.23",
        kind="cooling",
        card_model="0N-9580AC",
        card_serial_prefix="JK19",
        aos="6.8.8",
        application_version="6.6.9.b",
        boot_monitor="1.0.8",
        device=Device(model="ACRD301", serial_prefix="JK19", hardware_revision="06", description="InRow Direct Expansion"),
        hardware_revision="06",
        manufacture_date="01/30/2019",
        product_text="APC InRow DX 300mm",
        embedded=True,
        category=("cooling", "inrow"),
    ),
    "netbotz_nb250": Profile(
        hardware_token="hw05",
        application="nb250",
        application_title="NetBotz 250 APP",
        object_id="1.3.6.1.4.1.318.1.3.8.5",
        kind="environment",
        card_model="NBRK0250",
        card_serial_prefix="QA19",
        aos="6.8.2",
        application_version="6.8.0",
        boot_monitor="1.0.8",
        device=Device(model="NBRK0250", serial_prefix="QA19", hardware_revision="05", description="NetBotz Rack Monitor 250"),
        hardware_revision="05",
        manufacture_date="02/18/2019",
        product_text="APC Environmental Manager",
        embedded=True,
        category=("environment", "monitor"),
    ),
    "emu2": Profile(
        hardware_token="hw03",
        application="mem",
        application_title="Environmental Manager APP",
        object_id="1.3.6.1.4.1.318.1.3.8.4",
        kind="environment",
        card_model="AP9340",
        card_serial_prefix="ZA08",
        aos="3.7.3",
        application_version="3.7.2",
        boot_monitor="1.0.2",
        device=Device(model="AP9340", serial_prefix="ZA08", hardware_revision="05", description="Environmental Manager"),
        hardware_revision="05",
        manufacture_date="08/11/2008",
        product_text="APC Environmental Manager",
        embedded=True,
        category=("environment", "monitor"),
    ),
    # not a card at all: what a wrong address in an inventory looks like
    "foreign_host": Profile(
        hardware_token="hw21",
        application="none",
        application_title="",
        object_id="1.3.6.1.4.1.8072.3.2.10",
        kind="none",
        card_model="",
        card_serial_prefix="",
        aos="0.0.0.0",
        application_version="0.0.0.0",
        boot_monitor="0.0.0.0",
        device=Device(model=""),
    ),
}
