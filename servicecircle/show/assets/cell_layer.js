/* Draws many cells on one canvas: all of one colour in one stroke of the brush, from coordinates that are unpacked once. */
const serviceCircleCells = (() => {
  "use strict";
  const AT_ONCE = 20; // cells in one path: fewer cost calls, more cost sorting (100,000 cells: 1 140 ms, 20 60 ms, 4,000 1,500 ms)

  // Coordinates of all rings as pixels of the world at zoom 0; outer rings turn one way, holes the other.
  function pack(map, shapes, unpack) {
    const count = shapes.length, rings = [], firsts = new Int32Array(count + 1), boxes = new Float64Array(4 * count);
    let points = 0;
    for (let i = 0; i < count; i += 1) {
      const shape = unpack(shapes[i]);
      const polygons = typeof shape[0]?.[0] === "number" ? [[shape]] : shape;
      const box = [Infinity, Infinity, -Infinity, -Infinity];
      for (const polygon of polygons) {
        polygon.forEach((ring, place) => {
          const flat = new Float64Array(2 * ring.length);
          ring.forEach((spot, j) => {
            const { x, y } = map.project(spot, 0);
            flat[2 * j] = x;
            flat[2 * j + 1] = y;
            box[0] = Math.min(box[0], x);
            box[1] = Math.min(box[1], y);
            box[2] = Math.max(box[2], x);
            box[3] = Math.max(box[3], y);
          });
          rings.push(turned(flat, place === 0));
          points += flat.length;
        });
      }
      boxes.set(box, 4 * i);
      firsts[i + 1] = rings.length;
    }
    const all = new Float64Array(points), ends = new Int32Array(rings.length + 1);
    let end = 0;
    rings.forEach((ring, place) => {
      all.set(ring, end);
      end += ring.length;
      ends[place + 1] = end;
    });
    return { count, firsts, ends, points: all, boxes, index: makeIndex(boxes, count) };
  }

  function turned(ring, outer) {
    let twice = 0;
    for (let i = 0, j = ring.length - 2; i < ring.length; j = i, i += 2) twice += ring[j] * ring[i + 1] - ring[i] * ring[j + 1];
    if (twice > 0 === outer) return ring;
    const back = new Float64Array(ring.length);
    for (let i = 0; i < ring.length; i += 2) {
      back[i] = ring[ring.length - 2 - i];
      back[i + 1] = ring[ring.length - 1 - i];
    }
    return back;
  }

  // A table of squares, each with the cells whose box touches it.
  function makeIndex(boxes, count) {
    const side = Math.max(1, Math.min(400, Math.ceil(Math.sqrt(count))));
    let west = Infinity, north = Infinity, east = -Infinity, south = -Infinity;
    for (let i = 0; i < 4 * count; i += 4) {
      if (!(boxes[i] <= boxes[i + 2])) continue;
      west = Math.min(west, boxes[i]);
      north = Math.min(north, boxes[i + 1]);
      east = Math.max(east, boxes[i + 2]);
      south = Math.max(south, boxes[i + 3]);
    }
    const column = (x) => Math.max(0, Math.min(side - 1, Math.floor(((x - west) / (east - west || 1)) * side)));
    const row = (y) => Math.max(0, Math.min(side - 1, Math.floor(((y - north) / (south - north || 1)) * side)));
    const squares = new Map();
    for (let i = 0; i < count; i += 1) {
      if (!(boxes[4 * i] <= boxes[4 * i + 2])) continue;
      for (let r = row(boxes[4 * i + 1]); r <= row(boxes[4 * i + 3]); r += 1) {
        for (let c = column(boxes[4 * i]); c <= column(boxes[4 * i + 2]); c += 1) {
          const key = r * side + c;
          if (squares.has(key)) squares.get(key).push(i);
          else squares.set(key, [i]);
        }
      }
    }
    return { at: (x, y) => squares.get(row(y) * side + column(x)) || [], world: [west, north, east, south] };
  }

  return (map, cells, unpack) => {
    let packed = null;
    const geometry = () => (packed = packed || pack(map, cells.shapes, unpack));
    // pixels of the world at zoom 0 that a cell's radius spans at its height on the map
    const reach = (y) => (cells.radius / 6378137) * (128 / Math.PI) * Math.cosh(Math.PI * (1 - y / 128));

    return L.Renderer.extend({
      initialize(options) {
        L.Renderer.prototype.initialize.call(this, { pane: "sc-cells", padding: 0.3 });
        this.classes = options.classes;
        this.fills = options.fills;
        this.cellCard = options.card;
      },
      onAdd(target) {
        L.Renderer.prototype.onAdd.call(this, target);
        this.tip = L.tooltip({ className: "sc-tooltip", opacity: 1 });
        target.on("mousemove click", this._hover, this);
        target.on("mouseout movestart zoomstart", this._leave, this);
      },
      onRemove(target) {
        target.off("mousemove click", this._hover, this);
        target.off("mouseout movestart zoomstart", this._leave, this);
        this._leave();
        L.Renderer.prototype.onRemove.call(this, target);
      },
      getBounds() {
        const [west, north, east, south] = geometry().index.world;
        return L.latLngBounds(map.unproject([west, south], 0), map.unproject([east, north], 0));
      },
      cellAt(latlng) {
        const { x, y } = map.project(latlng, 0);
        const { index, boxes, firsts, ends, points } = geometry();
        const around = cells.radius ? nearby(index, x, y, reach(y)) : index.at(x, y);
        let found = -1;
        for (const i of around) { // the last drawn lies on top
          if (i <= found) continue;
          if (cells.radius) {
            if (Math.hypot(boxes[4 * i] - x, boxes[4 * i + 1] - y) <= reach(y)) found = i;
          } else if (inside(points, ends, firsts[i], firsts[i + 1], x, y)) found = i;
        }
        return found;
      },
      _hover(event) {
        const over = event.originalEvent.target;
        const busy = map.scMeasuring || (over.closest && over.closest(".leaflet-interactive, .leaflet-control"));
        const cell = busy ? -1 : this.cellAt(event.latlng);
        if (cell < 0) return this._leave();
        if (cell !== this.cell) this.tip.setContent(this.cellCard(cell));
        this.cell = cell;
        this.tip.setLatLng(event.latlng);
        if (!map.hasLayer(this.tip)) this.tip.addTo(map);
      },
      _leave() {
        this.cell = -1;
        this.tip.remove();
      },
      _initContainer() {
        this._container = L.DomUtil.create("canvas", "sc-canvas");
        this._brush = this._container.getContext("2d");
      },
      _destroyContainer() {
        L.DomUtil.remove(this._container);
        this._container = null;
      },
      _update() {
        if (map._animatingZoom && this._bounds) return;
        L.Renderer.prototype._update.call(this);
        const size = this._bounds.getSize(), dots = L.Browser.retina ? 2 : 1;
        L.DomUtil.setPosition(this._container, this._bounds.min);
        this._container.width = dots * size.x;
        this._container.height = dots * size.y;
        this._container.style.width = size.x + "px";
        this._container.style.height = size.y + "px";
        this._brush.setTransform(dots, 0, 0, dots, -dots * this._bounds.min.x, -dots * this._bounds.min.y);
        this._paint();
      },
      _paint() {
        const { count, firsts, ends, points, boxes } = geometry();
        const scale = map.getZoomScale(map.getZoom(), 0), origin = map.getPixelOrigin(), brush = this._brush;
        const west = (this._bounds.min.x + origin.x) / scale, north = (this._bounds.min.y + origin.y) / scale;
        const east = (this._bounds.max.x + origin.x) / scale, south = (this._bounds.max.y + origin.y) / scale;
        const margin = cells.radius ? reach((north + south) / 2) * 2 : 0;
        this.fills.forEach((fill, paint) => {
          brush.fillStyle = fill.fillColor;
          brush.globalAlpha = fill.fillOpacity;
          let open = 0;
          for (let i = 0; i < count; i += 1) {
            const box = 4 * i;
            if (this.classes[i] !== paint || !(boxes[box] <= east + margin && boxes[box + 2] >= west - margin &&
              boxes[box + 1] <= south + margin && boxes[box + 3] >= north - margin)) continue;
            if (open === 0) brush.beginPath();
            if (cells.radius) {
              const x = boxes[box] * scale - origin.x, y = boxes[box + 1] * scale - origin.y;
              const radius = reach(boxes[box + 1]) * scale;
              brush.moveTo(x + radius, y);
              brush.arc(x, y, radius, 0, 2 * Math.PI);
            }
            for (let ring = firsts[i]; !cells.radius && ring < firsts[i + 1]; ring += 1) {
              for (let p = ends[ring]; p < ends[ring + 1]; p += 2) {
                const x = points[p] * scale - origin.x, y = points[p + 1] * scale - origin.y;
                if (p === ends[ring]) brush.moveTo(x, y);
                else brush.lineTo(x, y);
              }
              brush.closePath();
            }
            open += 1;
            if (open === AT_ONCE) {
              brush.fill();
              open = 0;
            }
          }
          if (open) brush.fill();
        });
        brush.globalAlpha = 1;
      },
    });
  };

  function nearby(index, x, y, radius) {
    const found = new Set();
    for (const dx of [-radius, 0, radius]) {
      for (const dy of [-radius, 0, radius]) for (const i of index.at(x + dx, y + dy)) found.add(i);
    }
    return found;
  }

  function inside(points, ends, first, last, x, y) {
    let within = false;
    for (let ring = first; ring < last; ring += 1) {
      const start = ends[ring], end = ends[ring + 1];
      for (let i = start, j = end - 2; i < end; j = i, i += 2) {
        const above = points[i + 1] > y;
        if (above === points[j + 1] > y) continue;
        if (x < ((points[j] - points[i]) * (y - points[i + 1])) / (points[j + 1] - points[i + 1]) + points[i]) within = !within;
      }
    }
    return within;
  }
})();
