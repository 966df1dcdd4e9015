"""Reads and posts through python3's nntplib while the servers behind its address come and go.

usage: cluster_reader.py PORT GROUP USER PASSWORD POSTS
Prints `acknowledged ID` for each post that was taken, and at the end one JSON object: what it has seen.
Whatever changes for a reader between two connections ends it with a traceback.
"""

import json
import sys
import time
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import nntplib  # noqa: E402

port, group, user, password, posts = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4], int(sys.argv[5])

PAUSE = 0.1
LOST = (EOFError, OSError)

newsgroups = {}
created = {}
overview = {}
texts = {}
high = low = 0
connections = 0
again = 0


def same(known, now, what):
    assert not known or known == now, (what, known, now)
    known.update(now)


def look(news):
    """Everything that was there before is there, and as it was."""
    global high, low
    same(newsgroups, {entry.group: entry.flag for entry in news.list()[1]}, "LIST")
    times = news._longcmdstring("LIST ACTIVE.TIMES")[1]
    same(created, {line.split()[0]: line for line in times}, "LIST ACTIVE.TIMES")
    # Another bridge may need a tenth of a second to see what a dead one has said.
    while True:
        _, count, first, last, _ = news.group(group)
        if last >= high:
            break
        time.sleep(PAUSE)
    assert first == low or low == 0, (low, first)
    high, low = last, first
    now = {number: fields for number, fields in news.over((first, last))[1]}
    assert len(now) == count, (count, len(now))
    for number, fields in overview.items():
        assert now.get(number) == fields, (number, fields, now.get(number))
    overview.update(now)
    for number, fields in now.items():
        article = news.article(number)[1]
        assert (article.number, article.message_id) == (number, fields["message-id"])
        known = texts.setdefault(article.message_id, article.lines)
        assert known == article.lines, (article.message_id, known, article.lines)
        assert news.stat(article.message_id)[2] == article.message_id


def connected():
    global connections
    while True:
        try:
            news = nntplib.NNTP("127.0.0.1", port, timeout=60)
            news.login(user, password)
            look(news)
            connections += 1
            return news
        except LOST:
            time.sleep(PAUSE)
        except nntplib.NNTPTemporaryError as error:
            # 481 would be a password that is wrong on this bridge.
            assert error.response[:3] in ("400", "403", "436"), error.response
            time.sleep(PAUSE)


def article(identity):
    lines = [
        "From: A Reader <reader@client.example>",
        f"Newsgroups: {group}",
        f"Subject: Post {identity}",
        f"Message-ID: {identity}",
        "",
        f"The text of {identity}",
    ]
    return [line.encode() for line in lines]


def post(news, identity):
    """Until it is acknowledged, or the server says that it has it from a try whose answer was lost."""
    global again
    tries = 0
    while True:
        tries += 1
        try:
            assert news.post(article(identity)).startswith("240")
            return news
        except LOST:
            news = connected()
        except nntplib.NNTPError as error:
            if error.response.startswith("441 435"):
                assert tries > 1, error.response
                again += 1
                return news
            assert error.response[:3] in ("400", "441"), error.response
            time.sleep(PAUSE)


news = connected()
for n in range(posts):
    identity = f"<cluster.{n}@client.example>"
    news = post(news, identity)
    print("acknowledged", identity, flush=True)
    while True:
        try:
            lines = news.body(identity)[1].lines
            assert lines == [f"The text of {identity}".encode()], lines
            break
        except LOST:
            news = connected()
try:
    news.quit()
except LOST:
    pass
news = connected()
ids = [fields["message-id"] for fields in overview.values()]
assert len(ids) == len(set(ids)), ids
seen = {number: fields["message-id"] for number, fields in overview.items()}
json.dump({"connections": connections, "again": again, "seen": seen}, sys.stdout)
