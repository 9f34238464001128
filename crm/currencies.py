"""The currencies of ISO 4217 in circulation, and how many decimals each has."""

from decimal import Decimal

from django.utils.formats import number_format

_TWO = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF "
    "CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL "
    "HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT "
    "MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB "
    "SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH "
    "USD UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG BGN"
)
_ZERO = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THREE = "BHD IQD JOD KWD LYD OMR TND"

DECIMALS: dict[str, int] = (
    dict.fromkeys(_TWO.split(), 2) | dict.fromkeys(_ZERO.split(), 0) | dict.fromkeys(_THREE.split(), 3)
)
SYMBOLS = {"EUR": "€", "GBP": "£", "JPY": "¥", "USD": "$"}
MAX_AMOUNT = Decimal(1_000_000_000_000)
_NO_BREAK = "\u00a0"


def has_too_many_decimals(amount: Decimal, currency: str) -> bool:
    """True where the amount cannot be held in the currency without rounding."""
    return amount != round(amount, DECIMALS[currency])


def amount_text(amount: Decimal | None, currency: str) -> str | None:
    """The amount with exactly the currency's decimals: 1000 is `1000` in JPY, `1000.00` in EUR."""
    return None if amount is None else f"{amount:z.{DECIMALS[currency]}f}"


def number_shown(amount: Decimal, currency: str) -> str:
    """The amount alone, as the reader's language writes it: `1,234.50`."""
    return number_format(amount, DECIMALS[currency], force_grouping=True)


def amount_shown(amount: Decimal | None, currency: str) -> str:
    """As the reader's language writes it: `€ 1,234.50` or `1.234,50 DKK`; a dash for none."""
    if amount is None:
        return "–"
    symbol = SYMBOLS.get(currency)
    return f"{symbol}{_NO_BREAK}{number_shown(amount, currency)}" if symbol else amount_with_code(amount, currency)


def amount_with_code(amount: Decimal | None, currency: str) -> str:
    """Where a symbol would not tell enough: `1,234.50 USD`; a dash for none."""
    return "–" if amount is None else f"{number_shown(amount, currency)}{_NO_BREAK}{currency}"
