"""`python -m search_api.service.probe`: whether the service in this container answers searches.

Exit code 0 where it does, 1 where it does not, with what it says.
"""

import os
import sys
from urllib.error import URLError
from urllib.request import ProxyHandler, build_opener

TIMEOUT_S = 4.0


def probe(port: int) -> str | None:
    """What the service at this machine lacks; None where it is ready."""
    opener = build_opener(ProxyHandler({}))  # it is here, behind no proxy
    try:
        with opener.open(f"http://127.0.0.1:{port}/readyz", timeout=TIMEOUT_S):
            return None
    except (URLError, OSError) as error:
        body = getattr(error, "read", bytes)()
        return body.decode(errors="replace") or str(error)


def main() -> int:
    lacking = probe(int(os.environ.get("RETRACE_PORT", "8321")))
    if lacking is not None:
        sys.stderr.write(f"{lacking}\n")
    return 0 if lacking is None else 1


if __name__ == "__main__":
    sys.exit(main())
