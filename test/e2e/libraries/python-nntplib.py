"""python3's nntplib, driven by library.ts."""

import base64
import datetime
import ssl
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import nntplib  # noqa: E402

news = None


def octets(text):
    return text.encode("utf-8", "surrogateescape")


def connect(host, port, security, certificate):
    global news
    context = ssl.create_default_context(cafile=certificate)
    if security == "nntps":
        news = nntplib.NNTP_SSL(host, int(port), ssl_context=context, readermode=True)
    else:
        news = nntplib.NNTP(host, int(port), readermode=True)
        if security == "starttls":
            news.starttls(context)


def login(user, secret):
    news.login(user, secret)


def groups():
    return [octets(entry.group) for entry in news.list()[1]]


def group(name):
    _, count, low, high, _ = news.group(name)
    return [f"{count}\t{low}\t{high}".encode()]


def over(low, high):
    fields = ("subject", "from", "message-id", "references")
    rows = news.over((int(low), int(high)))[1]
    return [octets("\t".join([str(number), *(row[field] for field in fields)])) for number, row in rows]


def article(which):
    return news.article(which)[1].lines


def newnews(name, seconds):
    since = datetime.datetime.utcfromtimestamp(int(seconds))
    return [octets(identifier) for identifier in news.newnews(name, since)[1]]


def post(text):
    news.post(base64.b64decode(text).split(b"\n"))


def quit():
    news.quit()


verbs = {f.__name__: f for f in (connect, login, groups, group, over, article, newnews, post, quit)}
for line in sys.stdin:
    verb, *words = line.rstrip("\n").split("\t")
    try:
        for octet_line in verbs[verb](*words) or []:
            print("=" + base64.b64encode(octet_line).decode())
        print("ok", flush=True)
    except nntplib.NNTPError as error:
        print("no", error.response, flush=True)
