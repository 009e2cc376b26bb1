"""Runs a program whose asyncio has uvloop's loop wherever it would make one of its own.

    on_uvloop.py PROGRAM ARGUMENT…
"""

import asyncio
import runpy
import sys

import uvloop


class Loop(uvloop.Loop):
    """Made as asyncio's own loops are: with a selector, which libuv has no use for."""

    # What tests look at when they close a loop.
    _default_executor = None

    def __init__(self, selector=None):
        super().__init__()
        if selector is not None:
            selector.close()


for module in (asyncio, asyncio.events, asyncio.selector_events, asyncio.unix_events):
    for name in ("new_event_loop", "SelectorEventLoop", "BaseSelectorEventLoop"):
        if hasattr(module, name):
            setattr(module, name, Loop)
# Tests go back to the default policy, which makes such loops.
asyncio.unix_events._UnixDefaultEventLoopPolicy._loop_factory = Loop

sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
