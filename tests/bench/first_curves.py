"""How long a newcomer waits: from the start of the app on an empty workspace to the first curves of the drawn demo.

    python tests/bench/first_curves.py

In headless Chromium, with the default demo of 3,000 instances.
"""

import os
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from playwright.sync_api import sync_playwright  # noqa: E402

from tests.worlds import browser  # noqa: E402


def main() -> None:
    print(f"load average before: {os.getloadavg()[0]:.1f}")
    started = time.monotonic()
    with (
        tempfile.TemporaryDirectory() as folder,
        browser.running_app(Path(folder) / "workspace") as address,
        sync_playwright() as driver,
    ):
        chromium = driver.chromium.launch(executable_path=browser.chromium(), args=browser.FLAGS)
        page = chromium.new_page()
        page.goto(address)
        draw = page.get_by_role("button", name="Draw the demo")
        draw.wait_for(timeout=60_000)
        print(f"from the start to the welcome page, browser included: {time.monotonic() - started:.1f} s")
        clicked = time.monotonic()
        draw.click()
        page.get_by_text("Long tails", exact=True).wait_for(timeout=600_000)
        print(f"from the click to the first curves: {time.monotonic() - clicked:.1f} s")
        chromium.close()


if __name__ == "__main__":
    main()
