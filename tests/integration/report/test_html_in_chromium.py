"""The HTML report in a real browser: headless Chromium, offline, from a file."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webelement import WebElement

from omlib.demo.plants import Plant
from omlib.demo.plants_list import PLANTS
from omlib.demo.simulated import tell_simulated
from omlib.jobs.reconcile import Reconciled, compared
from omlib.jobs.selection import Selection
from omlib.jobs.workspace import open_workspace
from omlib.report.changes import Changes, changes
from omlib.report.html import html_report
from omlib.report.reconciliation import Label, Reconciliation, RunFacts
from omlib.report.words import Lang
from omlib.testing.estates import make_observation
from omlib.testing.inventories import write_inventory

CHROMIUM, DRIVER = shutil.which("chromium"), shutil.which("chromedriver")
pytestmark = pytest.mark.skipif(
    not (CHROMIUM and DRIVER), reason="no chromium or no chromedriver (apt: chromium-driver)"
)
ROOT = Path(__file__).parents[3]
NOW = datetime(2026, 11, 21, 1, 30, tzinfo=UTC)
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--window-size=1366,900",
)
HOSTILE = "</script><img src=x onerror=alert(1)>\x1b[2J\u202e\ud800"


class _Quiet:
    """A clock that stands; shows no progress and tells no story."""

    def now(self) -> datetime:
        return NOW

    def start(self, step: str, total: int = 0) -> None: ...

    def advance(self, step: str, note: str = "") -> None: ...

    def done(self, step: str, took_s: float, note: str = "") -> None: ...

    def chapter(self, code: str, **facts: object) -> None: ...

    def built(self, before: Reconciled, labels: Sequence[Label]) -> None: ...

    def planted(self, plant: Plant, told: str) -> None: ...


@pytest.fixture(scope="module")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(str(DRIVER)))
    try:
        yield started
    finally:
        started.quit()


@pytest.fixture(scope="module")
def demo() -> tuple[Reconciliation, Changes]:
    """The demonstration estate with its planted deviations, and what changed by planting them."""
    quiet = _Quiet()
    told, _ = tell_simulated(ROOT / "inventory", PLANTS, teller=quiet, progress=quiet, clock=quiet)
    after = told.after.told
    return after, changes(told.before.told.findings, after.findings)


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Reconciliation:
    """36 departments, 151 systems, 5,000 items, one in twenty adrift."""
    root = tmp_path_factory.mktemp("inventory")
    write_inventory(root, systems=151, items=5000)
    work = open_workspace(root)
    seen = make_observation(work.items, drift_pct=5)
    return compared(
        work, seen, Selection(), today=NOW, facts=RunFacts(id="r", started=NOW, took_s=1)
    )


Opened = Callable[..., webdriver.Chrome]


@pytest.fixture
def opened(browser: webdriver.Chrome, tmp_path: Path) -> Opened:
    """Writes the report and opens it at a width; whatever the browser complains of fails."""

    def open_it(
        it: Reconciliation,
        lang: Lang = Lang.EN,
        since: Changes | None = None,
        *,
        width: int = 1366,
        at: str = "",
    ) -> webdriver.Chrome:
        path = tmp_path / "report.html"
        with path.open("w", encoding="utf-8", newline="") as out:
            out.writelines(html_report(it, lang, changes=since))
        screen = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width < 600}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)
        browser.get(path.as_uri() + at)
        return browser

    return open_it


def _one(page: webdriver.Chrome, css: str) -> WebElement:
    return page.find_element(By.CSS_SELECTOR, css)


def _texts(page: webdriver.Chrome, css: str) -> list[str]:
    script = "return [...document.querySelectorAll(arguments[0])].map(one => one.textContent)"
    told: list[str] = page.execute_script(script, css)
    return told


def _ask(page: webdriver.Chrome, script: str) -> Any:
    return page.execute_script(f"return {script}")


@pytest.mark.parametrize("lang", list(Lang))
def test_it_opens_without_a_complaint_and_fetches_nothing(
    opened: Opened, demo: tuple[Reconciliation, Changes], lang: Lang
) -> None:
    page = opened(demo[0], lang, demo[1])
    assert page.get_log("browser") == []  # type: ignore[no-untyped-call]
    assert _ask(page, "performance.getEntriesByType('resource').length") == 0
    assert _ask(page, "document.documentElement.lang") == ("zh-CN" if lang is Lang.ZH else "en")
    label = "模拟" if lang is Lang.ZH else "SIMULATION"
    assert label in _one(page, ".label").text
    assert _one(page, "#items table thead").text.split()[0] == (
        "状态" if lang is Lang.ZH else "Status"
    )


def test_the_picture_is_drawn_with_every_system_inside_the_page(
    opened: Opened, large: Reconciliation
) -> None:
    for width in (390, 1366):
        page = opened(large, Lang.ZH, width=width)
        boxes = _ask(
            page,
            "[...document.querySelectorAll('[data-system]')].map(one => {"
            "const box = one.getBoundingClientRect();"
            "return [box.left, box.right, box.width, box.height]})",
        )
        assert len(boxes) == 151
        assert all(left >= 0 and right <= width for left, right, _, _ in boxes)
        assert all(wide > 100 and tall > 30 for _, _, wide, tall in boxes), "too small to read"


def test_text_in_the_picture_stays_inside_its_tile(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    for lang in Lang:
        page = opened(demo[0], lang)
        outside = _ask(
            page,
            "[...document.querySelectorAll('[data-system]')].filter(one => {"
            "const tile = one.querySelector('.tile').getBoundingClientRect();"
            "return [...one.querySelectorAll('text')].some("
            "text => text.getBoundingClientRect().right > tile.right)"
            "}).map(one => one.textContent)",
        )
        assert outside == []


def test_the_table_is_filtered_by_words_status_and_department(
    opened: Opened, large: Reconciliation
) -> None:
    page = opened(large)
    assert _one(page, "[role=status]").text.endswith(f"of {len(large.findings)} items")
    assert "in_sync" not in _texts(page, "td.c-status")
    _one(page, "input[type=search]").send_keys("NGINX package")
    rows = _texts(page, ".items .open")
    assert rows
    assert all("nginx" in row and "package" in row for row in rows)
    _one(page, "#table [data-status=diverged]").click()
    assert "diverged" not in " ".join(_texts(page, "td.c-status"))
    page.find_element(By.XPATH, "//button[text()='Show everything']").click()
    total = len(large.findings)
    assert _one(page, "[role=status]").text == f"{total} of {total} items"
    _one(page, "select[data-filter=department] option[value='5']").click()
    wanted = large.verdicts.departments["dept-05"].counts
    assert _one(page, "[role=status]").text == f"{sum(wanted.values())} of {total} items"


def test_the_table_is_sorted_by_its_heads_and_says_so(
    opened: Opened, large: Reconciliation
) -> None:
    page = opened(large)
    for down in (False, True):
        _one(page, "[data-sort=item]").click()
        refs = _texts(page, ".items .open")
        assert refs == sorted(refs, reverse=down)
        sort = _one(page, "th.c-item").get_attribute("aria-sort")
        assert sort == ("descending" if down else "ascending")
    assert len(page.find_elements(By.CSS_SELECTOR, "th[aria-sort]")) == 1


def test_the_pages_of_the_table_hold_every_item_once(opened: Opened, large: Reconciliation) -> None:
    page = opened(large)
    wanted = sum(finding.status != "in_sync" for finding in large.findings)
    seen: list[str] = []
    while True:
        seen += _texts(page, ".items .open")
        forth = page.find_element(By.XPATH, "//button[text()='Next']")
        if not forth.is_enabled():
            break
        forth.click()
    assert len(seen) == wanted


def test_five_thousand_items_are_filtered_and_sorted_while_one_types(
    opened: Opened, large: Reconciliation
) -> None:
    page = opened(large)
    took_ms = _ask(
        page,
        "(() => { const search = document.querySelector('input[type=search]');"
        "const began = performance.now();"
        "for (const typed of ['n', 'ng', 'ngi', 'ngin', 'nginx', '']) {"
        "search.value = typed; search.dispatchEvent(new Event('input')); }"
        "document.querySelector('[data-sort=system]').click();"
        "return performance.now() - began })()",
    )
    assert took_ms < 7 * 250, "a quarter of a second each is still felt as at once"


def test_a_finding_opens_and_closes_by_keyboard_with_both_sides(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    page = opened(demo[0], Lang.EN, demo[1], at="#ref=cloud/server/hrss-app-01")
    assert page.switch_to.active_element.text == "cloud/server/hrss-app-01"
    shown = _one(page, ".detail").text
    for told in ("vcpu", "ram_mib", "8192", "16384", "vms.yml:", "omlib explain", "周敏"):
        assert told in shown
    assert _texts(page, ".sides thead th") == ["Attribute", "Declared", "Actual"]
    page.switch_to.active_element.send_keys(Keys.ENTER)
    assert page.find_elements(By.CSS_SELECTOR, ".detail") == []
    assert page.switch_to.active_element.get_attribute("aria-expanded") == "false"
    page.switch_to.active_element.send_keys(Keys.SPACE)
    assert page.switch_to.active_element.get_attribute("aria-expanded") == "true"


def test_lines_of_a_section_stand_side_by_side(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    page = opened(demo[0], Lang.EN, demo[1], at="#ref=cloud/security_group/civil-web")
    assert _texts(page, ".diff thead th") == ["Declared", "Actual"]
    added = _texts(page, ".diff td.a")
    assert added == ["Actual: ingress tcp 22 0.0.0.0/0"]
    # on a phone one stands above the other
    opened(demo[0], Lang.EN, demo[1], width=390, at="#ref=cloud/server/hrss-app-01")
    declared, actual = (
        one.rect for one in page.find_elements(By.CSS_SELECTOR, ".sides tbody tr:first-child td")
    )
    assert actual["y"] > declared["y"]


def test_a_system_of_the_picture_leads_to_its_items(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    page = opened(demo[0], Lang.ZH)
    _one(page, "[data-system=edu-oa]").click()
    shown = set(_texts(page, ".items td.c-system"))
    assert shown == {demo[0].estate.systems["edu-oa"].name}
    count = sum("edu-oa" in finding.systems for finding in demo[0].findings)
    assert _one(page, "[role=status]").text.startswith(f"显示 {count} 个")


@pytest.mark.parametrize("width", [320, 390, 768, 1366])
def test_nothing_is_wider_than_the_page(
    opened: Opened, demo: tuple[Reconciliation, Changes], width: int
) -> None:
    page = opened(demo[0], Lang.EN, demo[1], width=width, at="#ref=cloud/server/hrss-app-01")
    assert _ask(page, "document.documentElement.scrollWidth") <= width


def test_on_paper_every_finding_is_open_and_what_one_place_hides_is_one_row(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    page = opened(demo[0], Lang.EN, demo[1])
    before = len(_texts(page, ".items tr"))
    page.execute_script("dispatchEvent(new Event('beforeprint'))")
    drifts = [finding for finding in demo[0].findings if finding.status.is_drift]
    assert len(_texts(page, ".detail")) == len(drifts)
    assert any("edu-card-01172 items" in row for row in _texts(page, ".items .row.unknown"))
    assert any("package: adduser, apt, " in row for row in _texts(page, ".items .names"))
    page.execute_script("dispatchEvent(new Event('afterprint'))")
    assert len(_texts(page, ".items tr")) == before
    printed = page.print_page()
    assert len(printed) > 10_000


def test_it_follows_the_dark_of_the_machine(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    grounds = []
    for mode in ("light", "dark"):
        page = opened(demo[0])
        feature = {"name": "prefers-color-scheme", "value": mode}
        page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        grounds.append(_ask(page, "getComputedStyle(document.body).backgroundColor"))
    page.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    assert grounds == ["rgb(246, 247, 249)", "rgb(17, 20, 24)"]


def test_it_is_sound_for_who_listens_instead_of_looking(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    page = opened(demo[0], Lang.EN, demo[1], at="#ref=cloud/server/hrss-app-01")
    assert len(_texts(page, "h1")) == 1
    ids = _ask(page, "[...document.querySelectorAll('[id]')].map(one => one.id)")
    assert len(ids) == len(set(ids))
    assert all(text.strip() for text in _texts(page, "button, th"))
    assert _ask(page, "[...document.querySelectorAll('th:not([scope])')].length") == 0
    unnamed = "input, select"
    assert all(text.strip() for text in _texts(page, f"label:has({unnamed}) > span"))
    assert _ask(
        page, "[...document.querySelectorAll('input, select')].every(one => one.closest('label'))"
    )


def test_hostile_text_is_shown_and_does_nothing(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    findings = [
        replace(
            finding,
            detail=HOSTILE,
            label=HOSTILE,
            live=HOSTILE,
            differences=tuple(
                replace(one, path=HOSTILE, declared=(HOSTILE, "a"), actual=(HOSTILE, "b"))
                for one in finding.differences
            ),
        )
        for finding in demo[0].findings
    ]
    it = replace(demo[0], findings=findings)
    page = opened(it, since=changes([], findings), at="#ref=cloud/server/hrss-app-01")
    assert page.get_log("browser") == []  # type: ignore[no-untyped-call]
    assert page.find_elements(By.CSS_SELECTOR, "img") == []
    shown = _one(page, ".detail").text
    assert "</script><img src=x onerror=alert(1)>\\x1b[2J\\u202e\\ud800" in shown


def test_without_a_script_the_worst_findings_can_still_be_read(
    opened: Opened, demo: tuple[Reconciliation, Changes]
) -> None:
    page = opened(demo[0])
    page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        page.refresh()
        shown = page.find_element(By.CSS_SELECTOR, "noscript").text
    finally:
        page.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    assert "The full table needs JavaScript" in shown
    assert "cloud/server/hrss-app-01" in shown
