"""Evidence: what was found and how, in a signed file that anybody can check without a library.

`manifest` is what it says, `items` gathers it, `bundle` writes it, `verifying` checks it, `archive`
is its ZIP file and `signing` its Ed25519 signature.
"""
