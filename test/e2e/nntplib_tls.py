"""STARTTLS and NNTPS through python3's nntplib.

usage: nntplib_tls.py PORT TLS-PORT CERTIFICATE GROUP USER SECRET -- prints one JSON object.
"""

import json
import ssl
import sys
import warnings

warnings.simplefilter("ignore", DeprecationWarning)
import nntplib  # noqa: E402

port, tls_port, certificate, group, user, secret = int(sys.argv[1]), int(sys.argv[2]), *sys.argv[3:]
context = ssl.create_default_context(cafile=certificate)
context.check_hostname = False
said = {}

with nntplib.NNTP("127.0.0.1", port, timeout=30) as news:
    assert "STARTTLS" in news.getcapabilities()
    news.starttls(context)
    assert "STARTTLS" not in news.getcapabilities()
    said["starttls"] = news.sock.version()
    news.login(user, secret)
    assert "POST" in news.getcapabilities() and "AUTHINFO" not in news.getcapabilities()
    said["group"] = news.group(group)[1]

with nntplib.NNTP_SSL("127.0.0.1", tls_port, ssl_context=context, timeout=30) as news:
    said["nntps"] = news.sock.version()
    count, first, last = news.group(group)[1:4]
    said["articles"] = len(news.over((first, last))[1])

json.dump(said, sys.stdout)
