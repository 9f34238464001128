"""What is sold, and what people write about it."""

PRODUCTS = (
    ("Warehouse management system", 90_000),
    ("Cold-chain monitoring", 28_000),
    ("Fleet telematics", 35_000),
    ("Dock scheduling", 18_000),
    ("Handheld scanners", 14_000),
    ("Route planning", 42_000),
    ("Predictive maintenance", 55_000),
    ("Energy dashboard", 12_000),
    ("Pallet tracking", 24_000),
    ("Sorting line control", 180_000),
    ("Yard management", 31_000),
    ("Service agreement", 16_000),
    ("ERP integration", 38_000),
    ("Customer portal", 26_000),
    ("Stock forecasting", 33_000),
    ("Driver app", 19_000),
)
SCOPES = (
    ("pilot at two sites", 0.4),
    ("rollout to 14 branches", 2.2),
    ("renewal for three years", 1.1),
    ("replacement before the winter season", 1.2),
    ("expansion to the new terminal", 1.5),
    ("120 users", 1.0),
    ("35 users", 0.5),
    ("framework agreement", 2.6),
    ("phase 2", 1.3),
    ("central warehouse", 1.6),
    ("after the merger", 1.9),
    ("night shift", 0.6),
    ("tender, lot 3", 2.0),
    ("upgrade from version 4", 0.7),
    ("returns department", 0.8),
    ("two more lines", 0.9),
    ("export terminal", 1.4),
    ("all vans and trailers", 1.2),
)
DANISH_PRODUCTS = (
    ("Lagerstyring", 90_000),
    ("Køleovervågning", 28_000),
    ("Flådestyring", 35_000),
    ("Håndscannere", 14_000),
    ("Ruteplanlægning", 42_000),
    ("Serviceaftale", 16_000),
    ("Energiovervågning", 12_000),
    ("Pallesporing", 24_000),
)
DANISH_SCOPES = (
    ("nyt fjernlager i Køge", 1.6),
    ("forsøg på to adresser", 0.4),
    ("alle butikker på Fyn", 1.8),
    ("forlængelse i tre år", 1.1),
    ("afløsning før højsæsonen", 1.2),
    ("30 brugere", 0.5),
    ("udbud, delaftale 2", 2.0),
    ("færgeterminalen", 1.3),
    ("frysehuset i Esbjerg", 1.4),
    ("trin 2", 1.3),
)
DESCRIPTIONS = (
    "",
    "Met at the trade fair; they want to see it running at a customer of the same size.",
    "Budget is approved for this year. The operations manager decides, finance signs.",
    "Their present supplier's contract ends soon and notice has been given.",
    "IT asks for single sign-on and a data processing agreement before anything is signed.",
    "Interested, but the board wants to see figures from a pilot first.",
    "Afdelingen ønsker opstart før sommerferien. Beslutning tages af driftschefen.",
    "Two sites first, the other ones when the first has run for three months.",
    "Came in through the web form. Called back the same day.",
)
WON_NOTES = (
    "",
    "The references decided it.",
    "Signed after the pilot. They start with the largest site.",
    "We were not the cheapest, but the only ones who could deliver before the season.",
    "Kontrakten er underskrevet. Opstartsmøde er aftalt.",
    "Good work by service: the demonstration ran on their own data.",
)
OUTSOLD_NOTES = (
    "Lost on price; about a fifth below us.",
    "They preferred a supplier with a local office.",
    "The competitor could deliver six weeks earlier.",
    "Missing integration with their payroll.",
    "Kunden valgte en løsning, som moderselskabet allerede bruger.",
)
CANCELED_NOTES = (
    "",
    "The project was postponed without a new date.",
    "Budget was cut; ask again next year.",
    "Our contact left the company and nobody took over.",
    "They solve it in-house.",
    "Kunden svarer ikke længere på henvendelser.",
)
REOPEN_REASONS = (
    "The customer called: the budget is back.",
    "Closed by mistake, the contract had not been signed.",
    "The other supplier could not deliver.",
    "Kunden vil gerne have et nyt tilbud.",
)
QUOTE_NAMES = ("Offer", "Budget offer", "Offer with installation", "Offer incl. service", "Tilbud")
