"""Reads, searches and posts through python3's nntplib, with every command it has.

usage: nntplib_reader.py PORT GROUP USER SECRET -- prints one JSON object on standard output.
Any answer that nntplib takes for an error ends the program with a traceback.
"""

import datetime
import json
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import nntplib  # noqa: E402

port, group, user, secret = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
said = {}


def refused(code, call, *args, **options):
    """The call must be answered with this code."""
    try:
        call(*args, **options)
    except nntplib.NNTPError as error:
        assert error.response.startswith(code), (code, error.response)
        return
    raise AssertionError(f"{call} was not refused with {code}")


news = nntplib.NNTP("127.0.0.1", port, readermode=True, timeout=30)
said["welcome"] = news.getwelcome()
said["capabilities"] = sorted(news.getcapabilities())
assert news.nntp_version == 2
said["implementation"] = news.nntp_implementation
assert news.help()[1], "HELP says nothing"

clock = news.date()[1]
assert abs((clock - datetime.datetime.utcnow()).total_seconds()) < 60

said["groups"] = {entry.group: entry.flag for entry in news.list()[1]}
assert [entry.group for entry in news.list(group)[1]] == [group]
said["description"] = news.description(group)
assert set(news.descriptions(group + "*")[1]) == set(said["groups"])
assert {entry.group for entry in news.newgroups(datetime.date(1999, 12, 31))[1]} == set(said["groups"])
assert news.newgroups(clock + datetime.timedelta(days=1))[1] == []

refused("412", news.over, (1, 5))
refused("411", news.group, "no.such.group")
answer, count, first, last, name = news.group(group)
said["group"] = [count, first, last, name]

overview = news.over((first, last))[1]
assert len(overview) == count, (len(overview), count)
said["overview"] = {
    number: {
        "subject": nntplib.decode_header(fields["subject"]),
        "from": nntplib.decode_header(fields["from"]),
        "id": fields["message-id"],
        "references": fields["references"],
    }
    for number, fields in overview
}
assert [number for number, _ in news.xover(first, last)[1]] == [number for number, _ in overview]
subjects = dict(news.xhdr("subject", f"{first}-{last}")[1])
assert all(subjects[str(number)] == fields["subject"] for number, fields in overview)

# One thread: its first article and everything that refers to it.
root = overview[0][1]["message-id"]
thread = [number for number, fields in overview if root in fields["references"].split()]
said["thread"] = [first] + thread
texts = {}
for number in said["thread"]:
    article = news.article(number)[1]
    assert article.number == number and article.message_id == said["overview"][number]["id"]
    head, body = news.head(article.message_id)[1], news.body(number)[1]
    assert article.lines == head.lines + [b""] + body.lines
    texts[number] = b"\n".join(body.lines).decode("utf-8")
said["texts"] = texts

# The cursor.
news.group(group)
assert news.stat()[1:] == (first, root)
refused("422", news.last)
second = news.next()[1]
assert second == overview[1][0]
assert news.last()[1] == first
refused("423", news.stat, 2147483647)
refused("430", news.article, "<no.such@article>")

assert root in news.newnews(group, datetime.datetime(2000, 1, 1))[1]
assert news.newnews(group, clock + datetime.timedelta(days=1))[1] == []
refused("480", news.post, [b"From: x <x@y.example>", b"", b"x"])
assert news.quit().startswith("205")

if secret:
    news = nntplib.NNTP("127.0.0.1", port, readermode=True, timeout=30)
    news.login(user, secret)
    answer = news.post(
        [
            b"From: Python Reader <whoever@example.net>",
            b"Newsgroups: " + group.encode(),
            b"Subject: Posted by nntplib",
            b"Message-ID: <nntplib.1@client.example>",
            b"MIME-Version: 1.0",
            b"Content-Type: text/plain; charset=utf-8",
            b"Content-Transfer-Encoding: 8bit",
            b"",
            ".A caf\u00e9, and a dot.".encode("utf-8"),
            b".",
        ]
    )
    assert answer.startswith("240"), answer
    article = news.article("<nntplib.1@client.example>")[1]
    said["posted"] = b"\n".join(article.lines).decode("utf-8").split("\n\n", 1)[1]
    new = news.group(group)[3]
    said["new"] = new
    assert news.over((new, new))[1][0][1]["message-id"] == "<nntplib.1@client.example>"
    refused("441", news.post, [b"From: x <x@y.example>", b"Newsgroups: no.such.group", b"Subject: x", b"", b"x"])
    refused("435", news.ihave, "<nntplib.1@client.example>", [b""])
    assert news.quit().startswith("205")

json.dump(said, sys.stdout)
