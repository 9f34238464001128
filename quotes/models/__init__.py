from quotes.models.quote import Quote
from quotes.models.quote_close import QuoteClose

__all__ = ["Quote", "QuoteClose"]
