/* Draws the layers of a gap map from compact data. Texts are only ever set as text, never as HTML. */
function serviceCircleMap(map, data, panel) {
  "use strict";
  const [west, south] = data.origin;
  const words = data.words;
  const numbers = new Intl.NumberFormat(data.lang);
  const narrow = map.getSize().x < 640;
  const made = {};

  const panes = { backdrop: 210, ground: 340, cells: 350, isochrones: 420, zones: 430, gaps: 440, facilities: 450, sites: 455, labels: 460 };
  for (const [name, order] of Object.entries(panes)) {
    map.createPane("sc-" + name).style.zIndex = order;
  }
  const quiet = L.canvas({ pane: "sc-backdrop", padding: 0.3 });
  const painted = L.canvas({ pane: "sc-cells", padding: 0.3 });
  const drawn = { cells: painted };
  for (const name of ["ground", "isochrones", "zones", "gaps", "facilities", "sites"]) {
    drawn[name] = L.svg({ pane: "sc-" + name, padding: 0.3 });
  }
  map.getContainer().lang = data.lang;
  map.getContainer().classList.add("sc-map");

  // ------------------------------------------------------------------------------------------------------ geometry
  function path(flat) {
    const points = [];
    let x = 0, y = 0;
    for (let i = 0; i < flat.length; i += 2) {
      x += flat[i];
      y += flat[i + 1];
      points.push([south + y / 1e6, west + x / 1e6]);
    }
    return points;
  }

  function unpack(shape) {
    return typeof shape[0] === "number" ? path(shape) : shape.map(unpack);
  }

  // ---------------------------------------------------------------------------------------------------------- text
  function element(tag, className, text) {
    const node = document.createElement(tag);
    node.className = className;
    if (text !== undefined) {
      node.textContent = text;
      node.dir = "auto";
    }
    return node;
  }

  function card(title, lines) {
    const box = element("div", "sc-card");
    if (title) box.append(element("div", "sc-card-title", title));
    for (const [name, value] of lines) {
      const line = element("div", "sc-card-line");
      line.append(element("span", "sc-card-name", name), element("span", "sc-card-value", value));
      box.append(line);
    }
    return box;
  }

  function number(value, digits) {
    if (value === null) return "–";
    const fixed = Number(value.toFixed(digits));
    if (fixed !== value) return String(value); // more digits were sent because fewer would mislead
    return digits ? value.toFixed(digits) : numbers.format(value);
  }

  // --------------------------------------------------------------------------------------------------------- paint
  function hatching(color) {
    const tile = document.createElement("canvas");
    tile.width = tile.height = 6;
    const brush = tile.getContext("2d");
    brush.fillStyle = "#f4f4f1";
    brush.fillRect(0, 0, 6, 6);
    brush.strokeStyle = color;
    brush.lineWidth = 1.6;
    brush.beginPath();
    for (const shift of [-6, 0, 6]) {
      brush.moveTo(shift, 6);
      brush.lineTo(shift + 6, 0);
    }
    brush.stroke();
    return brush.createPattern(tile, "repeat");
  }

  const fills = data.paints.map((paint) => ({
    renderer: painted,
    stroke: false,
    fill: true,
    fillColor: paint.hatch ? hatching(paint.color) : paint.color,
    fillOpacity: paint.opacity,
  }));

  // -------------------------------------------------------------------------------------------------------- layers
  const LazyGroup = L.FeatureGroup.extend({
    initialize(key, build) {
      L.FeatureGroup.prototype.initialize.call(this, []);
      this.key = key;
      this.build = build;
    },
    onAdd(target) {
      if (this.build) {
        this.build(this);
        this.build = null;
      }
      L.FeatureGroup.prototype.onAdd.call(this, target);
    },
  });

  function cellCard(i) {
    const cells = data.cells;
    const lines = cells.state ? accessLines(i) : [];
    for (const line of cells.lines) {
      const text = line.texts ? line.texts[line.which[i]] : line.numbers[i] === null ? "–" : number(line.numbers[i], line.digits) + line.unit;
      if (text) lines.push([line.head, text]);
    }
    return card(cells.zones[cells.zone[i]], lines);
  }

  function accessLines(i) {
    const cells = data.cells;
    const state = cells.state[i];
    const lines = [];
    if (cells.missing) {
      const missing = cells.missing[i].map((service) => cells.services[service]);
      lines.push([words.missing, missing.length ? missing.join(words.comma) : words.nothing]);
    } else if (cells.metres[i] === null) {
      lines.push([words.distance, words.unreachable]);
    } else {
      if (cells.minutes) lines.push([words.walk, number(cells.minutes[i], 1) + " " + words.minutes]);
      lines.push([words.distance, number(cells.metres[i], 0) + " m"]);
    }
    if (cells.limit) lines.push([words.limit, number(cells.limit[i], 0) + " " + (cells.minutes ? words.minutes : "m")]);
    lines.push([words.result, words.states[state]]);
    if (cells.facility && cells.facility[i] >= 0) {
      lines.push([words.nearest, data.facilityNames[cells.facility[i]]]);
    }
    lines.push([words.group, number(cells.group[i], 0)]);
    if (cells.residents) lines.push([words.residents, number(cells.residents[i], 0)]);
    if (cells.setting) lines.push([words.setting, cells.settings[cells.setting[i]]]);
    return lines;
  }

  let CellLayer = null;

  function buildCells(view) {
    return (group) => {
      CellLayer = CellLayer || serviceCircleCells(map, data.cells, unpack);
      group.addLayer(new CellLayer({ classes: data.cells.views[view], fills, card: cellCard }));
    };
  }

  function label(item, className) {
    const text = element("span", className, item.label);
    const icon = L.divIcon({ className: "sc-label", html: text, iconSize: [0, 0] });
    const [spot] = path(item.at);
    return L.marker(spot, { icon, pane: "sc-labels", keyboard: true, alt: item.label, riseOnHover: true });
  }

  function buildItems(spec) {
    return (group) => {
      for (const item of spec.items) {
        const style = { ...spec.styles[item.style], renderer: spec.quiet ? quiet : drawn[spec.pane] };
        if (spec.quiet) style.interactive = false;
        const shape = item.shape.length ? makeShape(spec, item, style) : null;
        const marks = [shape];
        if (item.ground !== undefined && shape) { // the ground that a line encloses is painted under the cells
          const paint = { stroke: false, fill: true, fillColor: item.ground, fillOpacity: 0.3, interactive: false };
          group.addLayer(L.polygon(shape.getLatLngs(), { ...paint, renderer: drawn.ground }));
        }
        if (item.label) marks.push(label(item, spec.labelClass));
        for (const mark of marks.filter(Boolean)) {
          mark.item = item;
          if (item.lines) mark.bindTooltip(card(item.title, item.lines), { sticky: mark === shape, className: "sc-tooltip", opacity: 1 });
          group.addLayer(mark);
        }
        if (marks[1] && shape && !spec.labelStays) labels[spec.labelFits ? "names" : "numbers"].push(measured(marks[1], shape.getBounds(), item.label));
      }
      fit();
    };
  }

  function makeShape(spec, item, style) {
    const spot = unpack(item.shape), kind = item.as || spec.kind;
    if (kind === "dot") return L.circleMarker(spot[0], style);
    if (kind === "line") return L.polyline(spot, style);
    if (item.paint === undefined) return L.polygon(spot, { ...style, smoothFactor: 0.4 });
    return L.polygon(spot, { ...fills[item.paint], stroke: true, color: "#ffffff", weight: 1.5 });
  }

  // No label lies on another: numbers first, the largest before the others; then names, moved up or down a little if
  // need be, and only while their area is wide enough on the screen to hold them.
  const labels = { numbers: [], names: [] };
  const shifts = [0, 17, -17, 34, -34];

  function measured(mark, bounds, text) {
    let width = 8;
    for (const letter of text) width += letter > "\u2e80" ? 12 : 7;
    return { mark, bounds, width };
  }

  function fit() {
    const taken = [];
    for (const [kind, ones] of Object.entries(labels)) {
      for (const { mark, bounds, width } of ones) {
        const node = mark.getElement();
        if (!node) continue;
        const spot = map.project(mark.getLatLng());
        const left = map.project(bounds.getSouthWest()), right = map.project(bounds.getNorthEast());
        const wide = kind === "numbers" || (right.x - left.x > 0.8 * width && left.y - right.y > 16);
        const free = (shift) => taken.every((box) =>
          Math.abs(box.x - spot.x) > (box.width + width) / 2 || Math.abs(box.y - spot.y - shift) > 17);
        const shift = wide ? (kind === "numbers" ? [0] : shifts).find(free) : undefined;
        node.classList.toggle("sc-hidden", shift === undefined);
        if (shift === undefined) continue;
        node.firstElementChild.style.top = shift + "px";
        taken.push({ x: spot.x, y: spot.y + shift, width });
      }
    }
  }
  map.on("zoomend", fit);

  // the legend speaks of the layers that are shown; of layers that paint the same cells only one is shown
  function watch(group) {
    group.on("add remove", () => {
      for (const part of panel.querySelectorAll("[data-layer]")) {
        const keys = part.dataset.layer.split(" ");
        part.hidden = !keys.some((key) => made[key] && map.hasLayer(made[key]));
      }
      fit();
    });
    if (!data.exclusive.includes(group.key)) return;
    group.on("add", () => setTimeout(() => {
      if (!map.hasLayer(group)) return;
      for (const key of data.exclusive) {
        if (key !== group.key && made[key] && map.hasLayer(made[key])) map.removeLayer(made[key]);
      }
    }, 0));
  }

  function layer(key) {
    const spec = data.layers[key];
    const group = new LazyGroup(key, spec.view ? buildCells(spec.view) : buildItems(spec));
    made[key] = group;
    watch(group);
    return group;
  }

  // --------------------------------------------------------------------------------------------------------- frame
  const Panel = L.Control.extend({
    onAdd() {
      L.DomEvent.disableClickPropagation(panel);
      L.DomEvent.disableScrollPropagation(panel);
      panel.hidden = false;
      for (const part of panel.querySelectorAll("details[data-wide]")) part.open = !narrow;
      return panel;
    },
  });
  const Caption = L.Control.extend({
    onAdd() { return element("div", "sc-caption", data.caption); },
  });
  if (data.pane) { // one of two maps on a page: the panel stands beside them
    map.getContainer().classList.add("sc-pane", "sc-pane-" + data.pane);
    panel.parentNode.classList.add("sc-aside");
    new Caption({ position: "topleft" }).addTo(map);
  } else {
    new Panel({ position: "topleft" }).addTo(map);
  }
  L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);

  // what can be searched for: the standard itself, facilities, zones and gap areas, each found once, though it may be drawn twice
  const searched = ["facilities", "zones", "cells", "gaps"];

  function entries() {
    const all = [{ text: data.title, kind: data.tools.standard, whole: true }], known = new Set();
    for (const [key, spec] of Object.entries(data.layers)) {
      if (!searched.includes(spec.pane)) continue;
      for (const item of spec.items || []) {
        const place = JSON.stringify([item.title, item.shape.flat(4).slice(0, 2)]);
        if (!item.title || !item.shape.length || known.has(place)) continue;
        known.add(place);
        all.push({ text: item.title, kind: data.names[key], key, item });
      }
    }
    return all;
  }

  function go(entry) {
    if (entry.whole) return map.fitBounds(data.bounds, { animate: false });
    const group = made[entry.key];
    if (!map.hasLayer(group)) group.addTo(map);
    const spots = unpack(entry.item.shape).flat(4), pairs = [];
    for (let i = 0; i < spots.length; i += 2) pairs.push([spots[i], spots[i + 1]]);
    map.fitBounds(L.latLngBounds(pairs), { maxZoom: 16, padding: [80, 80], animate: false });
    group.eachLayer((one) => one.item === entry.item && one.getTooltip && one.getTooltip() && one.openTooltip());
  }

  if (data.pane !== "before") serviceCircleControls(map, data, { entries, go });

  function arrange(control) {
    if (data.pane) {
      control.collapse();
      map.on("click", control.collapse, control);
      map.fitBounds(data.bounds, { paddingTopLeft: [16, 48], paddingBottomRight: [16, 32] });
      return;
    }
    if (narrow) {
      control.collapse();
      map.on("click", control.collapse, control);
    }
    const size = map.getSize();
    const list = control.getContainer().offsetWidth;
    const start = narrow ? [12, panel.offsetHeight + 24] : [panel.offsetWidth + 24, 16];
    const end = narrow ? [12, 40] : [size.x > 1000 ? list * 0.55 : 24, 32];
    map.fitBounds(data.bounds, { paddingTopLeft: start, paddingBottomRight: end });
  }

  return { layer, arrange, map, made, fills, card, panel };
}
