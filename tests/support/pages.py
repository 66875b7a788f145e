"""One page of `ui`, drawn by Streamlit's AppTest over a service in this process."""

from typing import Any

import httpx
from starlette.testclient import TestClient
from streamlit.testing.v1 import AppTest

from search_api.client import Client
from search_api.client.sending import Retries

TIMEOUT_S = 60.0


class _Through(httpx.BaseTransport):
    """Requests go to a service of this process."""

    def __init__(self, service: TestClient) -> None:
        self._service = service

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        path, headers = request.url.raw_path.decode(), dict(request.headers)
        found = self._service.request(request.method, path, content=request.read(), headers=headers)
        return httpx.Response(
            found.status_code, headers=list(found.headers.items()), content=found.content
        )


def connect(service: TestClient, key: str | None = None) -> Client:
    """A connection to a service of this process."""
    retries = Retries(attempts=1)
    return Client("http://127.0.0.1", key=key, retries=retries, transport=_Through(service))


def make_key(service: TestClient, role: str, *, admin: str | None = None, **scope: Any) -> str:
    """A new key of that role, named as it; `admin` makes it, once there are keys."""
    headers = {"Authorization": f"Bearer {admin}"} if admin else {}
    answer = service.post("/v1/keys", json={"name": role, "role": role, **scope}, headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.json()["token"]


def open_page(name: str, client: Client, **query: str) -> AppTest:
    """The page, drawn once with these parameters in its address."""
    page = AppTest.from_function(_draw, kwargs={"name": name}, default_timeout=TIMEOUT_S)
    page.session_state["session.client"] = client
    page.query_params.update(query)
    return page.run()


def press(page: AppTest, label: str) -> AppTest:
    """Clicks the first button of that label."""
    buttons = [button for button in page.button if button.label == label]
    assert buttons, f"no button {label!r}, but: {[button.label for button in page.button]}"
    return buttons[0].click().run()


def turn_to(page: AppTest, view: str) -> AppTest:
    """Chooses one of the page's views."""
    return page.segmented_control[0].set_value(view).run()


def said(page: AppTest) -> str:
    """All text of the page."""
    kinds = (page.markdown, page.caption, page.text, page.subheader, page.code)
    kinds += (page.error, page.warning, page.success, page.info)
    return "\n".join(str(one.value) for kind in kinds for one in kind).replace("\\", "")


def _draw(name: str) -> None:
    from importlib import import_module

    from ui import states

    with states.problems_shown():
        import_module(f"ui.views.{name}").show()
