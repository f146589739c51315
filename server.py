"""What `adr app` serves: the pages behind a middleware that refuses other sites and says what a page may load."""

from pathlib import Path

from starlette.middleware import Middleware
from streamlit.starlette import App

from adr.ui.protection import OwnSiteOnly

app = App(Path(__file__).with_name("app.py"), middleware=[Middleware(OwnSiteOnly)])
