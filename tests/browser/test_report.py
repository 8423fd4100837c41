"""The report in a real browser: hostile names do not run, nothing is asked for, links lead somewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import servicecircle as sc
from tests.show.towns import PAYLOADS, judged, town

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser


def test_no_name_runs_and_nothing_is_asked_for(browser: Browser, tmp_path: Path) -> None:
    text = " ".join(PAYLOADS)
    which = judged(town(name=lambda _: text), "LY-01", "LY-02", name=lambda _: text)
    sc.write_report(which, tmp_path / "report.html", figures=[], date=text)
    page = browser.new_page()
    asked: list[str] = []
    troubles: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: troubles.append(message.text))
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.goto((tmp_path / "report.html").as_uri())
    assert page.evaluate("window.ran") is None
    assert len(asked) == 1
    assert troubles == []
    assert "<script>window.ran" in page.inner_text("h1 + p")
    page.click("a[href='#LY-01'] >> nth=0")
    assert page.evaluate("document.querySelector(':target').id") == "LY-01"
    page.close()
