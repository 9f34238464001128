"""The demo company: its people, its customers, and the two years of deals that it tells of."""
