"""Who there is: units, people, competitors and customers. Invented, all of them."""

from dataclasses import dataclass
from typing import NamedTuple

PASSWORD = "demo-only"  # noqa: S105  public on purpose, and refused off the loopback

NORDICS, CENTRAL, OVERSEAS = "Nordics", "Central Europe", "UK and Overseas"
UNITS = (NORDICS, CENTRAL, OVERSEAS)


@dataclass(frozen=True)
class Person:
    """`unit` None is the root. `share` is how many deals he gets among the sellers, `skill` moves his win rate."""

    username: str
    first_name: str
    last_name: str
    role: str
    unit: str | None = None
    share: int = 0
    skill: float = 0.0
    language: str = ""
    time_zone: str = ""
    superuser: bool = False


PEOPLE = (
    Person("rep", "Rikke", "Sørensen", "salesperson", NORDICS, 26, 0.06),
    Person("teammate", "Thomas", "Lindqvist", "salesperson", NORDICS, 14, -0.02),
    Person("member", "Mette", "Kjær", "sales_team_member", NORDICS),
    Person("manager", "Maria", "Østergaard", "sales_manager", NORDICS, 5, 0.12),
    Person("stranger", "Stefan", "Brückner", "salesperson", CENTRAL, 14, 0.02),
    Person("vp", "Victoria", "Hayes", "vice_president_of_sales"),
    Person("admin", "Anders", "Holm", "system_administrator", superuser=True),
    Person("eloise", "Éloïse", "Garnier", "salesperson", CENTRAL, 11, -0.08),
    Person("lukasz", "Łukasz", "Wójcik", "sales_manager", CENTRAL, 4, 0.05, time_zone="Europe/Warsaw"),
    Person("emma", "Emma", "Whitfield", "sales_manager", OVERSEAS, 6, 0.1, time_zone="Europe/London"),
    Person("hiro", "Hiroshi", "Tanabe", "salesperson", OVERSEAS, 9, 0.0, time_zone="Asia/Tokyo"),
    Person("soren", "Søren", "Aagaard", "salesperson", OVERSEAS, 11, -0.05, "da", "Europe/Copenhagen"),
)
MANAGERS = {NORDICS: "manager", CENTRAL: "lukasz", OVERSEAS: "emma"}
SELLERS = tuple(person for person in PEOPLE if person.share)


@dataclass(frozen=True)
class Rival:
    """A competitor; `share` is how often he is met, `threat` how much he takes off the chance to win."""

    name: str
    key_product: str
    strengths: str
    weaknesses: str
    opportunities: str
    threats: str
    share: int
    threat: float

    @property
    def website(self) -> str:
        letters = (letter for letter in self.name.lower() if letter.isascii() and letter.isalnum())
        return f"https://{''.join(letters)}.example/"


RIVALS = (
    Rival(
        "Kestrel Logistics Software",
        "Kestrel WMS",
        "Large installed base; strong references in grocery.",
        "Slow releases, expensive changes.",
        "Customers on their 2016 version must migrate within a year.",
        "Bundles five years of support at a loss.",
        22,
        0.14,
    ),
    Rival(
        "Brightforge",
        "Forge Telematics",
        "Polished mobile app, quick pilots.",
        "Thin service organization outside the UK.",
        "No Danish or German support line.",
        "Free pilots of three months.",
        16,
        0.04,
    ),
    Rival(
        "Nordlys Systemer",
        "Nordlys Lager",
        "Local consultants, good at public tenders.",
        "No route planning of its own.",
        "Partners with us where both are asked.",
        "Framework agreements with several municipalities.",
        14,
        0.08,
    ),
    Rival(
        "Altamira Cloud",
        "Altamira One",
        "Everything in one subscription.",
        "Poor offline operation.",
        "Their price rise is due in spring.",
        "Signs at board level, over the heads of operations.",
        13,
        0.1,
    ),
    Rival(
        "Volt & Vane",
        "Vane Sensors",
        "Cheapest hardware.",
        "High failure rate in cold stores.",
        "Replacement business after their warranty ends.",
        "Undercuts by a third.",
        12,
        -0.05,
    ),
    Rival(
        "Søholm Teknik",
        "Søholm Scan",
        "Decades of trust with Danish wholesalers.",
        "Product line is ageing.",
        "Owner is looking for a successor.",
        "Hardly any in new accounts.",
        9,
        -0.08,
    ),
    Rival(
        "Quillon Analytics",
        "Quillon Insight",
        "Excellent dashboards.",
        "Needs a data warehouse first.",
        "Customers ask for operations, not reports.",
        "Recommended by two of the big consultancies.",
        8,
        0.0,
    ),
    Rival(
        "Hokuto Automation",
        "Hokuto Sorter",
        "Unmatched throughput.",
        "Twelve months of lead time.",
        "Too big for most warehouses.",
        "Financing at no interest.",
        6,
        0.18,
    ),
)


