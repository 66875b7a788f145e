"""`python -m cli`: the console command without its entry point."""

from cli.main import main

main()
