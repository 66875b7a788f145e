"""What can be asked, as a page: made from the specification, without scripts or a network."""

from html import escape
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

router = APIRouter(include_in_schema=False)
STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60em;margin:2em auto;padding:0 1em;"
    "color:#222}h2{margin:2em 0 .3em}code{background:#f2f2f2;padding:.1em .3em}"
    "table{border-collapse:collapse}td,th{border-bottom:1px solid #ddd;padding:.2em .8em .2em 0;"
    "text-align:left;vertical-align:top}"
)
CSP = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'"


@router.get("/docs")
async def docs(request: Request) -> HTMLResponse:
    """Every operation with its parameters and answers."""
    return HTMLResponse(page(request.app.openapi()), headers={"Content-Security-Policy": CSP})


def page(specification: dict[str, Any]) -> str:
    """The specification as HTML."""
    info = specification["info"]
    operations = [
        _operation(path, method, operation)
        for path, methods in specification["paths"].items()
        for method, operation in methods.items()
    ]
    introduction = info["description"].split("\n\n")[0]
    return (
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{escape(info['title'])}</title>"
        f"<style>{STYLE}</style><h1>{escape(info['title'])} v{escape(info['version'])}</h1>"
        f"<p>{escape(introduction)} The whole specification: "
        f'<a href="openapi.json">openapi.json</a>.</p>{"".join(operations)}</html>'
    )


def _operation(path: str, method: str, operation: dict[str, Any]) -> str:
    rows = [
        (parameter["name"], parameter["in"], parameter.get("description", ""))
        for parameter in operation.get("parameters", [])
    ]
    answers = [
        (status, "", found["description"]) for status, found in operation["responses"].items()
    ]
    text = escape(operation.get("description", "")).replace("\n\n", "<p>")
    return (
        f"<h2><code>{method.upper()} {escape(path)}</code></h2><p>{text}</p>"
        f"{_table(rows)}<details><summary>Answers</summary>{_table(answers)}</details>"
    )


def _table(rows: list[tuple[str, str, str]]) -> str:
    lines = ["".join(f"<td>{escape(cell)}</td>" for cell in row) for row in rows]
    return f"<table>{''.join(f'<tr>{line}</tr>' for line in lines)}</table>" if rows else ""
