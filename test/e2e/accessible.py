"""Works a program through the accessibility interface of its toolkit (AT-SPI, on D-Bus), as a screen reader does.

Starts the program that its arguments name. Each line on standard input is a request in JSON, [name, argument, …];
each is answered by a line: [true, result] or [false, what went wrong]. Runs in a D-Bus session of its own.
"""

import json
import os
import re
import subprocess
import sys

from gi.repository import Gio, GLib

A11Y = "org.a11y.atspi."
PROPERTIES = "org.freedesktop.DBus.Properties"
# Bits of a state set.
SELECTED, SENSITIVE, SHOWING = 23, 24, 25
# ms
PATIENCE = 60_000


def bus_address():
    session = Gio.bus_get_sync(Gio.BusType.SESSION)
    call = ("org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus", "GetAddress")
    (address,) = session.call_sync(*call, None, None, Gio.DBusCallFlags.NONE, PATIENCE)
    return address


ADDRESS = bus_address()
bus = Gio.DBusConnection.new_for_address_sync(
    ADDRESS, Gio.DBusConnectionFlags.AUTHENTICATION_CLIENT | Gio.DBusConnectionFlags.MESSAGE_BUS_CONNECTION
)


class Node:
    """What a program shows: a window, a button, a cell. Asked anew each time."""

    def __init__(self, owner, path):
        self.owner, self.path = owner, path

    def call(self, interface, method, signature="()", *arguments):
        answer = bus.call_sync(
            self.owner,
            self.path,
            interface if interface == PROPERTIES else A11Y + interface,
            method,
            GLib.Variant(signature, arguments),
            None,
            Gio.DBusCallFlags.NONE,
            PATIENCE,
        ).unpack()
        return answer[0] if len(answer) == 1 else answer

    def get(self, interface, name):
        return self.call(PROPERTIES, "Get", "(ss)", A11Y + interface, name)

    @property
    def name(self):
        return self.get("Accessible", "Name")

    @property
    def role(self):
        return self.call("Accessible", "GetRoleName")

    @property
    def children(self):
        return [Node(*each) for each in self.call("Accessible", "GetChildren")]

    @property
    def text(self):
        return self.call("Text", "GetText", "(ii)", 0, -1)

    def has(self, state):
        return bool(self.call("Accessible", "GetState")[state // 32] >> (state % 32) & 1)

    def inside(self, *roles):
        """What is in it, in the order in which it is drawn; not the cells of its tables. Menus are large: only for their items."""
        closed = ("table", "tree table") if roles[0].endswith("menu item") else ("table", "tree table", "menu bar")
        for part in self.children:
            role = part.role
            if role in roles:
                yield part
            if role not in closed:
                yield from part.inside(*roles)

    def act(self):
        return self.call("Action", "DoAction", "(i)", 0)

    def cell(self, row, column):
        return Node(*self.call("Table", "GetAccessibleAt", "(ii)", row, column))

    @property
    def words(self):
        """What a cell says; one with a picture has its words in a part of it."""
        return self.name or "".join(each.name for each in self.children)


def windows():
    programs = Node(A11Y + "Registry", "/org/a11y/atspi/accessible/root").children
    return {window.name: window for program in programs for window in program.children}


def tables(window):
    return [each for each in windows()[window].inside("tree table", "table") if each.has(SHOWING)]


def texts(window):
    return [each for each in windows()[window].inside("text", "password text") if each.has(SHOWING)]


class Requests:
    def windows(self):
        return list(windows())

    def press(self, window, role, name):
        """Presses a button or a menu item; false if there is none now, or it is grey."""
        for part in windows()[window].inside(role):
            if part.name == name and part.has(SENSITIVE):
                return part.act()
        return False

    def focus(self, window, role, name):
        """Lets a part have the keys; false if there is none now."""
        for part in windows()[window].inside(role):
            if part.name == name and part.has(SENSITIVE):
                return part.call("Component", "GrabFocus")
        return False

    def texts(self, window):
        return [each.text for each in texts(window)]

    def fill(self, window, at, text):
        return texts(window)[at].call("EditableText", "SetTextContents", "(s)", text)

    def enter(self, window, at, text):
        """Fills a field, and presses Enter in it."""
        field = texts(window)[at]
        field.call("Component", "GrabFocus")
        field.call("EditableText", "SetTextContents", "(s)", text)
        return field.act()

    def names(self, window, role):
        """What the parts of a kind are called: labels by what they say."""
        return [each.name for each in windows()[window].inside(role) if each.has(SHOWING)]

    def rows(self, window, table, *columns):
        """The rows of a table, as they are shown: the cells of some columns, or nothing while there is no such table."""
        shown = tables(window)[table : table + 1]
        return [
            [each.cell(row, column).words for column in columns]
            for each in shown
            for row in range(each.get("Table", "NRows"))
        ]

    def size(self, window, table):
        """How many rows a table has now: to read them all takes long."""
        return [each.get("Table", "NRows") for each in tables(window)[table : table + 1]]

    def under(self, window, table, row, column):
        """What the row hangs under in a tree."""
        for kind, targets in tables(window)[table].cell(row, column).call("Accessible", "GetRelationSet"):
            if kind == 7:  # it is a child of a node
                return Node(*targets[0]).name
        return ""

    def act(self, window, table, row, column):
        """Does what a double click on a cell does: it opens a thread, or ticks a box."""
        return tables(window)[table].cell(row, column).act()

    def go(self, window, table, row, column):
        """Selects the row of a cell that has the keys alone, and no other."""
        return tables(window)[table].cell(row, column).call("Component", "GrabFocus")

    def pick(self, window, table, row):
        """Selects a row, and no other."""
        it = tables(window)[table]
        for each in it.call("Table", "GetSelectedRows"):
            it.call("Table", "RemoveRowSelection", "(i)", each)
        return it.call("Table", "AddRowSelection", "(i)", row)

    def select(self, window, table, column, name):
        """Selects the row of that name, perhaps with a count behind it; false if there is none now."""
        it = tables(window)[table]
        wanted = re.compile(re.escape(name) + r"( \(\d+\))?")
        for row in range(it.get("Table", "NRows")):
            if wanted.fullmatch(it.cell(row, column).words):
                it.call("Component", "GrabFocus")
                return self.pick(window, table, row)
        return False


# The program finds the registry running; and it is told of the bus, for the screen may name that of a session before.
start = ("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "StartServiceByName")
registry = GLib.Variant("(su)", (A11Y + "Registry", 0))
bus.call_sync(*start, registry, None, Gio.DBusCallFlags.NONE, PATIENCE)
child = subprocess.Popen(
    sys.argv[1:],
    env={**os.environ, "AT_SPI_BUS_ADDRESS": ADDRESS},
    stdin=subprocess.DEVNULL,
    stdout=subprocess.DEVNULL,
    stderr=subprocess.DEVNULL,
)
requests = Requests()
for line in sys.stdin:
    name, *arguments = json.loads(line)
    try:
        answer = [True, getattr(requests, name)(*arguments)]
    except Exception as error:  # a window may go while it is looked at
        answer = [False, repr(error)]
    print(json.dumps(answer), flush=True)
child.kill()
