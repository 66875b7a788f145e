"""`retrace traces`: the sentences that TRACE compares footage with, and the places they are for."""

import typer

from cli.traces import generation, network, places, rescoring, sentences, trials

app = typer.Typer(
    help="Looks after the sentences that TRACE compares footage with.", no_args_is_help=True
)
app.command("list")(sentences.list_traces)
app.command()(sentences.add)
app.command()(sentences.remove)
app.command()(places.contexts)
app.command()(places.pin)
app.command()(places.unpin)
app.command("test")(trials.try_sentence)
app.command()(trials.audit)
app.command()(generation.generate)
app.command()(generation.accept)
app.command()(rescoring.rescore)
app.command()(network.network)
