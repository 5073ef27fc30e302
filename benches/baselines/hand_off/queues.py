"""What Python's queues cost from one thread, task or process to another, one way.

    python3 benches/baselines/hand_off/queues.py
"""

import asyncio
import multiprocessing
import queue
import threading
from time import perf_counter

MESSAGES = 200_000
LINE = bytes(64)


def told(name, seconds, messages=MESSAGES):
    print(f"{name}: {messages / seconds / 1e6:.3f} M/s", flush=True)


def threads(make):
    line = make()

    def send():
        for _ in range(MESSAGES):
            line.put(LINE)

    start = perf_counter()
    sender = threading.Thread(target=send)
    sender.start()
    for _ in range(MESSAGES):
        line.get()
    sender.join()
    return perf_counter() - start


async def tasks():
    line = asyncio.Queue(4096)

    async def send():
        for _ in range(MESSAGES):
            await line.put(LINE)

    start = perf_counter()
    sender = asyncio.create_task(send())
    for _ in range(MESSAGES):
        await line.get()
    await sender
    return perf_counter() - start


def send_all(line):
    for _ in range(MESSAGES):
        line.put(LINE)


def processes():
    line = multiprocessing.Queue()
    sender = multiprocessing.Process(target=send_all, args=(line,))
    start = perf_counter()
    sender.start()
    for _ in range(MESSAGES):
        line.get()
    sender.join()
    return perf_counter() - start


def main():
    told("queue.Queue between threads", threads(lambda: queue.Queue(4096)))
    told("queue.SimpleQueue between threads", threads(queue.SimpleQueue))
    told("asyncio.Queue between tasks", asyncio.run(tasks()))
    told("multiprocessing.Queue between processes", processes())


if __name__ == "__main__":
    main()
