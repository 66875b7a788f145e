"""What crosses the door besides searches: light models that the service and its client share.

Nothing here loads the service's framework, a store or a model, so that the page can use them.
"""
