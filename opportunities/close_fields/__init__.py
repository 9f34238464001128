"""Custom fields on the close form: what their kinds take, store and show. Knows no record; records know it."""
