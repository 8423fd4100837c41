/* Search, measure, full screen and north arrow of a map. Texts are only ever set as text, never as HTML. */
function serviceCircleControls(map, data, tools) {
  "use strict";
  const words = data.tools;
  const narrow = map.getSize().x < 640;
  const numbers = new Intl.NumberFormat(data.lang, { maximumFractionDigits: 0 });
  const MOST = 12; // results of a search that are listed

  function element(tag, className, text) {
    const node = document.createElement(tag);
    node.className = className;
    if (text !== undefined) node.textContent = text;
    return node;
  }

  function picture(path) {
    const space = "http://www.w3.org/2000/svg";
    const svg = document.createElementNS(space, "svg");
    svg.setAttribute("viewBox", "0 0 20 20");
    svg.setAttribute("aria-hidden", "true");
    const line = document.createElementNS(space, "path");
    line.setAttribute("d", path);
    svg.append(line);
    return svg;
  }

  function button(name, path, act) {
    const node = element("button", "sc-tool");
    node.type = "button";
    node.title = name;
    node.setAttribute("aria-label", name);
    node.append(picture(path));
    node.addEventListener("click", act);
    return node;
  }

  function control(node, position) {
    const Control = L.Control.extend({
      onAdd() {
        L.DomEvent.disableClickPropagation(node);
        L.DomEvent.disableScrollPropagation(node);
        return node;
      },
    });
    new Control({ position }).addTo(map);
  }

  // ---------------------------------------------------------------------------------------------------------- search
  function plain(text) {
    return text.normalize("NFKC").toLowerCase().replace(/\s+/g, " ").trim();
  }

  let entries = null;

  function found(text) {
    entries = entries || tools.entries().map((entry) => ({ ...entry, plain: plain(entry.text) }));
    const parts = plain(text).split(" ").filter(Boolean);
    if (!parts.length) return [];
    const hits = entries.filter((entry) => parts.every((part) => entry.plain.includes(part)));
    const rank = (entry) => (entry.plain === parts.join(" ") ? 0 : entry.plain.startsWith(parts[0]) ? 1 : 2);
    return hits.map((entry, place) => [rank(entry), place, entry]).sort((a, b) => a[0] - b[0] || a[1] - b[1]).map((hit) => hit[2]);
  }

  function addSearch() {
    const box = element("div", "sc-search"), list = element("div", "sc-results"), input = element("input", "");
    input.type = "search";
    input.placeholder = words.search;
    input.setAttribute("aria-label", words.search);
    input.autocomplete = "off";
    input.spellcheck = false;
    list.setAttribute("role", "listbox");
    list.hidden = true;
    let chosen = -1;

    function show() {
      const hits = found(input.value);
      list.replaceChildren();
      chosen = -1;
      list.hidden = !plain(input.value);
      for (const entry of hits.slice(0, MOST)) {
        const line = element("button", "sc-result");
        line.type = "button";
        line.setAttribute("role", "option");
        const name = element("bdi", "", entry.text);
        line.append(name, element("span", "sc-quiet", entry.kind));
        line.addEventListener("click", () => {
          list.hidden = true;
          input.value = entry.text;
          tools.go(entry);
        });
        list.append(line);
      }
      if (!hits.length) list.append(element("div", "sc-quiet", words.nothing));
      if (hits.length > MOST) list.append(element("div", "sc-quiet", "… " + numbers.format(hits.length - MOST)));
    }

    function press(event) {
      const lines = list.querySelectorAll(".sc-result");
      if (event.key === "Escape") list.hidden = true;
      else if (event.key === "Enter" && lines.length) lines[Math.max(chosen, 0)].click();
      else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
        chosen = Math.max(0, Math.min(lines.length - 1, chosen + (event.key === "ArrowDown" ? 1 : -1)));
        lines.forEach((line, place) => line.classList.toggle("sc-chosen", place === chosen));
        event.preventDefault();
      } else return;
      event.stopPropagation();
    }

    input.addEventListener("input", show);
    input.addEventListener("focus", show);
    input.addEventListener("keydown", press);
    map.on("click", () => (list.hidden = true));
    const lens = button(words.search, "M8.5 3.5a5 5 0 1 0 0 10 5 5 0 0 0 0-10M12.2 12.2 17 17", () => {
      box.classList.toggle("sc-closed", narrow && !box.classList.contains("sc-closed"));
      if (!box.classList.contains("sc-closed")) input.focus();
    });
    box.classList.toggle("sc-closed", narrow);
    box.append(lens, input, list);
    control(box, "topright");
  }

  // --------------------------------------------------------------------------------------------------------- measure
  // Lengths and areas on the ellipsoid (WGS84 / CGCS2000), by its radii at the place itself: exact enough for a city.
  const AXIS = 6378137, SQUASH = 0.00669437999014;

  function radii(degrees) {
    const sine = Math.sin((degrees * Math.PI) / 180), root = Math.sqrt(1 - SQUASH * sine * sine);
    return [((1 - SQUASH) * AXIS) / root ** 3, (AXIS / root) * Math.cos((degrees * Math.PI) / 180)];
  }

  function metres(a, b) {
    const [high, wide] = radii((a.lat + b.lat) / 2), unit = Math.PI / 180;
    return Math.hypot((b.lat - a.lat) * unit * high, (b.lng - a.lng) * unit * wide);
  }

  function squareMetres(spots) {
    let twice = 0;
    spots.forEach((a, place) => {
      const b = spots[(place + 1) % spots.length], unit = Math.PI / 180, start = spots[0];
      const [high, wide] = radii((a.lat + b.lat) / 2);
      twice += ((a.lng - start.lng + b.lng - start.lng) * unit * wide) * ((b.lat - a.lat) * unit * high);
    });
    return Math.abs(twice) / 2;
  }

  function said(spots) {
    let length = 0;
    for (let i = 1; i < spots.length; i += 1) length += metres(spots[i - 1], spots[i]);
    const lines = [`${words.length} ${numbers.format(length)} m`];
    if (spots.length > 2) {
      const area = squareMetres(spots);
      lines.push(`${words.area} ${numbers.format(area)} m² = ${(area / 10000).toFixed(2)} ${words.hectares}`);
    }
    return lines;
  }

  function addMeasure(bar) {
    map.createPane("sc-measure").style.zIndex = 640;
    map.getPane("sc-measure").style.pointerEvents = "none";
    const look = { pane: "sc-measure", renderer: L.svg({ pane: "sc-measure", padding: 0.5 }), interactive: false, color: "#23262b" };
    const area = L.polygon([], { ...look, weight: 0, fillColor: "#23262b", fillOpacity: 0.12 });
    const line = L.polyline([], { ...look, weight: 2.2, dashArray: "6 4" });
    const dots = L.layerGroup();
    const report = element("div", "sc-measured");
    report.hidden = true;
    report.setAttribute("aria-live", "polite");
    let spots = [], going = false;

    function draw(extra) {
      const all = extra ? [...spots, extra] : spots;
      area.setLatLngs(all.length > 2 ? all : []);
      line.setLatLngs(all);
      report.replaceChildren(...(all.length > 1 ? said(all) : [words.hint]).map((text) => element("div", "", text)));
    }

    function add(event) {
      const last = spots[spots.length - 1];
      if (last && map.latLngToContainerPoint(last).distanceTo(event.containerPoint) < 3) return;
      spots.push(event.latlng);
      L.circleMarker(event.latlng, { ...look, radius: 3.5, weight: 2, fillColor: "#ffffff", fillOpacity: 1 }).addTo(dots);
      draw();
    }

    const move = (event) => spots.length && draw(event.latlng);
    const key = (event) => event.key === "Escape" && stop(false);

    function start() {
      going = map.scMeasuring = true;
      spots = [];
      dots.clearLayers();
      for (const one of [area, line, dots]) one.addTo(map);
      draw();
      report.hidden = false;
      map.doubleClickZoom.disable();
      map.on("click", add).on("mousemove", move).on("dblclick", end);
      document.addEventListener("keydown", key);
      tool.classList.add("sc-on");
      map.getContainer().classList.add("sc-measuring");
    }

    // what was measured stays to be read until the tool is pressed again, or Escape
    function end() {
      draw();
      finish();
    }

    function finish() {
      going = map.scMeasuring = false;
      map.off("click", add).off("mousemove", move).off("dblclick", end);
      setTimeout(() => map.doubleClickZoom.enable(), 0);
      map.getContainer().classList.remove("sc-measuring");
    }

    function stop() {
      if (going) finish();
      document.removeEventListener("keydown", key);
      for (const one of [area, line, dots]) one.remove();
      report.hidden = true;
      tool.classList.remove("sc-on");
    }

    const ruler = "M2.5 13.5 13.5 2.5l4 4-11 11zM6 10l1.7 1.7M8.5 7.5l2.4 2.4M11 5l1.7 1.7";
    const tool = button(words.measure, ruler, () => (tool.classList.contains("sc-on") ? stop() : start()));
    bar.append(tool);
    control(report, "bottomleft");
  }

  // ----------------------------------------------------------------------------------------------------- full screen
  function addFullScreen(bar) {
    if (!document.fullscreenEnabled) return;
    bar.append(button(words.full, "M3 7.5V3h4.5M12.5 3H17v4.5M17 12.5V17h-4.5M7.5 17H3v-4.5", () => {
      if (document.fullscreenElement) document.exitFullscreen();
      else map.getContainer().requestFullscreen();
    }));
  }

  function addNorth() {
    const arrow = element("div", "sc-north");
    arrow.title = words.north;
    arrow.append(picture("M10 1.5 15.5 18 10 14 4.5 18z"), element("span", "", words.n));
    control(arrow, "bottomright");
  }

  map.attributionControl?.setPrefix("Leaflet"); // its maker's name, without a flag on a bureau's map
  const bar = element("div", "sc-tools leaflet-bar");
  addSearch();
  addMeasure(bar);
  addFullScreen(bar);
  control(bar, "bottomright");
  addNorth();
}
