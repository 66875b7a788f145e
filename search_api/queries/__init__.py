"""From what is asked to ranked moments: vectors to compare, orders, events, and how sure one is."""
