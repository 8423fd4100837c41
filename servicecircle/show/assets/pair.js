/* Keeps two maps on one page at the same place, and shows the same layers in both. */
function serviceCirclePair(left, right) {
  "use strict";
  let moving = false;
  for (const [from, to] of [[left.map, right.map], [right.map, left.map]]) {
    from.on("move zoomend", () => {
      if (moving) return;
      moving = true;
      to.setView(from.getCenter(), from.getZoom(), { animate: false });
      moving = false;
    });
  }
  for (const [key, group] of Object.entries(right.made)) {
    const twin = left.made[key];
    if (!twin) continue;
    group.on("add", () => left.map.addLayer(twin));
    group.on("remove", () => left.map.removeLayer(twin));
  }
  left.map.invalidateSize();
  right.map.invalidateSize();
}
