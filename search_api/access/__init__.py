"""Who may see what: keys, roles, cameras, signed addresses, rates, and a log of what was done.

`keys` knows who asks, `principal` is what routes depend on, `scope` is what a key may see,
`signing` makes addresses that a browser can open, `rates` slows down who asks too often and `audit`
keeps what was done. `opening.Access` holds them for one library.
"""
