"""`retrace bench TASK`: how well it works, with a record that says how that was found out."""

import typer

from cli.bench import profiles, served

app = typer.Typer(help="Measures retrace.", no_args_is_help=True)
app.command()(profiles.compact)
app.command()(profiles.indexing)
app.command()(served.library)
