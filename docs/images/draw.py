#!/usr/bin/env python3
"""Draws the pictures of ARCHITECTURE.md: python3 docs/images/draw.py writes ring.svg and write.svg beside it."""

import math
import pathlib

HERE = pathlib.Path(__file__).parent
STYLE = """
  .paper { fill: #ffffff } .ink { fill: #1f2328 } .dim { fill: #59636e }
  .line { stroke: #1f2328; stroke-width: 1.5; fill: none } .faint { stroke: #9aa4ae; stroke-width: 1.2; fill: none }
  .head { fill: #1f2328 } .box { fill: #eef1f4; stroke: #59636e; stroke-width: 1.2 } .gap { stroke: #ffffff; stroke-width: 2 }
  .n1 { fill: #4c8ed9 } .n2 { fill: #d9822b } .n3 { fill: #3f9c5b } .n4 { fill: #a371d6 } .n5 { fill: #c0504f }
  .down { stroke: #cf222e; stroke-width: 3; fill: none } .lost { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 6 4; fill: none }
  .lost-ink { fill: #cf222e }
  text { font-family: system-ui, "DejaVu Sans", sans-serif; font-size: 15px }
  .halo { stroke: #ffffff; stroke-width: 5px; paint-order: stroke; stroke-linejoin: round }
  .small { font-size: 13px } .bold { font-weight: 600 }
  @media (prefers-color-scheme: dark) {
    .paper { fill: #0d1117 } .ink { fill: #f0f6fc } .dim { fill: #9aa7b4 }
    .line { stroke: #f0f6fc } .faint { stroke: #59636e } .head { fill: #f0f6fc }
    .box { fill: #21262d; stroke: #9aa7b4 } .gap { stroke: #0d1117 }
    .halo { stroke: #0d1117 } .down { stroke: #ff7b72 } .lost { stroke: #ff7b72 } .lost-ink { fill: #ff7b72 }
  }
"""