class Customer(NamedTuple):
    name: str
    country: str


CUSTOMERS: dict[str, tuple[Customer, ...]] = {
    NORDICS: tuple(
        Customer(*pair)
        for pair in (
            ("Aabyhøj Køl & Frost", "DK"),
            ("Bækgaard Logistik A/S", "DK"),
            ("Dybbøl Maskinfabrik", "DK"),
            ("Fjordvang Mejeri", "DK"),
            ("Grønagergaard Økologi", "DK"),
            ("Havnens Fiskeauktion", "DK"),
            ("Højlund Entreprise", "DK"),
            ("Jysk Trælast & Byg", "DK"),
            ("Løvstrøm Pharma", "DK"),
            ("Mølleåens Papir", "DK"),
            ("Nørreport Cykler", "DK"),
            ("Rødbjerg Tryk", "DK"),
            ("Sønderå Transport", "DK"),
            ("Tårnvig Catering", "DK"),
            ("Vesterhavets Vindservice", "DK"),
            ("Ærøsund Færgefart", "DK"),
            ("Ångfors Instrument AB", "SE"),
            ("Björkdala Skog", "SE"),
            ("Norrsken Retail Group", "SE"),
            ("Fjellheim Energi", "NO"),
            ("Saaristo Telakka Oy", "FI"),
            ("Þórsvík Seafood", "IS"),
        )
    ),
    CENTRAL: tuple(
        Customer(*pair)
        for pair in (
            ("Brunnhof Feinmechanik GmbH", "DE"),
            ("Mühlbacher Backwaren", "DE"),
            ("Rheinufer Spedition", "DE"),
            ("Schönfeld Kliniken", "DE"),
            ("Weißtal Textil", "DE"),
            ("Großhandel Jäger & Söhne", "DE"),
            ("Alpenquell Getränke", "AT"),
            ("Zürisee Präzision AG", "CH"),
            ("Kowalczyk Meble", "PL"),
            ("Świdnica Medical Supplies", "PL"),
            ("Vltavan Glassworks", "CZ"),
            ("Établissements Leroux-Mercier", "FR"),
            ("Crémerie du Haut-Vercors", "FR"),
            ("Bodegas Peñalta", "ES"),
            ("Muñoz Hermanos Cerámica", "ES"),
            ("Officine Bellandi", "IT"),
            ("Van der Meersch Bloemen", "NL"),
        )
    ),
    OVERSEAS: tuple(
        Customer(*pair)
        for pair in (
            ("Ashcombe Brewing Co.", "GB"),
            ("Blackwater Shipping", "GB"),
            ("Cartwright & Daughters", "GB"),
            ("Dunmore Hotels", "IE"),
            ("Easterby Rail Services", "GB"),
            ("Fenland Produce", "GB"),
            ("Greystone Housing Trust", "GB"),
            ("Harrowfield Pharmacies", "GB"),
            ("O’Sullivan Dairies", "IE"),
            ("Penrhos Quarries", "GB"),
            ("Thornbridge Schools Federation", "GB"),
            ("Asahino Seimitsu KK", "JP"),
            ("Hoshizora Foods", "JP"),
            ("Minatogawa Freight", "JP"),
            ("Ridgeline Outdoor Supply", "US"),
            ("Prairie Valley Co-op", "US"),
            ("Harbor Light Insurance", "US"),
            ("Copper Canyon Solar", "US"),
            ("Lakeshore Community Health", "US"),
            ("Imprimerie Montréal-Nord", "CA"),
            ("Tidewater Marine Parts", "US"),
        )
    ),
}

# What a customer of the country may pay in instead of the organization's currency, and how often he does.
LOCAL_CURRENCIES = {
    "DK": ("DKK", 0.3),
    "GB": ("GBP", 0.35),
    "JP": ("JPY", 0.85),
    **dict.fromkeys(("DE", "AT", "FR", "ES", "IT", "NL", "FI", "IE"), ("EUR", 0.35)),
}
# How many units of a currency buy what one unit of a common one buys, roughly.
PRICE_LEVELS = {"DKK": 7, "JPY": 150, "SEK": 10, "NOK": 10}
