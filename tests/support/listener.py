"""Prints what a screen reader is told of one program: that its page was found, then each element that is new in it, with its words.
Asked by a line, it prints the names of all buttons."""
import sys
import warnings

import gi

gi.require_version("Atspi", "2.0")
from gi.repository import Atspi, GLib  # noqa: E402

warnings.simplefilter("ignore")


def words(element, depth=0):
    """The text below an element."""
    if element is None or depth > 8:
        return ""
    try:
        text = Atspi.Text.get_text(element, 0, Atspi.Text.get_character_count(element)) if element.get_interfaces().count("Text") else ""
        own = text.replace("\ufffc", "").strip() or (element.get_name() or "").strip()
        if own:
            return own
        below = (words(element.get_child_at_index(n), depth + 1) for n in range(element.get_child_count()))
        return " ".join(one for one in below if one)
    except GLib.Error:
        return ""


def heard(event):
    try:
        child = event.any_data
        if isinstance(child, Atspi.Accessible):
            live = (child.get_attributes() or {}).get("container-live")
            print("new", live or "", child.get_role_name(), " ".join(words(child).split()), sep="\t", flush=True)
    except GLib.Error:
        pass  # an element that is gone already


def page(element, depth=0):
    """The document that the program shows. The engine tells nothing to who has not asked for it."""
    if element is None or depth > 12:
        return None
    try:
        if element.get_role_name() in ("document web", "document frame"):
            return element
        for n in range(element.get_child_count()):
            found = page(element.get_child_at_index(n), depth + 1)
            if found is not None:
                return found
    except GLib.Error:
        pass
    return None


def look():
    desktop = Atspi.get_desktop(0)
    for n in range(desktop.get_child_count()):
        found = page(desktop.get_child_at_index(n))
        if found is not None and len(words(found)) > 0:
            print("page", flush=True)
            return False
    return True


def buttons(element, depth=0):
    if element is None or depth > 40:
        return
    try:
        if element.get_role_name() == "push button":
            print("button", " ".join(words(element).split()), sep="\t", flush=True)
            return
        for n in range(element.get_child_count()):
            buttons(element.get_child_at_index(n), depth + 1)
    except GLib.Error:
        pass


def asked(*_):
    sys.stdin.readline()
    desktop = Atspi.get_desktop(0)
    for n in range(desktop.get_child_count()):
        buttons(page(desktop.get_child_at_index(n)))
    print("buttons", flush=True)
    return True


def main():
    listener = Atspi.EventListener.new(heard)
    listener.register("object:children-changed:add")
    GLib.timeout_add(500, look)
    GLib.io_add_watch(sys.stdin, GLib.PRIORITY_DEFAULT, GLib.IO_IN, asked)
    Atspi.event_main()


main()
