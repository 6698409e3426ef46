"""Files that browsers load: the widget and the demo page of the fictional clinic."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from hairline.settings import ROOT

WIDGET = ROOT / "widget"
DEMO = WIDGET / "demo"
DESK = Path(__file__).parent / "desk" / "static"
FRESH_S = 300


class Files(StaticFiles):
    """A folder of files that browsers keep for a few minutes and then ask about again."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = f"public, max-age={FRESH_S}"
        return response


def add_pages(app: FastAPI) -> None:
    """Serve the widget, the desk's stylesheet and, for every path that is left, the demo page: call this last."""

    @app.get("/widget.js", include_in_schema=False)
    async def widget() -> FileResponse:
        """The chat, one script."""
        return FileResponse(
            WIDGET / "widget.js",
            media_type="text/javascript",
            headers={"Cache-Control": f"public, max-age={FRESH_S}"},
        )

    app.mount("/widget", Files(directory=WIDGET, check_dir=False), name="widget")
    app.mount("/desk/static", Files(directory=DESK), name="desk-files")
    app.mount("/", Files(directory=DEMO, html=True, check_dir=False), name="demo")
