"""A small exchange as one writes it in Python, in three ways.

It speaks the subset of Rialto's native protocol that orders need (hello, logon, submit, cancel, reports), and keeps
nothing on disk.

    python3 server.py --listen 127.0.0.1:0 --mode asyncio|threads|processes --instruments instruments.json

asyncio    one thread, one event loop; uvloop and orjson if they are installed
threads    a thread per connection and a matcher thread per instrument, which the interpreter lets run one by one
processes  an event loop for the sockets, and a matcher process per instrument behind pipes
"""

import argparse
import asyncio
import json
import multiprocessing
import queue
import threading
from functools import partial
from time import time_ns

from websockets.asyncio.server import serve as serve_async
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import serve as serve_threads

from book import Book

try:
    from orjson import dumps, loads
except ImportError:
    loads = json.loads
    dumps = partial(json.dumps, separators=(",", ":"))

try:
    import uvloop
except ImportError:
    uvloop = None


def text_of(message):
    written = dumps(message)
    return written if isinstance(written, str) else written.decode()


class Exchange:
    """What every session can be told without a book."""

    def __init__(self, instruments):
        self.instruments = instruments
        self.sessions = 0

    def greeting(self, request):
        self.sessions += 1
        return {
            "type": "hello",
            "request": request.get("id"),
            "protocol": 1,
            "server": "python baseline",
            "epoch": 1,
            "session": self.sessions,
            "clock": "realtime",
            "at_us": time_ns() // 1000,
            "limits": {
                "frame_bytes_max": 16384,
                "outbound_messages_max": 4096,
                "subscriptions_max": 0,
                "depth_levels_max": 0,
            },
            "instruments": self.instruments,
        }

    def answer(self, session, request):
        """Answers what needs no book; None for an order."""
        op = request.get("op")
        if op in ("submit", "cancel"):
            return None
        if op == "hello":
            return self.greeting(request)
        if op == "logon":
            session["account"] = request["key"]
            return {"type": "logged_on", "request": request.get("id"), "account": 1, "at_us": time_ns() // 1000}
        return {"type": "error", "request": request.get("id"), "code": "unknown_op", "text": "there is no such op"}


def unknown_symbol(request):
    return {
        "type": "report",
        "request": request["id"],
        "kind": "rejected",
        "symbol": request.get("symbol"),
        "status": "rejected",
        "reason": "unknown_symbol",
        "at_us": time_ns() // 1000,
    }


def say_ready(port):
    print(json.dumps({"event": "ready", "url": f"ws://127.0.0.1:{port}/v1/ws"}), flush=True)


# --- asyncio -------------------------------------------------------------------------------------------------


async def run_asyncio(host, port, exchange):
    books = {row["symbol"]: Book(row) for row in exchange.instruments}

    async def session(socket):
        state = {}
        try:
            async for frame in socket:
                request = loads(frame)
                answer = exchange.answer(state, request)
                if answer is None:
                    book = books.get(request["symbol"])
                    answer = book.take(state["account"], request) if book else unknown_symbol(request)
                await socket.send(text_of(answer))
        except ConnectionClosed:
            pass

    async with serve_async(session, host, port, compression=None, max_size=16384) as server:
        say_ready(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().create_future()


# --- threads -------------------------------------------------------------------------------------------------


def run_threads(host, port, exchange):
    inboxes = {}
    for row in exchange.instruments:
        inbox = inboxes[row["symbol"]] = queue.SimpleQueue()
        threading.Thread(target=match_forever, args=(Book(row), inbox), daemon=True).start()

    def session(socket):
        state = {}
        outbox = queue.SimpleQueue()
        threading.Thread(target=write_forever, args=(socket, outbox), daemon=True).start()
        try:
            for frame in socket:
                request = loads(frame)
                answer = exchange.answer(state, request)
                if answer is not None:
                    outbox.put(answer)
                elif request["symbol"] in inboxes:
                    inboxes[request["symbol"]].put((state["account"], request, outbox))
                else:
                    outbox.put(unknown_symbol(request))
        finally:
            outbox.put(None)

    with serve_threads(session, host, port, compression=None, max_size=16384) as server:
        say_ready(server.socket.getsockname()[1])
        server.serve_forever()


def match_forever(book, inbox):
    while True:
        account, request, outbox = inbox.get()
        outbox.put(book.take(account, request))


def write_forever(socket, outbox):
    try:
        while (answer := outbox.get()) is not None:
            socket.send(text_of(answer))
    except ConnectionClosed:
        pass


# --- processes -----------------------------------------------------------------------------------------------


class Pipe:
    """The way to one matcher process and back. Requests that come while it works travel together."""

    def __init__(self, row):
        self.here, there = multiprocessing.Pipe()
        self.waiting = []
        process = multiprocessing.Process(target=match_batches, args=(row, there), daemon=True)
        process.start()
        there.close()

    def attach(self, sessions):
        loop = asyncio.get_running_loop()
        loop.add_reader(self.here.fileno(), self.bring, sessions)
        self.loop = loop

    def put(self, session, account, request):
        if not self.waiting:
            self.loop.call_soon(self.flush)
        self.waiting.append((session, account, request))

    def flush(self):
        waiting, self.waiting = self.waiting, []
        self.here.send(waiting)

    def bring(self, sessions):
        for session, answer in self.here.recv():
            outbox = sessions.get(session)
            if outbox is not None:
                outbox.put_nowait(answer)


def match_batches(row, pipe):
    book = Book(row)
    try:
        while True:
            pipe.send([(session, text_of(book.take(account, request))) for session, account, request in pipe.recv()])
    except (EOFError, KeyboardInterrupt):
        pass


async def run_processes(host, port, exchange):
    pipes = {row["symbol"]: Pipe(row) for row in exchange.instruments}
    sessions = {}
    for pipe in pipes.values():
        pipe.attach(sessions)
    numbers = iter(range(1, 1 << 62))

    async def session(socket):
        number = next(numbers)
        state, outbox = {}, asyncio.Queue()
        sessions[number] = outbox
        writer = asyncio.create_task(write_answers(socket, outbox))
        try:
            async for frame in socket:
                request = loads(frame)
                answer = exchange.answer(state, request)
                if answer is not None:
                    outbox.put_nowait(text_of(answer))
                elif request["symbol"] in pipes:
                    pipes[request["symbol"]].put(number, state["account"], request)
                else:
                    outbox.put_nowait(text_of(unknown_symbol(request)))
        except ConnectionClosed:
            pass
        finally:
            del sessions[number]
            writer.cancel()

    async with serve_async(session, host, port, compression=None, max_size=16384) as server:
        say_ready(server.sockets[0].getsockname()[1])
        await asyncio.get_running_loop().create_future()


async def write_answers(socket, outbox):
    try:
        while True:
            await socket.send(await outbox.get())
    except ConnectionClosed:
        pass


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--listen", default="127.0.0.1:0")
    parser.add_argument("--mode", choices=("asyncio", "threads", "processes"), default="asyncio")
    parser.add_argument("--instruments", default="instruments.json")
    options = parser.parse_args()
    host, _, port = options.listen.rpartition(":")
    with open(options.instruments, encoding="utf-8") as file:
        exchange = Exchange(json.load(file))
    if options.mode == "threads":
        run_threads(host, int(port), exchange)
        return
    if uvloop is not None:
        asyncio.set_event_loop_policy(uvloop.EventLoopPolicy())
    run = run_asyncio if options.mode == "asyncio" else run_processes
    asyncio.run(run(host, int(port), exchange))


if __name__ == "__main__":
    main()
