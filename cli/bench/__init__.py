"""`retrace bench TASK`: how well it works, with a record that says how that was found out."""

import typer

from cli.bench import frames, profiles, served

app = typer.Typer(help="Measures retrace.", no_args_is_help=True)
app.command()(profiles.compact)
app.command()(profiles.indexing)
app.command()(served.library)
app.command("vad-ucf-crime")(frames.labelled("vad-ucf-crime", "UCF-Crime"))
app.command("vad-xd-violence")(frames.labelled("vad-xd-violence", "XD-Violence"))
app.command("vad-shanghaitech")(frames.labelled("vad-shanghaitech", "ShanghaiTech"))
app.command()(frames.vad_ped2)
app.command()(frames.vad_simulated)