class Picture:
    def __init__(self, width, height, title, description):
        self.parts = [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img">',
            f"<title>{title}</title>",
            f"<desc>{description}</desc>",
            f"<style>{STYLE}</style>",
            '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
            '<path class="head" d="M0 0 10 5 0 10z"/></marker></defs>',
            f'<rect class="paper" width="{width}" height="{height}" rx="8"/>',
        ]

    def add(self, part):
        self.parts.append(part)

    def text(self, x, y, words, kind="ink", anchor="start"):
        words = words.replace("&", "&amp;").replace("<", "&lt;")
        self.add(f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{words}</text>')

    def line(self, x1, y1, x2, y2, kind="line", arrow=False):
        end = ' marker-end="url(#head)"' if arrow else ""
        self.add(f'<path class="{kind}" d="M{x1:.1f} {y1:.1f} {x2:.1f} {y2:.1f}"{end}/>')

    def write(self, name):
        (HERE / name).write_text("\n".join(self.parts) + "\n</svg>\n")


def point(x, y, radius, turns):
    """A place on a circle; turns begin at the top and go clockwise."""
    angle = 2 * math.pi * turns
    return x + radius * math.sin(angle), y - radius * math.cos(angle)


def ring():
    # Who owns each of the 20 partitions: all that follows is read off this line.
    owners = [1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5, 1, 2, 3, 4, 5]
    partition, replicas = 3, 3
    x, y, outer, inner = 225, 220, 165, 118
    picture = Picture(
        880,
        440,
        "The ring",
        "A circle of twenty equal partitions, each owned by one of five nodes. The hash of a key falls into one partition; its "
        "owner and the next two distinct nodes clockwise are the key's replicas, the nodes after them stand in.",
    )
    count = len(owners)
    for i, owner in enumerate(owners):
        (x1, y1), (x2, y2) = point(x, y, outer, i / count), point(x, y, outer, (i + 1) / count)
        (x3, y3), (x4, y4) = point(x, y, inner, (i + 1) / count), point(x, y, inner, i / count)
        picture.add(
            f'<path class="n{owner} gap" d="M{x1:.1f} {y1:.1f} A{outer} {outer} 0 0 1 {x2:.1f} {y2:.1f} '
            f'L{x3:.1f} {y3:.1f} A{inner} {inner} 0 0 0 {x4:.1f} {y4:.1f}z"/>'
        )
        tx, ty = point(x, y, (outer + inner) / 2, (i + 0.5) / count)
        picture.add(f'<text class="small bold" fill="#ffffff" x="{tx:.1f}" y="{ty + 5:.1f}" text-anchor="middle">n{owner}</text>')
    at = (partition + 0.5) / count
    from_x, from_y = point(x, y, 40, at)
    to_x, to_y = point(x, y, inner - 4, at)
    picture.text(x, y - 4, "MD5 of the key", "ink", "middle")
    picture.text(x, y + 16, '"cart"', "ink bold", "middle")
    picture.line(from_x + 10, from_y, to_x, to_y, "line", True)
    # The walk, outside of the ring.
    walk = []
    for step in range(count):
        owner = owners[(partition + step) % count]
        if owner not in walk:
            walk.append(owner)
            place = point(x, y, outer + 20, (partition + step + 0.5) / count)
            label = str(len(walk))
            picture.add(f'<circle class="box" cx="{place[0]:.1f}" cy="{place[1]:.1f}" r="12"/>')
            picture.text(place[0], place[1] + 5, label, "ink small bold", "middle")
    left, top = 475, 60
    picture.text(left, top, "Preference list of its partition (N = 3)", "ink bold")
    picture.text(left, top + 22, "the walk clockwise, each node once", "dim small")
    for i, owner in enumerate(walk):
        row = top + 56 + 34 * i + (18 if i >= replicas else 0)
        picture.text(left, row + 5, str(i + 1), "ink bold")
        picture.add(f'<rect class="n{owner}" x="{left + 22}" y="{row - 12}" width="38" height="23" rx="4"/>')
        picture.add(f'<text class="small bold" fill="#ffffff" x="{left + 41}" y="{row + 5}" text-anchor="middle">n{owner}</text>')
        role = ["replica, and the partition's owner", "replica", "replica"][i] if i < replicas else "stands in, in this order"
        picture.text(left + 74, row + 5, role)
    notes = [
        "Partitions are equal parts of the ring: 1,024 by default,",
        "20 here. Who owns them is computed by every node from",
        "the same change records, so there is no master to ask.",
        "With zones, the replicas are of distinct zones first. The",
        "first replica that is up runs INCR, SET NX and the like.",
    ]
    for i, note in enumerate(notes):
        picture.text(left, 330 + 20 * i, note, "dim small")
    picture.write("ring.svg")


def write():
    lanes = {"client": 90, "n1": 270, "n2": 430, "n3": 590, "n4": 750}
    picture = Picture(
        880,
        600,
        "One write with N = 3, W = 2",
        "A client sends SET to n1, a replica of the key, which stores it and sends it to the replicas n2 and n3. n3 is down, so n4 "
        "stores a hint for it. With its own copy and the first acknowledgement n1 answers OK. When n3 is back, n4 hands over the hint.",
    )
    names = {
        "client": ("client", "any Redis client"),
        "n1": ("n1", "coordinator, replica"),
        "n2": ("n2", "replica"),
        "n3": ("n3", "replica, down"),
        "n4": ("n4", "next on the walk"),
    }
    for lane, x in lanes.items():
        name, role = names[lane]
        picture.add(f'<rect class="box" x="{x - 70}" y="20" width="140" height="48" rx="6"/>')
        picture.text(x, 40, name, "ink bold", "middle")
        picture.text(x, 58, role, "dim small", "middle")
        picture.line(x, 68, x, 580, "faint")

    def message(source, target, y, words, kind="line"):
        start, end = lanes[source], lanes[target]
        gap = 6 if end > start else -6
        picture.line(start + gap, y, end - gap, y, kind, True)
        picture.text((start + end) / 2, y - 7, words, "ink small halo", "middle")

    def note(lane, y, rows):
        x, wide = lanes[lane], 144
        picture.add(f'<rect class="box" x="{x - wide / 2}" y="{y}" width="{wide}" height="{14 + 18 * len(rows)}" rx="6"/>')
        for i, row in enumerate(rows):
            picture.text(x, y + 20 + 18 * i, row, "ink small", "middle")

    message("client", "n1", 100, "SET cart milk")
    note("n1", 114, ["new version, its dot,", "own log: 1 of W = 2"])
    message("n1", "n2", 198, "delta")
    # To n3: sent behind n2, and lost.
    picture.line(lanes["n1"] + 6, 232, lanes["n3"] - 22, 232, "lost")
    picture.text(lanes["n2"] + 12, 226, "delta", "lost-ink small halo")
    x = lanes["n3"]
    picture.add(f'<path class="down" d="M{x - 9} 223 {x + 9} 241 M{x + 9} 223 {x - 9} 241"/>')
    message("n1", "n4", 270, "delta, as a hint for n3")
    message("n2", "n1", 306, "durable: 2 of 2")
    message("n1", "client", 336, "OK")
    picture.text(20, 362, "W are durable: the client", "dim small halo")
    picture.text(20, 379, "waits for nobody else.", "dim small halo")
    note("n4", 288, ["keeps the hint,", "as durably"])
    message("n4", "n1", 376, "durable (it would count in place of n3)")
    picture.add(f'<path class="faint" stroke-dasharray="3 5" d="M20 410 H860"/>')
    picture.text(20, 434, "later", "dim bold")
    note("n3", 424, ["back again"])
    message("n4", "n3", 490, "hint, in a batch")
    message("n3", "n4", 524, "durable")
    note("n4", 536, ["deletes the hint"])
    picture.text(20, 552, "What no hint has, read repair and the", "dim small halo")
    picture.text(20, 569, "comparison of trees bring.", "dim small halo")
    picture.write("write.svg")


if __name__ == "__main__":
    ring()
    write()
