/* A map of zones whose colours follow a choice in the panel, one standard or all of them. */
function serviceCircleChoices(drawn, data, panel) {
  "use strict";
  const { map, made, fills, card } = drawn;
  const keys = Object.keys(data.layers).filter((key) => data.layers[key].choice);
  const select = panel.querySelector("select");
  const blank = { fillColor: "#ffffff", fillOpacity: 0 };

  function paint(key) {
    const told = data.choices[select.selectedIndex].zones[key];
    made[key].eachLayer((shape) => {
      if (!shape.item) return;
      const [paint, lines] = told[shape.item.place] || [null, [[data.words.noRow, ""]]];
      shape.setStyle(paint === null ? blank : { fillColor: fills[paint].fillColor, fillOpacity: fills[paint].fillOpacity });
      shape.setTooltipContent(card(shape.item.title, lines));
    });
  }

  function choose() {
    for (const part of panel.querySelectorAll("[data-choice]")) {
      part.hidden = Number(part.dataset.choice) !== select.selectedIndex;
    }
    const shown = keys.find((key) => map.hasLayer(made[key]));
    const zones = data.choices[select.selectedIndex].zones;
    const told = (key) => zones[key].some((one) => one);
    if (shown && !told(shown) && keys.some(told)) map.addLayer(made[keys.find(told)]); // a level that has results
    for (const key of keys) if (map.hasLayer(made[key])) paint(key);
  }

  for (const key of keys) {
    made[key].on("add", () => {
      paint(key);
      for (const other of keys) { // names and borders follow the level
        const borders = made[data.layers[other].borders];
        if (other === key) map.addLayer(borders);
        else map.removeLayer(borders);
      }
    });
  }
  select.addEventListener("change", choose);
  choose();
}
