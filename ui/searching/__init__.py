"""The search page's parts: its form, what was uploaded, and what was found."""
