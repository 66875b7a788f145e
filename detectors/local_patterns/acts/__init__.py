"""What regions do, in words: each asks the motion of the scene around its time, as in TRACE.

The paper's captions come from a language model that has seen the world; the compact profile's tell
garments and colours and not what somebody does. This network is taught with captions that say what
happens and when, normal and anomalous alike, without labels and without boxes.
"""

PART = "acts"
"""Its folder among a profile's weights, and its name for `retrace train local-patterns`."""
