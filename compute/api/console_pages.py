"""The page that a console's URL opens in a browser.  /console/vnc_auto.html, …"""

from django.http import HttpRequest, HttpResponse

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Console</title>
<style>
body { background: #222; color: #ddd; font: 14px sans-serif }
canvas { display: block }
</style>
</head>
<body>
<p id="status">Connecting …</p>
<canvas id="screen"></canvas>
<script>
// A small stand-in for noVNC: the handshake of RFB 3.8, then the screen once, raw.
const query = new URLSearchParams(location.search);
const path = query.get("path") || "console/socket?token=" + query.get("token");
const socket = new WebSocket(location.origin.replace(/^http/, "ws") + "/" + path, ["binary"]);
const status = document.getElementById("status");
socket.binaryType = "arraybuffer";
let held = new Uint8Array(0), stage = 0, width = 0, height = 0;
const take = (count) => {
  if (held.length < count) return null;
  const taken = held.slice(0, count);
  held = held.slice(count);
  return taken;
};
const view = (bytes) => new DataView(bytes.buffer);
const stages = [
  () => take(12) && (socket.send(new TextEncoder().encode("RFB 003.008\\n")), true),
  () => take(2) && (socket.send(new Uint8Array([1])), true),
  () => take(4) && (socket.send(new Uint8Array([1])), true),
  () => {
    if (held.length < 24 || held.length < 24 + view(held).getUint32(20)) return false;
    const init = take(24), name = take(view(init).getUint32(20));
    [width, height] = [view(init).getUint16(0), view(init).getUint16(2)];
    status.textContent = new TextDecoder().decode(name);
    const ask = new Uint8Array(10);
    ask[0] = 3;
    view(ask).setUint16(6, width);
    view(ask).setUint16(8, height);
    socket.send(ask);
    return true;
  },
  () => {
    const update = take(16 + 4 * width * height);
    if (!update) return false;
    const canvas = document.getElementById("screen");
    [canvas.width, canvas.height] = [width, height];
    const image = canvas.getContext("2d").createImageData(width, height);
    for (let at = 0; at < width * height; at++) {
      const from = 16 + 4 * at;
      image.data.set([update[from + 2], update[from + 1], update[from], 255], 4 * at);
    }
    canvas.getContext("2d").putImageData(image, 0, 0);
    return true;
  },
];
socket.onmessage = (event) => {
  const more = new Uint8Array(event.data), all = new Uint8Array(held.length + more.length);
  all.set(held);
  all.set(more, held.length);
  held = all;
  while (stage < stages.length && stages[stage]()) stage++;
};
socket.onclose = () => { status.textContent += " (closed)"; };
</script>
</body>
</html>
"""


def page(request: HttpRequest) -> HttpResponse:
    """The page; whether its token is good shows when it opens its socket."""
    return HttpResponse(_PAGE)
