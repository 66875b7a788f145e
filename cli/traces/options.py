"""What the subcommands of `retrace traces` share."""

from typing import Annotated

import typer

STORE_WAIT_S = 10.0
JsonOption = Annotated[bool, typer.Option("--json", help="JSON on stdout.")]
