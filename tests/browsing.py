"""What all tests with a browser need."""

from playwright.sync_api import BrowserContext, Error, FloatRect, Locator

REST = """element => Promise.allSettled(element.getRootNode().getAnimations()
  .filter((one) => one.effect.getComputedTiming().endTime !== Infinity).map((one) => one.finished))"""


def box(part: Locator) -> FloatRect:
    """Where a part stands, in CSS pixels, once everything around it that moves in has come to rest."""
    part.evaluate(REST)
    found = part.bounding_box()
    assert found, f"{part} is not shown"
    return found


def leave(context: BrowserContext) -> None:
    """Close every tab of a person; what a test still held back between them and the server is let go.

    Chromium never confirms that a tab was closed in the middle of a navigation (microsoft/playwright#42366), and a desk
    that follows the clinic's day navigates by itself: each tab is brought to rest first.
    """
    for page in context.pages:
        page.unroute_all(behavior="ignoreErrors")
        for _ in range(3):
            try:
                page.goto("about:blank")
            except Error:  # another navigation came in between, or the tab has crashed
                continue
            break
    context.close()
